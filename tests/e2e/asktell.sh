#!/bin/bash
# A search whose runs hpsearch does not launch: init, ask, tell.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
hps() { "$HPSEARCH" "$@"; }
key() { python3 -c 'import json, sys; print(json.load(open("out"))[sys.argv[1]])' "$1"; }
events() { grep -c "\"e\":\"$1\"" "${2:-s.hpsearch}/journal.jsonl"; }

cat >s.yaml <<-'Y'
	method: bayes
	metric: {name: loss}
	max_trials: 4
	parameters: {lr: {min: 0.001, max: 1.0, log: true}, opt: {values: [a b, c]}}
Y
expect "init" 0 hps init s.yaml
check "it says where" test "$(cat out)" = s.hpsearch
expect "but not twice" 2 hps init s.yaml
check "and says how to go on" grep -q 'help: go on with hpsearch ask s.hpsearch' err
expect "ask" 0 hps ask s.hpsearch
check "in JSON" python3 -c '
import json
d = json.load(open("out"))
assert d["id"] == "0" and d["trial"] == 0 and d["run"] == 0 and d["seed"] > 0
assert set(d["params"]) == {"lr", "opt"} and "step_budget" not in d'
expect "ask by the YAML file, as words" 0 hps ask s.yaml -f args
check "the trial, then its arguments" grep -qE "^1 --lr=[0-9.e-]+ '?--opt=(a b'|c)$" out
expect "ask as variables" 0 hps ask s.hpsearch -f env
check "which a shell can take" bash -c '. ./out && test "$HPSEARCH_ID$HPSEARCH_TRIAL$HPSEARCH_RUN" = 220 &&
	test -z "$HPSEARCH_STEP_BUDGET" && test -n "$LR" && test -n "$OPT"'
expect "no other format" 2 hps ask s.hpsearch -f csv
lines=$(wc -l <s.hpsearch/journal.jsonl)
tell_wrong() { # NAME TEXT WORDS…
	tap_text=$2 tap_words=("${@:3}")
	expect "$1" 2 hps tell "${tap_words[@]}"
	check "it says so" has "$tap_text" err
}
tell_wrong "a trial never asked for" "there is no trial 9; 3 were asked for" s.hpsearch 9 1
tell_wrong "a run that there is not" "there is no run 1 of trial 0; it has 1" s.hpsearch 0.1 1
tell_wrong "no trial" "x: is no trial" s.hpsearch x 1
tell_wrong "no number" "the value good: is no number" s.hpsearch 0 good
tell_wrong "an empty value" "the value : is no number" s.hpsearch 0 ""
tell_wrong "nothing at all" "nothing was reported, and no value is told" s.hpsearch 0
tell_wrong "two things" "tell one thing at a time" s.hpsearch 0 1 --fail
tell_wrong "no value of a step" "needs the value at that step" s.hpsearch 0 --report 1
tell_wrong "no step" "a step is finite" s.hpsearch 0 --report nan 1
tell_wrong "no lease" "--lease soon: is no duration" s.hpsearch 0 --report 1 1 --lease soon
tell_wrong "a reason for nothing" "--reason goes with" s.hpsearch 0 1 --reason x
tell_wrong "no cost" "--cost -1: is no cost" s.hpsearch 0 1 --cost -1
tell_wrong "no directory" "No such file" nowhere 0 1
mkdir empty
tell_wrong "no search" "hpsearch init begins one" empty 0 1
check "nothing of that is written" test "$(wc -l <s.hpsearch/journal.jsonl)" = "$lines"
expect "tell, a negative value" 0 hps tell s.hpsearch 0 -0.5
check "it says what came of it" test "$(cat out)" = ok
tell_wrong "told twice" "trial 0, run 0 is over already: ok" s.hpsearch 0 3
expect "not a number is an outcome" 0 hps tell s.hpsearch 1 nan
check "diverged" test "$(cat out)" = diverged
expect "a report" 0 hps tell s.hpsearch 2 --report 1 -3
check "continue" test "$(cat out)" = continue
expect "a value may be what was reported" 0 hps tell s.hpsearch 2
expect "ask for the last" 0 hps ask s.hpsearch
expect "then wait" 8 hps ask s.hpsearch
expect "tell a failure" 0 hps tell s.hpsearch 3 --fail --reason "no luck"
check "failed" test "$(cat out)" = failed
expect "then it is over" 7 hps ask s.hpsearch
check "which is said" grep -q 'the search is over: every trial' err
expect "over it stays" 7 hps ask s.hpsearch
check "it ended once" test "$(events finish)" = 1
expect "replay of the journal" 0 hps replay s.hpsearch
expect "and of the results" 0 hps replay s.hpsearch/results.json
check "agrees" grep -q '^4 proposals and 4 runs checked: identical' out
expect "show" 0 hps show s.hpsearch
check "tells the reason" grep -q 'failed.*no luck' out
expect "best" 0 hps best s.hpsearch
expect "a schema" 0 python3 -c '
import json, jsonschema, sys
jsonschema.validate(json.load(open("s.hpsearch/results.json")), json.load(open(sys.argv[1])))' \
	"$SRCDIR/tests/data/results.schema.json"

# The two kinds of search are kept apart.
cat >r.yaml <<-Y
	command: ["$FAKE", "\${args}"]
	method: random
	max_trials: 2
	metric: {name: loss}
	parameters: {x: {min: 0.0, max: 1.0}}
Y
expect "a search that hpsearch runs" 0 hps r.yaml
expect "is not asked" 2 hps ask r.hpsearch
check "and says why" grep -q 'launched by hpsearch run' err
expect "nor told" 2 hps tell r.hpsearch 0 1
expect "one that was begun for ask" 0 hps init r.yaml --out told
expect "is not run" 2 hps r.yaml --out told
check "and says how to go on" grep -q 'go on with hpsearch ask' err

# Repeats, retries, costs.
cat >c.yaml <<-'Y'
	method: random
	metric: {name: loss, goal: maximize}
	repeats: 2
	retries: 1
	budget: {cost: 3}
	parameters: {x: {min: 0.0, max: 1.0}}
Y
expect "init with options" 0 hps init c.yaml --seed 9 -n 50
expect "the first run of a trial" 0 hps ask c.hpsearch
first=$(key seed)
expect "the second" 0 hps ask c.hpsearch
check "has another seed" test "$first" != "$(key seed)"
check "and a name of its own" test "$(key id)" = 0.1
tell_wrong "a trial alone is not enough" "which of its 2 runs?" c.hpsearch 0 1
expect "a failure is tried again" 0 hps tell c.hpsearch 0.0 --fail --cost 1
check "it says so" test "$(cat out)" = "failed, queued again"
expect "ask again" 0 hps ask c.hpsearch
check "it is the same" test "$(key id)$(key seed)" = "0.0$first"
expect "tell" 0 hps tell c.hpsearch 0.0 1 --cost 0.5
expect "tell" 0 hps tell c.hpsearch 0.1 2 --cost 1.5
expect "the cost budget ends it" 7 hps ask c.hpsearch
check "it says so" grep -q 'the cost budget of 3 is spent' err
check "the mean is kept" python3 -c '
import json
d = json.load(open("c.hpsearch/results.json"))
assert d["trials"][0]["value"] == 1.5 and d["search"]["cost"] == 3 and d["search"]["state"] == "budget"
assert d["search"]["seed"] == "9" and d["search"]["trials_asked"] == 50'
expect "infeasible" 0 bash -c '"$0" init c.yaml --out i >/dev/null && "$0" ask i >/dev/null && "$0" tell i 0.0 --infeasible --reason big' "$HPSEARCH"
check "is an outcome" test "$(cat out)" = infeasible

# Early stopping answers.
cat >e.yaml <<-'Y'
	method: random
	max_trials: 3
	metric: {name: loss}
	early_terminate: {type: asha, mode: promote, step: epoch, min_steps: 1, max_iter: 3, eta: 3}
	parameters: {x: {min: 0.0, max: 1.0}}
Y
expect "a search with rungs" 0 hps init e.yaml
race() {
	local values=(0.3 0.2 0.1)
	while hps ask e.hpsearch >out 2>err; do
		id=$(key id) budget=$(key step_budget)
		for ((step = 1; step <= budget; step++)); do
			answer=$(hps tell e.hpsearch "$id" --report "$step" "${values[id]}")
			[ "$answer" = continue ] || break
		done
		echo "$id $budget $answer"
		[ "$answer" != continue ] || hps tell e.hpsearch "$id"
	done >race
}
race
check "the best goes on from its pause" test "$(tr '\n' ' ' <race)" = \
	"0 1 pause 1 1 pause 2 1 pause 2 3 continue ok "
tell_wrong "what is paused is over" "over already: stopped" e.hpsearch 0 1
expect "replay makes the decisions again" 0 hps replay e.hpsearch/results.json
check "all of them" grep -q '4 decisions checked: identical\|[1-9] decisions checked: identical' out
cat >m.yaml <<-'Y'
	method: random
	metric: {name: loss}
	early_terminate: {type: threshold, max: 5}
	parameters: {x: {min: 0.0, max: 1.0}}
Y
expect "a rule that stops" 0 bash -c '"$0" init m.yaml >/dev/null && "$0" ask m.hpsearch >/dev/null && "$0" tell m.hpsearch 0 --report 1 9' "$HPSEARCH"
check "says stop" test "$(cat out)" = stop

# A lease: what is not told is offered again, and may be told after all.
expect "init" 0 hps init s.yaml --out lease
expect "ask, for a second" 0 hps ask lease --lease 1s
cp out lost
expect "others are asked for meanwhile" 0 hps ask lease
for i in 2 3; do expect "trial $i" 0 hps ask lease; done
offered_again() { hps ask lease >out 2>err && cmp out lost; }
check "it is offered again" wait_until 20 offered_again
check "which is in the journal" test "$(events cut lease)" = 1
expect "told" 0 hps tell lease 0 1
tell_wrong "by the slower one too" "is over already" lease 0 2
expect "init" 0 hps init s.yaml --out late
expect "ask, for a second" 0 hps ask late --lease 1s
gives_up() { sleep 0.3; hps ask late --lease 1h >out; test "$(events cut late)" -gt 0; }
check "given up" wait_until 20 gives_up
expect "and heard of after all" 0 hps tell late 0 0.25
expect "replay agrees" 0 hps replay late

# Many at once, killed at random.
expect "eight at once, some killed" 0 env WORKERS=8 TRIALS=24 KILLS=24 SEED=1 \
	"$SRCDIR/tests/torture/asktell.py"
sed 's/^/# /' out
