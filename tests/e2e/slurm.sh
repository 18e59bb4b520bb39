#!/bin/bash
# Runs in jobs of a Slurm of the tests' own (tests/slurm/up.sh): nothing runs twice, nothing that
# has ended is lost, nothing is left behind, whoever dies.
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/slurm/lib.sh
. "$SRCDIR/tests/slurm/lib.sh"
slurm_begin 8

# Counts its starts, waits for a file "go" where there is to be one, reports its number.
cat >train.sh <<'END'
#!/bin/bash
echo ran >>"$HPSEARCH_DIR/count"
[ ! -f wait ] || until [ -f "go-$HPSEARCH_TRIAL" ] || [ -f go ]; do sleep 0.05; done
sleep 0.1
echo "{\"loss\": $HPSEARCH_TRIAL}"
END
chmod +x train.sh
yaml many.yaml ./train.sh "parallel: 16" "slurm: {time: 10m, poll: 1s}"
check "check prints the line for sbatch" "$HPSEARCH" check many.yaml
"$HPSEARCH" check many.yaml >out 2>&1
check "what Slurm says of it, and KillWait" eval \
	'has "to start at" out && has "KillWait is 3 s" out && has "no-requeue" out'
check "nothing was submitted" empty
expect "60 runs" 0 within 60 "$HPSEARCH" many.yaml -n 60
check "each of them once" once many.hpsearch 60
check "all are ok" holds many.hpsearch 'len(t) == 60 and all(x["outcome"] == "ok" for x in t)'
check "few looks at the queue" test "$(wc -l <calls-squeue)" -le 12
check "no job is left" wait_until 10 empty

# More jobs than there is room for.
yaml wide.yaml ./train.sh "parallel: 12" "slurm: {time: 10m, cpus: 4}"
expect "twelve jobs on eight nodes" 0 within 60 "$HPSEARCH" wide.yaml
check "those that waited are cancelled" wait_until 10 empty

# The driver is killed while ten run; five end without it.
touch wait
yaml killed.yaml ./train.sh "parallel: 10" "slurm: {time: 10m, poll: 1s, lost_after: 5s}"
"$HPSEARCH" killed.yaml >first.log 2>&1 &
driver=$!
check "ten run" wait_until 30 counts killed.hpsearch 10
kill -9 $driver
wait $driver 2>/dev/null
for i in 0 2 4 6 8; do touch "go-$i"; done
ended() { [ "$(cat killed.hpsearch/agents/*/out | grep -c '"m":"exit"')" -ge 5 ]; }
check "five end while nobody looks" wait_until 30 ended
"$HPSEARCH" killed.yaml >second.log 2>&1 &
driver=$!
finished() { [ "$(grep -c '"e":"end"' killed.hpsearch/journal.jsonl)" -ge 5 ]; }
check "the next driver hears of them" wait_until 10 finished
touch go
check "it goes on to the end" wait $driver
check "none of them ran twice" once killed.hpsearch 10
check "all ten are ok" holds killed.hpsearch 'len(t) == 10 and all(x["outcome"] == "ok" for x in t)'
check "values are those of the runs" holds killed.hpsearch 'all(x["value"] == x["id"] for x in t)'
rm -f go go-*

# SIGTERM: the driver leaves, its runs stay.
yaml left.yaml ./train.sh "parallel: 4" "max_trials: 4" "slurm: {time: 10m, poll: 1s}"
"$HPSEARCH" left.yaml >first.log 2>&1 &
driver=$!
check "four run" wait_until 30 counts left.hpsearch 4
kill $driver
wait $driver
check "sent away, it says so with 143 or 5" test $? -ne 0
check "its jobs run on" test "$(squeue -h -t running | wc -l)" = 4
"$HPSEARCH" show left.hpsearch >out 2>&1
check "show says where each run is" eval 'has "jobs of Slurm" out && [ "$(grep -c "on .*: trials/000[0-3]/r0" out)" = 4 ]'
touch go
expect "continued, it finds them" 0 within 60 "$HPSEARCH" left.yaml
check "once each" once left.hpsearch 4
rm -f go

# --fresh while jobs of the old search are there.
rm -f left.hpsearch/trials/*/r0/count
"$HPSEARCH" left.yaml --fresh --detach >first.log 2>&1 &
driver=$!
check "four run again" wait_until 30 counts left.hpsearch 4
kill -INT $driver
wait $driver
check "Ctrl-C with --detach leaves them" test "$(squeue -h -t running | wc -l)" = 4
touch go
expect "--fresh begins anew beside them" 0 within 60 "$HPSEARCH" left.yaml --fresh
check "nothing of the old search counts" once left.hpsearch 4
check "its jobs are gone" wait_until 20 empty
rm -f go

# Ctrl-C twice: everything ends.
rm -f left.hpsearch/trials/*/r0/count
"$HPSEARCH" left.yaml --fresh >first.log 2>&1 &
driver=$!
check "four run for Ctrl-C" wait_until 30 counts left.hpsearch 4
kill -INT $driver
sleep 0.3
kill -INT $driver
wait $driver
check "Ctrl-C twice leaves no job" wait_until 20 empty
touch go
expect "and the search goes on later" 0 within 60 "$HPSEARCH" left.yaml
check "all four are ok in the end" holds left.hpsearch 'all(x["outcome"] == "ok" for x in t)'
rm -f go

# A job of two runs is taken away while the trainings save themselves and say that all is well.
cat >saves.sh <<'END'
#!/bin/bash
echo ran >>"$HPSEARCH_DIR/count"
trap 'echo "{\"loss\": 99}"; exit 0' TERM
if [ -f wait ]; then while sleep 0.05; do :; done; fi
echo '{"loss": 1}'
END
chmod +x saves.sh
yaml taken.yaml ./saves.sh "max_trials: 2" "slurm: {time: 10m, poll: 1s, slots: 2, jobs: 1, mem: 100}"
"$HPSEARCH" taken.yaml >first.log 2>&1 &
driver=$!
check "both run" wait_until 30 counts taken.hpsearch 2
check "in one job" test "$(squeue -h -t running -o '%C %m')" = "2 200M"
rm -f wait
scancel "$(squeue -h -t running -o %i | head -n 1)"
check "a job taken away ends no search" wait $driver
check "its runs are no success, and ran again" holds taken.hpsearch \
	'all(x["value"] == 1 for x in t) and [x["attempts"] for x in r] == [2, 2] and not any(x.get("failures") for x in r)'

# Early stopping: TERM within two seconds, whose handler ends with 0.
cat >stops.sh <<'END'
#!/bin/bash
echo ran >>"$HPSEARCH_DIR/count"
trap 'echo saved >"$HPSEARCH_DIR/saved"; exit 0' TERM
for i in $(seq 100); do
	echo "{\"loss\": $((HPSEARCH_TRIAL * 10)), \"step\": $i}"
	[ "$HPSEARCH_TRIAL" -gt 0 ] || [ "$i" -lt 8 ] || exit 0
	sleep 0.1
done
END
chmod +x stops.sh
yaml stops.yaml ./stops.sh "parallel: 1" "max_trials: 2" \
	"early_terminate: {type: threshold, max: 5}" "slurm: {time: 10m, poll: 1s}"
expect "a search that stops runs" 0 within 60 "$HPSEARCH" stops.yaml
check "the bad one was stopped, and saved itself" eval \
	'holds stops.hpsearch "t[1][\"outcome\"] == \"stopped\" and r[1][\"wall\"] < 5" && [ -f stops.hpsearch/trials/0001/r0/saved ]'

# The driver dies between its intent and sbatch; and between sbatch and its answer.
yaml crash.yaml ./train.sh "parallel: 2" "slurm: {time: 10m, poll: 1s, lost_after: 3s}"
cat >fail-sbatch <<END
case \${STEP:-} in
before)
	mkdir before 2>/dev/null && kill -9 \$PPID
	exit 1
	;;
behind)
	if mkdir behind 2>/dev/null; then
		$(PATH=${PATH#*:} command -v sbatch) "\$@" >/dev/null
		kill -9 \$PPID
		exit 1
	fi
	;;
esac
END
expect "killed before sbatch" 137 env STEP=before "$HPSEARCH" crash.yaml -j 1
expect "killed behind sbatch" 137 env STEP=behind "$HPSEARCH" crash.yaml
expect "it goes on" 0 within 90 "$HPSEARCH" crash.yaml
check "once each, through both" once crash.hpsearch 10
check "and leaves no job" wait_until 20 empty
rm fail-sbatch

# The controller dies and comes back.
touch wait
yaml ctld.yaml ./train.sh "parallel: 4" "slurm: {time: 10m, poll: 1s, lost_after: 60s}"
"$HPSEARCH" ctld.yaml >first.log 2>&1 &
driver=$!
check "four run before the controller dies" wait_until 30 counts ctld.hpsearch 4
sleep 6 # slurmctld writes its state every five seconds
kill -9 "$(cat slurm/run/slurmctld.pid)"
touch go
check "the search goes on without it" wait_until 30 counts ctld.hpsearch 10
rm -f slurm/run/slurmctld.pid
slurmctld -f "$SLURM_CONF" </dev/null
check "and ends" wait $driver
check "once each, without a controller" once ctld.hpsearch 10
rm -f go wait

# What is wrong is said.
yaml bad.yaml ./train.sh "slurm: {partition: nowhere}"
expect "a partition that is not there ends the search" 1 within 30 "$HPSEARCH" bad.yaml
check "in Slurm's words" has "nvalid partition" err
expect "no sbatch" 1 env PATH=/usr/sbin:/sbin "$HPSEARCH" bad.yaml
check "is said" has "sbatch is not in PATH" err
