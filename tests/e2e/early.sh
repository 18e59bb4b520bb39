#!/bin/bash
# Early stopping with real processes: runs that ignore SIGTERM, that end at the instant of
# the decision, that report in strange ways; promotion; a kill in the middle; replay.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
cd "$tap_dir" || exit 1

# space FILE MODE EPOCHS 'EARLY' [LINE…]
space() {
	cat >"$1" <<END
command: ["$FAKE", $2, --epochs=$3, "\${args}"]
method: sobol
metric: {name: loss, goal: minimize}
parameters:
  x: {min: 0.0, max: 1.0}
  y: {min: -1.0, max: 1.0}
max_trials: 20
kill_grace: 1
early_terminate: $4
END
	printf '%s\n' "${@:5}" >>"$1"
}
asha='{type: asha, grace: 3, max_iter: 27, step: epoch}'
promote='{type: asha, grace: 3, max_iter: 27, step: epoch, mode: promote}'

# outcomes FILE: "ok stopped" counts of its results.
outcomes() {
	python3 -c '
import json, sys
t = [t["outcome"] for t in json.load(open(sys.argv[1]))["trials"]]
print(t.count("ok"), t.count("stopped"), t.count("diverged"))' "$1"
}
# replayed DIR: its journal and its results file alone.
replayed() {
	"$HPSEARCH" replay "$1" >replay.out && grep -q 'decisions checked: identical' replay.out &&
		"$HPSEARCH" replay "$1/results.json" >replay.out &&
		grep -q 'decisions checked: identical' replay.out
}
# What a search is, but for times: trials, outcomes, reasons, values.
essence() {
	python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
for t in d["trials"]:
    print(t["id"], t["rank"], t["outcome"], t["reason"], t["value"],
          [(r.get("promotions"), r["reports"], r.get("stop")) for r in t["runs"]])' "$1"
}
same_as() { essence "$1/results.json" >a.txt && essence "$2/results.json" >b.txt && cmp a.txt b.txt; }

space plain.yaml curve 27 "$asha"
expect "asha stops" 0 "$HPSEARCH" plain.yaml --out plain
check "some are stopped, some are not" holds plain/results.json \
	'sum(t["outcome"] == "stopped" for t in t) > 8 and sum(t["outcome"] == "ok" for t in t) > 2'
check "a stop has its numbers" holds plain/results.json '
all(set(r["stop"]) == {"decision", "rule", "rung", "step", "value", "threshold", "peers"} and
    r["stop"]["value"] > r["stop"]["threshold"] and r["stop"]["rung"] in (3, 9) and
    r["stop"]["step"] == r["stop"]["rung"] and r["stop"]["peers"] > 3 and
    r["reports"][-1] == [r["stop"]["step"], r["stop"]["value"]]
    for t, r in zip(t, r) if t["outcome"] == "stopped")'
check "a stopped trial has no value and no rank" holds plain/results.json \
	'all(t["value"] is None and t["rank"] is None for t in t if t["outcome"] == "stopped")'
check "the summary says what was saved" grep -q 'runs stopped; .* steps: .* % saved' out
check "progress says why" grep -q 'trial [0-9]* stopped at step 3 (rung 3): .* the limit from' err
check "nobody's stderr is shown for that" sh -c '! grep -q "end of its stderr" err'
check "replay derives every decision again" replayed plain
"$HPSEARCH" show plain >show.out
check "show has the reasons" grep -q 'stopped .* at step 3 (rung 3): ' show.out

# The same trainings in other manners; one after the other the search is the same.
space burst.yaml burst 27 "$asha"
expect "runs that are over before they can be stopped" 0 "$HPSEARCH" burst.yaml --out burst
check "the same decisions, the same ranking" same_as plain burst
space words.yaml stubborn 27 "$asha"
expect "runs that ignore SIGTERM and talk on" 0 "$HPSEARCH" words.yaml --out words \
	--set kill_grace=0.1
check "the same again" same_as plain words
check "replay" replayed words

space kill9.yaml stubborn 100000 '{type: threshold, step: epoch, max: 0}'
sed -i 's/stubborn, /stubborn, --epoch-ms=2, /' kill9.yaml
expect "runs that only SIGKILL ends: all stopped, so exit 3" 3 within 100 \
	"$HPSEARCH" kill9.yaml --out kill9 -j4 -n 8 --set kill_grace=0.1
check "by the limit, as it says" holds kill9/results.json \
	'all(t["outcome"] == "stopped" and "above 0, the limit" in t["reason"] for t in t)'
check "replay of the limit" replayed kill9

space odd.yaml odd-steps 1 '{type: asha, grace: 2, max_iter: 27, step: epoch}'
expect "steps of all kinds" 0 "$HPSEARCH" odd.yaml --out odd -j4
check "the run is not confused" holds odd/results.json \
	'all(t["outcome"] in ("ok", "stopped") for t in t) and any(t["outcome"] == "stopped" for t in t)'
check "replay of them" replayed odd

space nan.yaml explode 27 "$asha"
expect "runs that diverge" 0 "$HPSEARCH" nan.yaml --out nan
check "they are stopped at once" holds nan/results.json \
	'any(t["outcome"] == "diverged" for t in t) and all(len(r["reports"]) == 4 for t, r in zip(t, r) if t["outcome"] == "diverged")'
check "replay of divergence" replayed nan

space promote.yaml checkpoint 27 "$promote"
expect "promotion from a checkpoint" 0 "$HPSEARCH" promote.yaml --out promote
check "budgets and promotions fit" holds promote/results.json '
all(r["budget"] == [3, 9, 27][r.get("promotions", 0)] and
    [s for s, v in r["reports"]] == list(range(1, int(r["budget"]) + 1)) for r in r)'
cat promote/trials/*/r0/reports.jsonl* >all.jsonl
check "each step was taken once" holds promote/results.json \
	"d['early_terminate']['steps'] == $(wc -l <all.jsonl)"
check "replay of promotions" replayed promote
space again.yaml curve 27 "$promote"
expect "a training without a checkpoint starts again" 0 "$HPSEARCH" again.yaml --out again
check "to the same results" same_as promote again
space deaf.yaml stubborn 27 "$promote"
expect "a training that knows no budget" 0 "$HPSEARCH" deaf.yaml --out deaf --set kill_grace=0.1
check "to the same results as well" same_as promote deaf

space once.yaml once 1 '{type: hyperband, resource: {parameter: epochs, min: 3, max: 27}}'
sed -i 's/--epochs=1, //' once.yaml
expect "the budget is a parameter" 0 "$HPSEARCH" once.yaml --out once -j2
check "launched with 3, 9 or 27" sh -c \
	'grep -ho -- "--epochs=[0-9]*" once/trials/*/r0/cmd | sort -u | tr "\n" " " | grep -qx -- "--epochs=27 --epochs=3 --epochs=9 "'
check "config.json says so too" sh -c "grep -q '\"epochs\":3[,}]' once/trials/*/r0/config.json"
expect "the winner" 0 "$HPSEARCH" best once -f args
check "has the full one" grep -q -- "--epochs=27" out
check "replay of the brackets" replayed once

# A kill whenever the journal has grown by some lines, until the search comes to its end.
space kill.yaml checkpoint 27 "$promote"
sed -i 's/checkpoint, /checkpoint, --epoch-ms=4, /' kill.yaml
kills=0
# grown: the journal has so many lines, or the driver is no more.
grown() { ! kill -0 "$driver" 2>/dev/null || [ "$(wc -l <kill/journal.jsonl)" -ge "$1" ]; }
while [ $kills -lt 12 ]; do
	"$HPSEARCH" kill.yaml --out kill -j3 -q >kill.out 2>&1 &
	driver=$!
	wait_until 60 grown $((kills * 23 + 11))
	kill -KILL $driver 2>/dev/null || break
	wait $driver 2>/dev/null
	cp kill/journal.jsonl "before.$kills"
	kills=$((kills + 1))
done
check "it was killed often enough" test $kills -ge 8
expect "killed again and again, it comes to its end" 0 "$HPSEARCH" kill.yaml --out kill -j3
check "each decision once taken stands ($kills kills)" python3 - $kills <<'END'
import json, sys
def decisions(path):
    lines = [line for line in open(path) if line.endswith("}\n")]
    return [line for line in lines if json.loads(line)["e"] == "decision"]
last = decisions("kill/journal.jsonl")
for i in range(int(sys.argv[1])):
    before = decisions("before.%d" % i)
    assert last[:len(before)] == before, i
END
check "replay of what was killed" replayed kill
check "every run is over" holds kill/results.json 'all(r["state"] == "finished" for r in r)'

# The files are what the manual says.
if python3 -c 'import jsonschema' 2>no-jsonschema; then
	check "the schema holds" python3 - "$SRCDIR/tests/data/results.schema.json" <<'END'
import json, jsonschema, sys
schema = json.load(open(sys.argv[1]))
for name in "plain", "promote", "once", "nan", "odd":
    jsonschema.validate(json.load(open(name + "/results.json")), schema)
END
else
	skip "the schema holds" "python3-jsonschema is not there"
fi
expect "check shows the rungs" 0 "$HPSEARCH" check promote.yaml
check "with their cost" grep -q '^ *2 *9 *11.1 % *33.3 % *18.5 %' out
expect "--dry-run too" 0 "$HPSEARCH" promote.yaml --dry-run
check "with their steps" grep -q '^ *1 *3 ' out
expect "another rule is another search" 2 "$HPSEARCH" promote.yaml --out plain
check "it says what differs" grep -q 'early_terminate' err

# A run that has converged is a finished one: ranked with its value, verified, learnt from.
cat >converges.sh <<'TRAIN'
#!/bin/sh
# climbs to x for three epochs, stays there for ever, saves at SIGTERM
x=${1#--x=}
trap 'echo saved >"$HPSEARCH_DIR/model"; exit 3' TERM
e=0
while :; do
	e=$((e + 1))
	awk -v x="$x" -v e=$e 'BEGIN { printf "{\"epoch\": %d, \"acc\": %g}\n", e, e < 3 ? x * e / 3 : x }'
	sleep 0.01
done
TRAIN
chmod +x converges.sh
cat >converges.yaml <<'FILE'
command: [./converges.sh, "${args}"]
method: grid
metric: {name: acc, goal: maximize}
parameters:
  x: {values: [0.5, 0.1, 0.9, 0.95]}
early_terminate: {type: patience, patience: 2, step: epoch}
FILE
expect "runs that converge end" 0 "$HPSEARCH" converges.yaml
check "all are ok" test "$(outcomes converges.hpsearch/results.json)" = "4 0 0"
check "ranked by their values" grep -q '^ *1 *3 *ok *0.95' out
check "the summary says so" has "4 of 4 runs ended where they had converged" out
check "each at its epoch" holds converges.hpsearch/results.json \
	'all(x["reports"][4][0] == 5 and x["reason"].startswith("converged at step 5: nothing better than") for x in r)'
check "each could save its model" test "$(cat converges.hpsearch/trials/*/r0/model | wc -l)" = 4
expect "the best one is the best" 0 "$HPSEARCH" best converges.hpsearch
check "x is 0.95" has '{"x":0.95}' out
expect "replay of them" 0 "$HPSEARCH" replay converges.hpsearch/results.json
expect "again" 0 "$HPSEARCH" converges.yaml
check "nothing was run again" test "$(grep -c '"e":"start"' converges.hpsearch/journal.jsonl)" = 4
expect "check says what patience does" 0 "$HPSEARCH" check converges.yaml
check "that it ranks" has "ranked with its value" out

# A complete run is never stopped, by any rule; one report is no agreement.
cat >once.sh <<'TRAIN'
#!/bin/sh
# reports once, at its last epoch, and then saves its model
echo "{\"epoch\": 9, \"loss\": ${1#--x=}}"
sleep 0.05
echo saved >"$HPSEARCH_DIR/model"
TRAIN
chmod +x once.sh
for early in "type: asha" "type: hyperband, s: 2" "type: hyperband_brackets" "type: median, min_steps: 1, min_trials: 1" \
	"type: threshold, max: 0.45" "type: asha, max: 0.45" "type: asha, mode: promote" "type: asha, control: 0.5"; do
	rm -rf complete.hpsearch
	sed "s/converges.sh/once.sh/; s/acc, goal: maximize/loss/; s/values:.*/values: [0.5, 0.9, 0.7, 0.6, 0.55, 0.4, 0.8, 0.91, 0.92, 0.93, 0.94]}/; s/^early.*/early_terminate: {$early, step: epoch, max_iter: 9}/" converges.yaml >complete.yaml
	expect "complete runs, $early" 0 "$HPSEARCH" complete.yaml
	check "all are ok and have their models" test "$(outcomes complete.hpsearch/results.json), $(cat complete.hpsearch/trials/*/r0/model | wc -l)" = "11 0 0, 11"
	check "and nothing is said to agree" lacks "agrees" out
	expect "replay of them" 0 "$HPSEARCH" replay complete.hpsearch/results.json
done

# A rule that cannot act is said at the first finished run, and in the summary.
idle() { # NAME EARLY, then the texts of a run and of all
	sed "s/converges.sh/short.sh/; s/acc, goal: maximize/loss/; s/^early.*/early_terminate: {$2}/; s/values:.*/values: [0.5, 0.9, 0.7]}/" converges.yaml >idle.yaml
	expect "$1" 0 "$HPSEARCH" idle.yaml --fresh
	check "$1: said at the first run" has "$3" err
	check "$1: once" test "$(grep -c "$3" err)" = 1
	check "$1: and in the summary" has "$4" out
}
cat >short.sh <<'TRAIN'
#!/bin/sh
for e in 1 2 3; do
	echo "{\"epoch\": $e, \"loss\": ${1#--x=}}"
done
TRAIN
chmod +x short.sh
idle "a step that never comes" "type: asha, max_iter: 9, step: batch" \
	"counts in batch, which no report of this run had: it can stop nothing" \
	"counts in batch, which no report of any run had: it could stop nothing"
idle "a rung too far" "type: asha, max_iter: 27, grace: 9, step: epoch" \
	"looks at runs from step 9 on, and this run never came so far" \
	"looks at runs from step 9 on, and no run came so far"
idle "too much patience" "type: patience, patience: 3, step: epoch" \
	"looks at runs from their report 4 on, and this run never made so many" \
	"looks at runs from their report 4 on, and no run made so many"
sed "s/^early.*/early_terminate: {type: asha, max_iter: 9, grace: 1, step: epoch}/" idle.yaml >few.yaml
expect "too few runs" 0 "$HPSEARCH" few.yaml
check "too few runs: nothing at the first" lacks "early_terminate" err
check "too few runs: in the summary" has "compares a run with 3 others at least, and only 3 runs came so far" out

# All stopped, nothing ranked: the guard; with fewer runs, exit 3 and a sentence.
sed "s/^method.*/method: random/; s/^early.*/early_terminate: {type: threshold, max: 1, step: epoch}\nmax_trials: 30/; s/values:.*/min: 2.0, max: 3.0}/; s/short.sh/long.sh/" few.yaml >all.yaml
sed 's/done/sleep 0.02; done/' short.sh >long.sh
chmod +x long.sh
expect "a rule that stops all: the guard" 4 "$HPSEARCH" all.yaml
check "after ten runs" has "10 of 10 runs were stopped by early_terminate (threshold): none has come to its end" err
check "the first is shown" has "trial 0, stopped (at step 1:" err
check "and what to do" has "another search (--fresh, or --out DIR)" err
expect "with four of them: exit 3" 3 "$HPSEARCH" all.yaml --fresh -n 4
check "has a sentence" has "no trial has a usable value: 4 stopped" err
check "and what to do" has "give it a later or a looser limit" err
