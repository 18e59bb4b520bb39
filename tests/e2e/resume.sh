#!/bin/bash
# Nothing is lost: kills at any instant, signals, torn lines, full disks, two drivers.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

cat >space.yaml <<Y
command: ["$FAKE", slow, 15, "\${args}"]
method: ${METHOD:-random}
metric: {name: loss}
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
  y: {values: [-1, 0, 1], default: 1}
repeats: 2
Y
cat >train <<'S'
#!/bin/sh
# A training with a ledger of its own: begun, ended.
echo "begin $HPSEARCH_TRIAL $HPSEARCH_RUN" >>"$LEDGER"
"$FAKE" slow 15 "$@" && echo "end $HPSEARCH_TRIAL $HPSEARCH_RUN" >>"$LEDGER"
S
chmod +x train
export LEDGER=$PWD/ledger
sed -i 's|^command:.*|command: [./train, "${args}"]|' space.yaml
ranks() { cut -d, -f1-6,8- "$1/results.csv"; }
# Children of the search alone carry HPSEARCH_DIR.
no_training_left() {
	for e in /proc/[0-9]*/environ; do
		tr '\0' '\n' <"$e" 2>/dev/null | grep -qx "HPSEARCH_DIR=$PWD/.*" && return 1
	done
	return 0
}

# What bayes proposes hangs on who is first; replay says whether it was right to.
for m in grid random sobol bayes; do
	sed "s/^method:.*/method: $m/; s/x: .*/x: {min: 0.0, max: 1.0, q: 0.1}/" space.yaml >k.yaml
	: >ledger
	"$HPSEARCH" k.yaml -n 24 -j3 --out whole -q >/dev/null 2>&1
	: >ledger
	for delay in 0.03 0.06 0.11 0.17 0.05 0.23 0.02 0.09; do
		"$HPSEARCH" k.yaml -n 24 -j3 --out killed -q >/dev/null 2>&1 &
		pid=$!
		sleep $delay
		kill -9 $pid 2>/dev/null
		wait $pid 2>/dev/null
	done
	expect "$m: goes on after eight kills" 5 "$HPSEARCH" k.yaml -n 24 -j3 --out killed
	[ $m = bayes ] ||
		check "$m: the same trials and ranking as in one go" cmp <(ranks whole) <(ranks killed)
	check "$m: nothing that the journal has as finished ran again" python3 - killed/journal.jsonl <<'P'
import json, sys
done = set()
for line in open(sys.argv[1]):
    e = json.loads(line)
    if e["e"] == "start": assert (e["t"], e["r"]) not in done, e
    if e["e"] == "end" and not e.get("again"): done.add((e["t"], e["r"]))
assert len(done) == 48, len(done)
P
	check "$m: no child survives" wait_until 5 no_training_left
	expect "$m: replay agrees" 0 "$HPSEARCH" replay killed/results.json
	rm -rf whole killed
done

# Signals.
interrupt() { # SIGNAL WANTED-EXIT
	rm -rf s.out
	"$HPSEARCH" space.yaml -n 500 -j2 --out s.out >out 2>err &
	pid=$!
	wait_until 10 test -s s.out/journal.jsonl
	sleep 0.3
	kill -"$1" $pid
	wait $pid
	tap_got=$?
	check "SIG$1 ends with $2" test "$tap_got" = "$2"
	check "SIG$1: no child survives" wait_until 5 no_training_left
	check "SIG$1: results are written" test -s s.out/results.json
}
# (a background job of a script ignores INT unless job control is on)
set -m
interrupt INT 130
interrupt TERM 143
set +m
expect "the same command continues" 5 "$HPSEARCH" space.yaml -n 30 --out s.out
check "and says so" has "continuing" err

# A torn last line.
size=$(stat -c %s s.out/journal.jsonl)
truncate -s $((size - 7)) s.out/journal.jsonl
expect "a torn last line is cut off" 5 "$HPSEARCH" space.yaml -n 31 --out s.out
check "and kept aside" test -s s.out/journal.torn
# Damage in the middle.
cp s.out/journal.jsonl saved
printf X | dd of=s.out/journal.jsonl bs=1 seek=2000 conv=notrunc 2>/dev/null
expect "damage in the middle is refused" 2 "$HPSEARCH" space.yaml -n 31 --out s.out
check "with its line" has "journal.jsonl: line" err
cp saved s.out/journal.jsonl

# results.json is made again from the journal.
ranks s.out >before
rm s.out/results.json s.out/results.csv
expect "a lost results.json comes back" 5 "$HPSEARCH" space.yaml -n 31 --out s.out
check "with the same ranking" cmp before <(ranks s.out)

# Two drivers.
"$HPSEARCH" space.yaml -n 200 --out two -q >/dev/null 2>&1 &
pid=$!
wait_until 10 test -s two/journal.jsonl
expect "a second driver is refused" 1 "$HPSEARCH" space.yaml -n 5 --out two
check "by name" has "pid $pid" err
kill -TERM $pid
wait $pid

# Another file in the same directory.
sed 's/max: 1.0/max: 2.0/' space.yaml >other.yaml
expect "another search is refused" 2 "$HPSEARCH" other.yaml --out s.out
check "with the difference" has "parameters.x.max: was 1, now 2" err
check "and the way out" has "--fresh" err
expect "--fresh starts over" 5 "$HPSEARCH" other.yaml -n 12 --fresh --out s.out

# Places that cannot be written.
mkdir -p full
if mount -t tmpfs -o size=600k tmpfs full 2>/dev/null; then
	expect "a full disk: an error" 1 within 60 "$HPSEARCH" space.yaml -n 400 -j2 --out full/s
	check "that says what is full" has "No space left" err
	cp full/s/journal.jsonl j.full
	mount -o remount,size=20m full
	expect "and the search goes on when there is room" 5 "$HPSEARCH" space.yaml -n 60 -j2 --out full/s
	check "with every line that was there" cmp -n "$(stat -c %s j.full)" j.full full/s/journal.jsonl
	umount full
else
	skip "a full disk" "cannot mount a tmpfs here"
fi
expect "a directory that cannot be made" 1 "$HPSEARCH" space.yaml -n 3 --out /proc/nowhere/x
check "is named" has "/proc/nowhere" err
touch file
expect "a file in its place" 1 "$HPSEARCH" space.yaml -n 3 --out file

# A search under way, as show sees it from beside: what runs, what waits, how long it took;
# and when its driver is gone.
cat >wait.sh <<'TRAIN'
echo '{"epoch": 7, "loss": 0.5}'
while [ ! -e "$GO" ]; do sleep 0.05; done
TRAIN
cat >aside.yaml <<'FILE'
command: [sh, wait.sh, "${args}"]
method: grid
metric: {name: loss}
early_terminate: {type: patience, patience: 5, step: epoch}
repeats: 2
parallel: 3
parameters: {x: {values: [1, 2, 3]}}
FILE
GO=$PWD/go "$HPSEARCH" aside.yaml >aside.out 2>aside.err &
aside=$!
three() { [ "$(grep -c '"e":"report"' aside.hpsearch/journal.jsonl 2>/dev/null)" = 3 ]; }
check "a search is under way" wait_until 20 three
expect "show of it" 0 "$HPSEARCH" show aside.hpsearch
check "its state" grep -q "^state    running: 0 of 3 trials in .*; 3 runs under way, 1 queued" out
check "what runs, with its last report" grep -q " 0 *running.*last report 0.5 at step 7" out
expect "show of a trial" 0 "$HPSEARCH" show aside.hpsearch --trial 1
check "its runs apart" grep -q "run 0, .*: running" out
check "the other waits" grep -q "run 1, .*: queued" out
kill -9 "$aside"
wait "$aside" 2>/dev/null
gone() { "$HPSEARCH" show aside.hpsearch 2>/dev/null | grep -q "^state    not finished: 0 of 3"; }
check "its driver is killed" wait_until 20 gone
expect "show afterwards" 0 "$HPSEARCH" show aside.hpsearch
check "what ran was interrupted" grep -q " 0 *interrupted" out
touch go
expect "it is continued" 0 env GO="$PWD/go" "$HPSEARCH" aside.yaml
check "with repeats the best so far is a mean" has "the best so far with a mean of 0.5" err

# A script that has changed since the last session: a warning with both states; --strict
# refuses; each trial has what it ran with.
echo "echo '{\"loss\": 1}'" >change.sh
printf '%s\n' 'command: [sh, change.sh, "${args}"]' 'method: random' 'metric: {name: loss}' 'parameters: {x: {min: 0.0, max: 1.0}}' >change.yaml
expect "a search" 0 "$HPSEARCH" change.yaml -n 2
expect "goes on with the same script" 0 "$HPSEARCH" change.yaml -n 3 --strict
check "without a word" lacks "has changed since" err
echo '# an edit' >>change.sh
cp change.hpsearch/journal.jsonl before.jsonl
expect "--strict refuses another one" 2 "$HPSEARCH" change.yaml -n 5 --strict
check "with both states" test "$(grep -cE '^  (then|now): +change.sh [0-9a-f]{16}' err)" = 2
check "and writes nothing" cmp before.jsonl change.hpsearch/journal.jsonl
expect "without --strict it goes on" 0 "$HPSEARCH" change.yaml -n 5
check "with a warning" has "warning: what the search trains with has changed since its last session" err
check "each trial has its script" python3 -c '
import json
t = sorted(json.load(open("change.hpsearch/results.json"))["trials"], key=lambda t: t["id"])
code = [x["code"] for x in t]
assert code[0] == code[1] == code[2] != code[3] == code[4], code'
expect "show says it" 0 "$HPSEARCH" show change.hpsearch --trial 4
check "of a trial" grep -q "trained with change.sh [0-9a-f]\{16\}" out
expect "replay of both" 0 "$HPSEARCH" replay change.hpsearch/results.json

# A driver that does not listen, and is killed: what its training printed meanwhile, and
# does not print again from its checkpoint, counts.
cat >train.sh <<'T'
f=$HPSEARCH_DIR/checkpoint
e=$(cat "$f" 2>/dev/null || echo 0)
say() { echo "{\"epoch\": $e, \"loss\": $e.5}" >>"$1"; }
case $SAYS in stdout) to=/dev/stdout ;; stderr) to=/dev/stderr ;; *) to=$HPSEARCH_RESULTS ;; esac
[ "$e" -lt 9 ] || say "$to"
while [ "$e" -lt 9 ]; do
	e=$((e + 1))
	say "$to"
	echo "$e" >"$f"
	case $HPSEARCH_DIR in */"$WAITS"/*) while [ $e = 2 ] && [ ! -e go ]; do sleep 0.01; done ;; esac
done
T
heard() { grep -q "\"e\":\"$1\".*\"step\":2" deaf/journal.jsonl; }
saved() { [ "$(cat deaf/"$1"/checkpoint)" = 9 ]; }
deaf() { # CODE SAYS WAITS EVENT FOLDER LINES…
	rm -rf deaf go
	local code=$1
	shift
	export SAYS=$1 WAITS=$2
	printf '%s\n' "command: [sh, train.sh]" "args: none" "method: random" "metric: {name: loss}" \
		"parameters: {x: {min: 0.0, max: 1.0, default: 0.5}}" "max_trials: 1" "${@:5}" >deaf.yaml
	"$HPSEARCH" deaf.yaml --out deaf -q >/dev/null 2>&1 &
	pid=$!
	wait_until 60 heard "$3"
	kill -STOP $pid
	: >go
	wait_until 60 saved "$4"
	kill -KILL $pid
	wait $pid 2>/dev/null
	expect "killed while it did not listen ($*)" "$code" "$HPSEARCH" deaf.yaml --out deaf
}
# curve RUN WANTED…: its reports, and how often it was begun
curve() {
	python3 -c '
import json, sys
d = json.load(open("deaf/results.json"))
v = d["verification"]
run = d["trials"][0]["runs"][0] if sys.argv[1] == "search" else v["candidates"][0][sys.argv[1]]["runs"][0]
print(run)
assert run["outcome"] == sys.argv[2] and run["attempts"] == int(sys.argv[3])
n = int(sys.argv[4])
assert run["reports_total"] == n
assert "reports" not in run or run["reports"] == [[e, e + 0.5] for e in range(1, n + 1)]' "$@"
}
for says in stdout stderr results; do
	deaf 0 $says trials report trials/0000/r0
	check "$says: no report is lost" curve search ok 2 9
	expect "$says: replay" 0 "$HPSEARCH" replay deaf
done
deaf 0 stdout trials report trials/0000/r0 "early_terminate: {type: asha, grace: 1, max_iter: 9, step: epoch}"
check "with a rule, too" curve search ok 2 9
expect "replay" 0 "$HPSEARCH" replay deaf
deaf 3 stdout trials report trials/0000/r0 "early_terminate: {type: threshold, max: 5}"
check "a stop that was due is made, and the run not begun again" curve search stopped 1 5
expect "replay" 0 "$HPSEARCH" replay deaf
deaf 5 stdout verify verify_report verify/rerun/0000/r0 "test: {top: 1, repeats: 1}"
check "in the verification, too" curve rerun ok 2 9
