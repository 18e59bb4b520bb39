#!/bin/bash
# A Slurm that is none, and as bad as can be: commands that hang, lie, fail though they have done
# it, lose a job, give its number to another.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

mkdir bin
cat >bin/sbatch <<'END'
#!/bin/bash
cd "$FAKE_DIR" || exit 1
exec 9>lock
flock 9
echo "$*" >>calls-sbatch
for word; do
	case $word in --job-name=*) name=${word#*=} ;; --output=*) out=${word#*=} ;; esac
done
mode=$(head -n 1 mode-sbatch 2>/dev/null)
sed -i 1d mode-sbatch 2>/dev/null
case $mode in
busy)
	echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2
	exit 1
	;;
refuse)
	echo "sbatch: error: Batch job submission failed: Invalid account" >&2
	exit 1
	;;
esac
n=$(($(cat number 2>/dev/null || echo 0) + 1))
echo $n >number
if [ "$mode" = lose ]; then
	echo "$n|somebody-else|RUNNING|None" >>queue # its number is another's now
	echo $n
	exit
fi
if [ "$mode" = pend ]; then
	echo "$n|$name|PENDING|Resources" >>queue
	echo $n
	exit
fi
echo "$n|$name|RUNNING|None" >>queue
(cd "$OLDPWD" && SLURM_JOB_NAME=$name exec setsid "$word" >>"$out" 2>&1 </dev/null 9>&-) &
echo $! >>pids
if [ "$mode" = taken ]; then
	echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2
	exit 1
fi
echo "$n"
END
cat >bin/squeue <<'END'
#!/bin/bash
cd "$FAKE_DIR" || exit 1
echo x >>calls-squeue
case $(cat mode-squeue 2>/dev/null) in
hang) exec sleep 1000 ;;
fail)
	echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2
	exit 1
	;;
odd) printf 'no|such\0thing\n\n|||\n1|hps-%s-99999|RUNNING|None\n' x ;;
*) cat queue 2>/dev/null ;;
esac
END
cat >bin/scancel <<'END'
#!/bin/bash
echo "$*" >>"$FAKE_DIR/calls-scancel"
[ ! -e "$FAKE_DIR/mode-scancel" ] || { cat "$FAKE_DIR/mode-scancel" >&2; exit 1; }
END
chmod +x bin/*
export FAKE_DIR=$PWD PATH=$PWD/bin:$PATH
bury() {
	local pid
	[ ! -f pids ] || while read -r pid; do kill "$pid" 2>/dev/null; done <pids
	tap_end
}
trap bury EXIT

cat >train.sh <<'END'
#!/bin/bash
echo ran >>"$HPSEARCH_DIR/count"
while [ -e wait ]; do sleep 0.02; done
echo "{\"loss\": $HPSEARCH_TRIAL}"
END
chmod +x train.sh
cat >s.yaml <<'END'
method: random
metric: {name: loss}
max_trials: 6
args: none
parameters: {x: {min: 0.0, max: 1.0}}
command: [./train.sh]
parallel: 2
slurm: {poll: 1s, lost_after: 2s}
END
anew() { rm -rf ./*.hpsearch queue number calls-* mode-* pids; }
six() { [ "$(cat s.hpsearch/trials/*/r0/count | wc -l)" = 6 ]; }

expect "runs" 0 within 60 "$HPSEARCH" s.yaml
check "each once" six
check "two jobs, no more" test "$(wc -l <calls-sbatch)" = 2
check "words of sbatch" eval 'has "--parsable" calls-sbatch && has "--no-requeue" calls-sbatch &&
	has "--signal=B:USR1@70" calls-sbatch'

expect "check" 0 "$HPSEARCH" check s.yaml
check "tells how late reports are" has "reports arrive within about 2 s; a run that is to stop hears of it as late" out
# A line of a mailbox: its check, its text.
cat >mail.py <<'END'
import sys

def line(text):
    crc = 0xffffffff
    for byte in text:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return b"%08x %s\n" % (crc ^ 0xffffffff, text)

if __name__ == "__main__":
    with open(sys.argv[1], "ab") as f:
        f.writelines(line(text.encode()) for text in sys.argv[2:])
END

# An agent of another hpsearch is at work: who only looks does not send it away.
cat >other.py <<'END'
import glob
from mail import line as mail

with open("s.hpsearch/agents/log", "rb+") as log:
    stay = [text for text in log if b'"down"' not in text]
    log.seek(0)
    log.truncate()
    log.writelines(stay)
hello = b'{"m":"hello","protocol":99,"version":"9.9","host":"far","pid":1}'
for name in glob.glob("s.hpsearch/agents/*/out"):
    with open(name, "wb") as out:
        out.write(mail(hello))
END
inbox() { cat s.hpsearch/agents/*/in; }
python3 other.py
inbox >before
expect "show of a search with agents of another version" 0 "$HPSEARCH" show s.hpsearch
check "names their host" has "on far" out
check "and tells them nothing" eval 'inbox | cmp - before'

# An agent obeys the latest of its drivers.
mkdir agent
order() { printf '{"m":"%s","ticket":%d,"session":%d%s}' "$@"; }
run() { # TICKET SESSION FILE
	order run "$1" "$2" ",\"argv\":[\"touch\",\"$PWD/$3\"],\"env\":[],\"dir\":\"$PWD/agent\",$(
		)\"timeout\":0,\"patience\":0,\"grace\":0,\"nice\":0,\"memory\":0,\"texts\":0"
}
python3 mail.py agent/in '{"m":"hello","protocol":1,"session":2,"pid":0}' "$(run 1 1 stale)" \
	"$(order quit 0 1 "")" "$(run 1 2 fresh)"
"$HPSEARCH" --job-agent "$PWD/agent" 600000 0 0 0 &
agent=$!
check "an order of the latest driver is obeyed" wait_until 30 test -e fresh
check "one of a driver before it is not" test ! -e stale
python3 mail.py agent/in "$(order quit 0 2 "")"
check "it leaves when it is told to" wait $agent

# No more jobs than there are runs left.
anew
touch wait
"$HPSEARCH" s.yaml -j 8 -n 3 >first.log 2>&1 &
driver=$!
started() { [ "$(cat s.hpsearch/trials/*/r0/count 2>/dev/null | wc -l)" -ge "$1" ]; }
check "three run" wait_until 30 started 3
looked_at_since() { [ "$(cat calls-squeue | wc -l)" -gt $(($1 + 1)) ]; }
looks=$(cat calls-squeue 2>/dev/null | wc -l)
check "the queue is looked at" wait_until 30 looked_at_since "$looks"
check "of eight jobs that there might be three were asked for" test "$(wc -l <calls-sbatch)" = 3
rm wait
check "three are all" wait $driver

# A driver whose place another one takes leaves that all.
anew
touch wait
"$HPSEARCH" s.yaml >first.log 2>&1 &
driver=$!
check "two run" wait_until 30 started 2
python3 mail.py s.hpsearch/agents/log '{"e":"driver","session":2}'
wait $driver
check "a driver whose place was taken ends" test $? = 1
check "and says why" has "another hpsearch has taken this search over" first.log
check "what runs is no longer its to end" eval '! inbox | grep -e stop -e quit && [ ! -e calls-scancel ]'
rm wait
expect "the next one goes on with it" 0 within 60 "$HPSEARCH" s.yaml
check "each once, over three drivers" six

# The latest attempt is the one that counts, on whatever agent: one on the second fails once the
# other run is over, so that it runs again on the first; the driver is killed.
cat >again.sh <<'END'
#!/bin/bash
echo ran >>"$HPSEARCH_DIR/count"
if [ "$(wc -l <"$HPSEARCH_DIR/count")" = 2 ]; then
	until [ -e go ]; do sleep 0.02; done
elif [ "${SLURM_JOB_NAME##*-}" = 1 ]; then
	touch second
	until [ -e over ]; do sleep 0.02; done
	exit 1
else
	until [ -e second ]; do sleep 0.02; done
fi
echo "{\"loss\": $HPSEARCH_TRIAL}"
[ "${SLURM_JOB_NAME##*-}" = 1 ] || touch over
END
chmod +x again.sh
sed -e 's/train/again/' -e 's/max_trials: 6/max_trials: 2/' -e '$aretries: 1\nbackoff: 0' s.yaml >again.yaml
anew
"$HPSEARCH" again.yaml >first.log 2>&1 &
driver=$!
third() { [ "$(cat again.hpsearch/trials/*/r0/count 2>/dev/null | wc -l)" = 3 ]; }
check "one runs again" wait_until 30 third
kill -9 $driver
wait $driver 2>/dev/null
touch go
expect "the next driver" 0 within 60 "$HPSEARCH" again.yaml
check "takes the latest attempt for it" eval 'third && holds again.hpsearch \
	"all(x[\"outcome\"] == \"ok\" for x in t) and sum(x.get(\"failures\", 0) for x in r) == 1"'

# A run that is queued while no agent is free does not come in the way of one that is adopted.
rm -rf again.hpsearch go over
cat >again.sh <<'END'
#!/bin/bash
echo ran >>"$HPSEARCH_DIR/count"
[ "$HPSEARCH_TRIAL" = 0 ] || touch one
until [ -e one ]; do sleep 0.02; done
[ "$HPSEARCH_TRIAL" = 1 ] || [ -e go ] || exit 75
until [ -e go ]; do sleep 0.02; done
echo "{\"loss\": $HPSEARCH_TRIAL}"
END
sed -i 's/slurm: {/slurm: {runs_per_job: 1, /' again.yaml
anew
printf 'go\ngo\nbusy\n' >mode-sbatch
"$HPSEARCH" again.yaml >first.log 2>&1 &
driver=$!
check "no agent for one that is queued" wait_until 30 has "Socket timed out" first.log
kill -9 $driver
wait $driver 2>/dev/null
"$HPSEARCH" again.yaml >second.log 2>&1 &
driver=$!
check "it waits for one" wait_until 30 grep -q '"e":"start","t":0,.*"attempt":2' again.hpsearch/journal.jsonl
touch go
check "the other one is adopted" wait $driver
check "each has run" eval 'third && holds again.hpsearch "all(x[\"outcome\"] == \"ok\" for x in t)"'

# Jobs with room for two runs: two processes in each, which share its GPUs.
cat >pair.sh <<'END'
#!/bin/bash
echo ran >>"$HPSEARCH_DIR/count"
echo "$SLURM_JOB_NAME $CUDA_VISIBLE_DEVICES" >>"$HPSEARCH_DIR/where"
trap 'echo TERM >>"$HPSEARCH_DIR/term"; exit 0' TERM
while [ -e wait ]; do sleep 0.02; done
echo "{\"loss\": $HPSEARCH_TRIAL}"
END
chmod +x pair.sh
sed -e 's/train/pair/' -e 's/parallel: 2/parallel: 4/' -e 's/slurm: {/slurm: {slots: 2, mem: 3G, /' s.yaml >pair.yaml
export CUDA_VISIBLE_DEVICES=3,5,7,9
where() { cat pair.hpsearch/trials/*/r0/where; }
runs() { [ "$(where 2>/dev/null | wc -l)" = "$1" ]; }
anew
touch wait
"$HPSEARCH" pair.yaml >first.log 2>&1 &
driver=$!
check "four run" wait_until 30 runs 4
check "in two jobs" eval '[ "$(where | cut -d" " -f1 | sort -u | wc -l)" = 2 ] && [ "$(wc -l <calls-sbatch)" = 2 ]'
check "which were asked for with room for two" eval '[ "$(grep -c -e "--ntasks=2 .*--mem=6G " calls-sbatch)" = 2 ]'
check "half of a job's GPUs each" test "$(where | cut -d' ' -f2 | sort | uniq -c | xargs)" = "2 3,5 2 7,9"
expect "show" 0 "$HPSEARCH" show pair.hpsearch
check "has each of them" eval '[ "$(grep -c "^  job [12] on .*: trials/" out)" = 4 ]'
kill -9 $driver
wait $driver 2>/dev/null
"$HPSEARCH" pair.yaml >second.log 2>&1 &
driver=$!
adopted() { [ "$(grep -c '"e":"start".*"attempt":1' pair.hpsearch/journal.jsonl)" -ge "$1" ]; }
check "the next driver takes all four up" wait_until 30 adopted 8
# One job is taken away, both of its runs with it.
kill -TERM "$(head -n 1 pids)"
check "both of its runs hear of it, and begin again" wait_until 30 runs 6
check "in another job" test "$(wc -l <calls-sbatch)" = 3
# Of another one the first process is killed.
kill -9 "$(sed -n 2p pids)"
sed -i '2s/RUNNING/FAILED/' queue
check "its runs end with it, and begin again" wait_until 60 runs 8
rm wait
check "the search ends" wait $driver
check "all is well" holds pair.hpsearch 'all(x["outcome"] == "ok" for x in t) and not any(x.get("failures") for x in r)'
check "two were told, two could not be" test "$(cat pair.hpsearch/trials/*/r0/term | wc -l)" = 2
all_left() { ! xargs kill -0 <pids 2>/dev/null; }
check "and nobody stays" wait_until 30 all_left
unset CUDA_VISIBLE_DEVICES

anew
echo hang >mode-squeue
expect "a squeue that hangs is no news" 0 within 60 "$HPSEARCH" s.yaml
check "each once all the same" six

anew
echo fail >mode-squeue
expect "nor is one that fails" 0 within 60 "$HPSEARCH" s.yaml
check "each once, again" six

anew
echo odd >mode-squeue
expect "nor are odd lines" 0 within 60 "$HPSEARCH" s.yaml

anew
printf 'taken\n' >mode-sbatch
expect "sbatch fails, and has queued it" 0 within 60 "$HPSEARCH" s.yaml
check "that job is found" six
check "and no other in its place" test "$(wc -l <calls-sbatch)" -le 2

anew
printf 'busy\n' >mode-sbatch
expect "sbatch fails, and is asked again" 0 within 60 "$HPSEARCH" s.yaml
check "which is said" has "Socket timed out" err

anew
printf 'lose\nlose\n' >mode-sbatch
expect "jobs are lost, their numbers given to others" 0 within 90 "$HPSEARCH" s.yaml
check "others take their place" six
lacks_cancel() { ! grep -q "somebody" calls-scancel 2>/dev/null; }
check "what is not ours is left alone" lacks_cancel

# cancelled TEXT: the second of two jobs never begins, and scancel fails with a text.
cancelled() {
	anew
	printf '\npend\n' >mode-sbatch
	echo "scancel: error: $1" >mode-scancel
	within 60 "$HPSEARCH" s.yaml
}
expect "a job that is not wanted any more is cancelled" 0 cancelled "Unable to contact slurm controller (connect failure)"
check "once" test "$(wc -l <calls-scancel)" = 1
check "and if that fails it is said, with a way out" has "connect failure); squeue --me tells what is left" err
for gone in "Kill job error on job id 2: Invalid job id specified" \
	"Kill job error on job id 2: Job/step already completing or completed"; do
	expect "one that is gone by then" 0 cancelled "$gone"
	check "is what was wanted: ${gone##*: }" eval '[ "$(wc -l <calls-scancel)" = 1 ] && lacks scancel err'
done

# Before a directory is emptied its jobs are cancelled, too: here of a driver that was
# killed, as its jobs were.
anew
touch wait
"$HPSEARCH" s.yaml >first.log 2>&1 &
driver=$!
check "two run" wait_until 30 started 2
kill -9 $driver
wait $driver 2>/dev/null
while read -r pid; do kill -9 "$pid"; done <pids
rm wait queue
echo "scancel: error: Unable to contact slurm controller (connect failure)" >mode-scancel
expect "not emptied while they may be there" 1 within 60 "$HPSEARCH" s.yaml --fresh
check "which is said" has "connect failure" err
echo "scancel: error: Kill job error on job id 2: Invalid job id specified" >mode-scancel
expect "begun anew when they are gone" 0 within 60 "$HPSEARCH" s.yaml --fresh
check "and each runs" six

anew
printf 'refuse\n' >mode-sbatch
expect "an account that is not there ends the search" 1 within 30 "$HPSEARCH" s.yaml
check "in Slurm's words, with a way out" eval 'has "Invalid account" err && has "hpsearch check" err'

cat >bin/sbatch <<'END'
#!/bin/bash
echo 1
END
anew
expect "--dry-run submits nothing" 0 "$HPSEARCH" s.yaml --dry-run
check "and leaves no directory" test ! -e s.hpsearch
expect "an agent whose folder is not there has not begun" 1 \
	"$HPSEARCH" --job-agent "$tap_dir/nowhere" 1000 0 0 0
check "and says so" has "nowhere/begun: No such file" err
