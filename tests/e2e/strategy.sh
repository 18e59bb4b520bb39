#!/bin/bash
# A strategy from outside: what is said to it, what it may answer, and every way in which
# it can go wrong. Nothing that finished is lost.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
hps() { "$HPSEARCH" "$@"; }
export SAID=$PWD/said MODE=

file() { # MORE-LINES…
	cat <<-Y
		command: ["$FAKE", "\${args}"]
		method: {program: [python3, "$SRCDIR/tests/tools/strategy.py"], timeout: ${timeout:-60s}}
		metric: {name: loss}
		max_trials: 8
		constraints: ["x < 0.9"]
		parameters:
		  x: {min: 0.0, max: 1.0, default: 0.5}
		  k: {min: 0, max: 3}
		  c: {values: [a b, true, 3]}
		  deep: {min: 0.0, max: 1.0, when: {c: a b}}
	Y
	printf '%s\n' "$@"
}
file >p.yaml
expect "a search" 0 hps p.yaml
check "it is told of the space" python3 -c '
import json
h, *asks = [json.loads(line) for line in open("said")]
assert h["hpsearch"] == 1 and h["goal"] == "minimize" and h["metric"] == "loss" and h["max_trials"] == 8, h
space = {p["name"]: p for p in h["space"]}
assert space["x"] == {"name": "x", "type": "float", "distribution": "uniform", "low": 0, "high": 1, "log": False, "default": 0.5}, space["x"]
assert space["k"]["type"] == "int" and space["k"]["high"] == 3
assert space["c"]["choices"] == ["a b", True, 3]
assert space["deep"]["when"] == {"c": ["a b"]}
assert [a["ask"] for a in asks] == list(range(1, 8)), asks
# The defaults are news first, then each trial as it ends.
assert asks[0]["news"][0]["params"]["x"] == 0.5 and asks[0]["news"][0]["state"] == "ok"
assert [[n["trial"] for n in a["news"]] for a in asks] == [[i] for i in range(7)], asks'
check "its points are what is run" python3 -c '
import json
t = {t["id"]: t for t in json.load(open("p.hpsearch/results.json"))["trials"]}
assert [round(t[i]["params"]["x"], 6) for i in range(1, 8)] == [(i + 0.5) / 100 for i in range(1, 8)]
assert t[3]["params"]["deep"] == 0.25 and "deep" not in t[2]["params"]
assert t[2]["params"]["c"] is True and t[3]["params"]["c"] == "a b"'
expect "replay" 0 hps replay p.hpsearch/results.json
check "says what it cannot check" grep -q '^7 proposals are what python3 .*strategy.py said, and are taken as recorded' out
check "and what it can" grep -q '^1 proposal and 8 runs checked: identical' out
expect "of the journal too" 0 hps replay p.hpsearch
expect "show --why" 0 hps show p.hpsearch --trial 5 --why
check "does not pretend to know" grep -q 'what the program thought is not known' out
sed 's/"x":0.035/"x":0.036/' p.hpsearch/results.json >changed.json
expect "a changed point is found" 5 hps replay changed.json
rm said
expect "check begins nothing" 0 hps check p.yaml
expect "nor does --dry-run" 0 hps p.yaml --dry-run --out dry
check "really" test ! -e said

# It goes wrong: an error that says how, and no trial is lost or done twice.
wrong() { # MODE TEXT
	tap_mode=$1 tap_text=$2
	rm -rf w.hpsearch
	file >w.yaml
	MODE=$tap_mode expect "$tap_mode" 1 hps w.yaml
	check "$tap_mode: it says so" has "$tap_text" err
	check "$tap_mode: three trials are kept" test "$(grep -c '"e":"end"' w.hpsearch/journal.jsonl)" = 3
	MODE='' expect "$tap_mode: the same command goes on" 0 hps w.yaml
	check "$tap_mode: to the same end" bash -c \
		'cmp <(cut -d, -f1-4,8- w.hpsearch/results.csv) <(cut -d, -f1-4,8- p.hpsearch/results.csv)'
}
wrong dies "it has ended with exit status 4"
wrong killed "it was ended by signal 9"
wrong raises "it has ended with exit status 1"
check "what it wrote to its standard error is kept" grep -q 'RuntimeError: no idea' w.hpsearch/strategy.log
timeout=15s wrong hangs "it does not answer"
wrong deaf "it has closed its output"
wrong flood "its line is longer than"
wrong waits "it waits, but nothing is under way"
wrong error "it says: the budget of ideas is spent"
wrong nonsense "it answers well, 0.3 perhaps"
wrong array "it answers [1, 2]"
wrong empty "an answer is one line"
wrong text "an answer is one line"
wrong nul "an answer is one line"
wrong outside "it proposes x: 1.5, which is outside of the space"
wrong kind 'it proposes x: "0.5", which is outside'
wrong half "it proposes k: 1.5, which is outside"
wrong choice 'it proposes c: "b", which is outside'
wrong unknown "it proposes y, which is no parameter"
wrong constraint "its proposal breaks the constraint x < 0.9"
wrong missing "it proposes no value for x"
file >d.yaml
MODE='done' expect "it may end the search" 0 hps d.yaml
check "and say why" grep -q 'it is good' d.hpsearch/results.json
expect "it may end one of ask" 0 hps init d.yaml --out e
for i in 0 1 2; do
	expect "whose trial $i is asked for" 0 hps ask e
	expect "and told of" 0 hps tell e $i 1
done
MODE='done' expect "and then it is over" 7 hps ask e
check "and nothing in why reaches a terminal" [ "$(grep -c 'is good\\x1b\[2J\\u009b enough' err)" = 1 ]
sed 's/\[python3, .*py"\]/[.\/no-such-program]/' p.yaml >n.yaml
expect "no such program" 1 hps n.yaml
check "is said" grep -q 'no-such-program: cannot be executed: No such file' err
bad() { # LINE TEXT
	sed "s/^method:.*/method: $1/" p.yaml >b.yaml
	expect "method: $1" 2 hps check b.yaml
	check "it says so" has "$2" err
}
bad '{}' "method: says no program"
bad '{program: []}' "program"
bad '{programm: [x]}' "did you mean program"
bad '{program: [x], timeout: 0}' "no program answers in no time"
bad custom 'write method: {program: [python3, my_sampler.py]}'

# Interrupted while it thinks: as always.
if ! emulated; then
	file >i.yaml
	rm -f said
	MODE=hangs "$HPSEARCH" i.yaml >out 2>err &
	pid=$!
	check "it comes to its fourth question" wait_until 60 grep -q '"ask":3' said
	kill -TERM $pid
	wait $pid
	check "SIGTERM while it thinks: 143" test $? = 143
	check "everything is saved" grep -q 'everything is saved' err
	expect "and goes on" 0 hps i.yaml
fi

# Several at once, early stopping, ask and tell, killed and taken up.
file "parallel: 3" >m.yaml
expect "three at once" 0 hps m.yaml
expect "replay agrees" 0 hps replay m.hpsearch/results.json
rm -f said
expect "init" 0 hps init p.yaml --out told
for i in 0 1 2; do
	expect "ask $i" 0 hps ask told
	expect "tell $i" 0 hps tell told $i 0.$i
done
check "each asker's program is told everything" python3 -c '
import json
asks = [json.loads(line) for line in open("said") if line.startswith("{\"ask\"")]
assert [len(a["news"]) for a in asks] == [1, 2], asks
assert asks[1]["news"][1]["value"] == 0.1'
expect "replay agrees with that too" 0 hps replay told

# The examples.
cp "$SRCDIR"/examples/strategy/* .
expect "the (1+1) strategy" 0 hps space.yaml
cp space.hpsearch/results.json one.json
check "comes near the floor" python3 -c '
import json
values = [t["value"] for t in json.load(open("one.json"))["trials"]]
assert min(values) < 0.8 and len(values) == 40, min(values)'
expect "replay agrees" 0 hps replay one.json
python=${OPTUNA:-}
[ -n "$python" ] || emulated || pip_into optuna 120 optuna==5.0.0
tpe() {
	expect "Optuna's TPE" 0 hps space.yaml --out tpe \
		--set "method={program: [\"$python\", optuna_tpe.py], timeout: 2m}"
	check "finds the floor" python3 -c '
import json
assert json.load(open("tpe/results.json"))["trials"][0]["value"] < 0.5'
	expect "replay agrees with it" 0 hps replay tpe/results.json
}
real "Optuna's TPE" optuna tpe
