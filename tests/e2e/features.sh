#!/bin/bash
# What a file can ask for and the other scripts do not look at: another chance for failed
# trials, GPUs, what of a curve counts, targets, the texts of a first run that went wrong,
# differences between files, verifications without a clear answer or cut short.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

space() { # COMMAND-WORDS, then lines of the file
	echo "command: [\"$FAKE\", $1\"\${args}\"]"
	shift
	printf '%s\n' "metric: {name: loss}" "$@"
}
column() { # FILE NAME: its values in the order of the trials
	python3 -c '
import csv, sys
for row in sorted(csv.DictReader(open(sys.argv[1])), key=lambda r: int(r["trial"])):
    print(row[sys.argv[2]])' "$1" "$2" | tr '\n' ' '
}

# --retry-failed.
space "" "method: grid" "parameters: {mode: {values: [quadratic, flaky, curve, slow, cost]}}" >flaky.yaml
expect "a search with a failed trial" 0 "$HPSEARCH" flaky.yaml
check "its outcome" test "$(column flaky.hpsearch/results.csv outcome)" = "ok failed ok ok ok "
expect "the same command does not run it again" 0 "$HPSEARCH" flaky.yaml
check "it stays failed" test "$(column flaky.hpsearch/results.csv outcome)" = "ok failed ok ok ok "
expect "--retry-failed does" 0 "$HPSEARCH" flaky.yaml --retry-failed
check "now all are well" test "$(column flaky.hpsearch/results.csv outcome)" = "ok ok ok ok ok "
check "one run was begun for that" test "$(grep -c '"e":"start"' flaky.hpsearch/journal.jsonl)" = 6
expect "replay agrees" 0 "$HPSEARCH" replay flaky.hpsearch/results.json
expect "and nothing is left to do" 0 "$HPSEARCH" flaky.yaml --retry-failed
check "nothing" test "$(grep -c '"e":"start"' flaky.hpsearch/journal.jsonl)" = 6

# A slot for each GPU.
space "env, " "method: random" "gpus: [3, \"MIG-5\"]" "parameters: {x: {min: 0.0, max: 1.0}}" >gpu.yaml
expect "a search on two GPUs" 0 "$HPSEARCH" gpu.yaml -n 6
check "each run has one of them" python3 -c '
import glob, json
seen = [json.load(open(f))["CUDA_VISIBLE_DEVICES"] for f in glob.glob("gpu.hpsearch/trials/*/r0/stdout")]
assert len(seen) == 6 and set(seen) == {"3", "MIG-5"}, seen'

visible() { # NAME OF A SEARCH: what its runs saw, each once
	python3 -c '
import glob, json, sys
print(*sorted({json.load(open(f))["CUDA_VISIBLE_DEVICES"] for f in glob.glob(sys.argv[1] + "/trials/*/r0/stdout")}))' "$1"
}
sed 's/^gpus.*/gpus: [0, 1]/' gpu.yaml >two.yaml
expect "-j above the slots" 0 "$HPSEARCH" two.yaml -n 6 -j 8
check "is said" has "notice: gpus has room for 2 runs at once, not for the 8 of -j (runs_per_gpu" err
check "both were used" test "$(visible two.hpsearch)" = "0 1"
expect "under an inherited list" 0 env CUDA_VISIBLE_DEVICES=4,GPU-9 "$HPSEARCH" two.yaml -n 6 --fresh
check "that is said, too" has "notice: gpus are 4, GPU-9 of the inherited CUDA_VISIBLE_DEVICES=4,GPU-9" err
check "gpus are indices into it" test "$(visible two.hpsearch)" = "4 GPU-9"
expect "check shows the slots" 0 env CUDA_VISIBLE_DEVICES=4,GPU-9 "$HPSEARCH" check two.yaml
check "with their devices" has "slots        2: CUDA_VISIBLE_DEVICES=4 | GPU-9" out
expect "a list that is too short" 2 env CUDA_VISIBLE_DEVICES=4 "$HPSEARCH" two.yaml -n 6 --fresh
expect "check says the same" 2 env CUDA_VISIBLE_DEVICES=4 "$HPSEARCH" check two.yaml
check "which gpu is not there" has "there is no gpu 1 in the inherited CUDA_VISIBLE_DEVICES=4" err
sed 's/^gpus.*/gpus: [[0, 1], [2, 3]]/' gpu.yaml >group.yaml
expect "two gpus for a run" 0 "$HPSEARCH" group.yaml -n 4
check "it sees both" test "$(visible group.hpsearch)" = "0,1 2,3"
mkdir planted
printf '#!/bin/sh\necho "GPU 0: A (UUID: GPU-a)"\necho "GPU 1: B (UUID: GPU-b)"\n' >planted/nvidia-smi
chmod +x planted/nvidia-smi
sed 's/^gpus.*/gpus: auto\nruns_per_gpu: 2/' gpu.yaml >auto.yaml
expect "all gpus, shared" 0 env PATH="$PWD/planted:$PATH" "$HPSEARCH" check auto.yaml
check "four slots" has "slots        4: CUDA_VISIBLE_DEVICES=0 | 1 | 0 | 1" out
if [ -e /dev/nvidia0 ] || [ -d /proc/driver/nvidia/gpus ] || [ -d /sys/class/kfd ]; then
	skip "no gpu at all" "this machine has some"
else
	expect "no gpu at all" 2 "$HPSEARCH" auto.yaml
	check "is said" has "gpus: auto, but no gpu is found" err
fi
sed '/^gpus/d' gpu.yaml >unsaid.yaml
expect "an inherited list and no gpus" 0 env CUDA_VISIBLE_DEVICES=4,5 "$HPSEARCH" unsaid.yaml -n 4 -j 2
check "that all see all is said" has "notice: each of 2 runs at once sees all of the inherited CUDA_VISIBLE_DEVICES=4,5 (gpus: auto" err
check "they do" test "$(visible unsaid.hpsearch)" = "4,5"
expect "one at a time may have them" 0 env CUDA_VISIBLE_DEVICES=4,5 "$HPSEARCH" check unsaid.yaml
check "nothing to say" lacks CUDA_VISIBLE_DEVICES err

# What of a curve counts: loss + 1, 1/2, 1/3, 1/4.
curve() { # NAME WANTED METRIC
	space "curve, --epochs=4, --epoch-ms=1, " "method: grid" "parameters: {x: {values: [0.3]}}" |
		sed "s/^metric.*/metric: {name: loss, $3}/" >curve.yaml
	expect "$1" 0 "$HPSEARCH" curve.yaml --out "curve.$1"
	check "$1: $2" test "$(column "curve.$1/results.csv" value)" = "$2 "
	expect "$1: replay agrees" 0 "$HPSEARCH" replay "curve.$1/results.json"
}
curve last 0.25 "goal: minimize"
curve lowest 0.25 "goal: minimize, reduce: best"
curve highest 1 "goal: maximize, reduce: best"
curve "mean of two" 0.29166666666666663 "goal: minimize, reduce: mean_last_2"

# Targets, both ways.
space "" "method: grid" "parameters: {x: {values: [0.9, 0.3, 0.8]}}" "stop: {target: 0.01}" >target.yaml
expect "a target of a loss" 0 "$HPSEARCH" target.yaml
check "ends the search" test "$(column target.hpsearch/results.csv trial)" = "0 1 "
sed -i 's/^metric.*/metric: {name: loss, goal: maximize}/; s/0.01/0.3/' target.yaml
expect "a target of a gain" 0 "$HPSEARCH" target.yaml --out gain
check "ends it, too" test "$(column gain/results.csv trial)" = "0 "

# First runs that went wrong.
first() { # NAME TEXT COMMAND…
	local name=$1 text=$2
	shift 2
	printf '%s\n' "command: [$*]" "metric: {name: loss}" "method: random" "backoff: 0" \
		"parameters: {x: {min: 0.0, max: 1.0}}" >first.yaml
	expect "$name: exit ${CODE:-3}" "${CODE:-3}" "$HPSEARCH" first.yaml --fresh -n 3
	check "$name: $text" has "$text" err
}
first "how to go on" "the same command with --retry-failed goes on" "'true'"
first "silence" "it printed nothing" "'true'"
first "text alone" "no line with a JSON object was found" echo, hello
first "another name" "did you mean" "\"$FAKE\", no-metric"
first "numbers of other names" "name one of them" echo, "'{\"qqqqqqqq\": 1}'"
CODE=4 first "exit 75 for ever" "a hundred times" "\"$FAKE\", exit, 75"

# Another file in the same directory: what differs.
printf '%s\n' "command: [echo, '{\"loss\": 1}']" "method: random" "metric: {name: loss}" \
	"parameters:" >one.yaml
cp one.yaml two.yaml
for i in 0 1 2 3 4 5 6 7 8 9; do
	echo "  p$i: {min: 0.0, max: 1.0}" >>one.yaml
	echo "  p$i: {min: 0.0, max: 2.0}" >>two.yaml
done
expect "one file" 0 "$HPSEARCH" one.yaml -n 3 --out d
expect "another is refused" 2 "$HPSEARCH" two.yaml -n 3 --out d
check "with the first differences" has "parameters.p7.max: was 1, now 2" err
check "and the number of the others" has "and 2 more" err
(cat one.yaml && printf '  long: {values: [%s]}\n' "$(seq -s ', ' 100)") >three.yaml
expect "a longer file is refused" 2 "$HPSEARCH" three.yaml -n 3 --out d
check "what is new was absent" has "parameters.long: was absent" err
check "what is long is cut" has '...' err
expect "another --command is refused" 2 "$HPSEARCH" one.yaml -n 3 --out d --command "echo '{\"loss\": 2}'"
check "named" has "--command: was" err
expect "a --set that changes nothing of the search" 0 "$HPSEARCH" one.yaml -n 4 --out d --set parallel=2 --set retries=1
expect "again" 0 "$HPSEARCH" one.yaml -n 5 --out d --set parallel=2 --set retries=1
expect "with another value" 0 "$HPSEARCH" one.yaml -n 6 --out d --set parallel=3 --set retries=1
check "all of it is in the results" grep -q '"set":\["parallel=3","retries=1"\]' d/results.json
expect "show of the results file" 0 "$HPSEARCH" show d/results.json

# From standard input; texts that CSV has to quote.
printf '%s\n' "command: [echo, '{\"loss\": 1}']" "method: grid" "metric: {name: loss}" \
	"parameters: {'a,b': {values: ['say \"hi\"', \"two\nlines\", \"a,b\"]}}" >quote.yaml
expect "a search from standard input" 0 sh -c '"$HPSEARCH" - <quote.yaml'
check "its directory" test -s stdin.hpsearch/results.json
check "CSV holds every text" python3 -c '
import csv
rows = list(csv.DictReader(open("stdin.hpsearch/results.csv", newline="")))
assert sorted(r["a,b"] for r in rows) == ["a,b", "say \"hi\"", "two\nlines"], rows'

# Verifications without a yes.
verified() { # NAME EXIT ANSWER LINES…
	local name=$1 code=$2 answer=$3
	shift 3
	space "${WORDS:-}" "method: sobol" "max_trials: 4" "$@" >v.yaml
	expect "$name: exit $code" "$code" "$HPSEARCH" v.yaml --fresh
	check "$name: $answer" python3 -c '
import json, sys
v = json.load(open("v.hpsearch/results.json"))["verification"]
assert v["answer"] == sys.argv[1], v["answer"]' "$answer"
}
verified "the defaults win" 5 no "parameters: {x: {min: 0.0, max: 1.0, default: 0.3}}" "test: {top: 2, repeats: 2}"
verified "no defaults" 0 "no defaults" "parameters: {x: {min: 0.0, max: 1.0}}" "test: {top: 2, repeats: 2}"
WORDS='"noisy", "--noise=0.01", ' verified "the test fails" 5 "cannot tell" "parameters: {x: {min: 0.0, max: 1.0, default: 0.9}}" \
	"test: {top: 2, repeats: 2, command: ['false']}"
verified "one pair only" 5 "cannot tell" "parameters: {x: {min: 0.0, max: 1.0, default: 0.9}}" "test: {top: 1, repeats: 1}"

# A verification is cut short and goes on.
cat >slow <<'S'
#!/bin/sh
# Slow only when its runs are verified.
case $HPSEARCH_DIR in */verify/*) sleep 0.2 ;; esac
exec "$FAKE" quadratic "$@"
S
chmod +x slow
printf '%s\n' "command: [./slow, '\${args}']" "method: sobol" "metric: {name: loss}" "max_trials: 3" \
	"parameters: {x: {min: 0.0, max: 1.0, default: 0.9}}" "test: {top: 2, repeats: 3}" >cut.yaml
"$HPSEARCH" cut.yaml -q >out 2>err &
pid=$!
wait_until 20 grep -q verify_end cut.hpsearch/journal.jsonl
kill -TERM $pid
wait $pid
code=$?
check "SIGTERM in the verification: exit 143" test $code = 143
done_before=$(grep -c '"e":"verify_end"' cut.hpsearch/journal.jsonl)
expect "the same command goes on" 5 "$HPSEARCH" cut.yaml
check "what was verified is not done again" python3 -c '
import json
done = set()
for line in open("cut.hpsearch/journal.jsonl"):
    e = json.loads(line)
    key = e.get("phase"), str(e.get("c")), e.get("r")
    if e["e"] == "verify_start": assert key not in done, key
    if e["e"] == "verify_end" and not e.get("again"): done.add(key)
assert len(done) > '"$done_before"', done'

# The machine's side: limits, hang-ups, an empty environment, words that are too long.
printf '%s\n' "command: [sh, -c, 'echo \"{\\\"loss\\\": \$(ulimit -Sn)}\"', \"\${args}\"]" "method: random" \
	"metric: {name: loss}" "parameters: {x: {min: 0.0, max: 1.0}}" >limit.yaml
soft() { (ulimit -Sn 40 && exec "$HPSEARCH" limit.yaml -j 30 -n 60); }
if emulated; then
	skip "a soft limit of 40 open files" "valgrind makes it a hard one"
else
	expect "thirty at once under a soft limit of 40 open files" 0 soft
	check "the commands get the old limit" test "$(column limit.hpsearch/results.csv value | tr ' ' '\n' | sort -u | tr -d '\n')" = 40
fi
expect "without an environment" 0 env -i "$HPSEARCH" limit.yaml -n 2 --out bare
printf '%s\n' "command: [echo, \"\${args}\"]" "method: random" "metric: {name: loss}" \
	"parameters: {x: {values: [$(head -c 140000 /dev/zero | tr '\0' a)]}}" >long.yaml
if emulated; then
	skip "a word that is too long" "valgrind does not survive it"
else
	expect "a word that is too long: exit 3" 3 "$HPSEARCH" long.yaml
	check "says so" has "Argument list too long" err
fi
space "slow, 20, " "method: random" "parameters: {x: {min: 0.0, max: 1.0}}" >hup.yaml
hang_up() { # OUT WANTED-EXIT: SIGHUP in the middle of a search
	wait_until 10 grep -q '"e":"end"' "$1/journal.jsonl"
	kill -HUP $!
	wait $!
	code=$?
	check "$1: exit $2" test $code = "$2"
}
"$HPSEARCH" hup.yaml -n 40 -q --out hung >out 2>err &
hang_up hung 129
(trap '' HUP && exec "$HPSEARCH" hup.yaml -n 40 -q --out nohup) >out 2>err &
hang_up nohup 0
