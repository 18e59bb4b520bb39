#!/bin/bash
# Whole searches with real processes: what is written, the same search at any width, and
# every kind of ending that a training can have.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

space() { # MODE-WORDS [more yaml lines]
	cat <<Y
command: ["$FAKE", $1, "\${args}"]
method: ${METHOD:-sobol}
metric: {name: loss, goal: minimize}
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
  y: {values: [-1, 0, 1], default: 1}
${2:-}
Y
}
# The ranking without what may differ between runs: the wall time.
ranks() { cut -d, -f1-6,8- "$1/results.csv"; }

space quadratic >space.yaml
expect "a search ends with 0" 0 "$HPSEARCH" space.yaml -n 12
for f in journal.jsonl results.json results.csv trials/0000/r0/config.json \
	trials/0000/r0/cmd trials/0000/r0/stdout trials/0000/r0/stderr; do
	check "writes $f" test -f "space.hpsearch/$f"
done
check "the baseline is trial 0" test "$(json space.hpsearch/results.json \
	"[t for t in d['trials'] if t['id']==0][0]['params']")" = "{'x': 0.9, 'y': 1}"
check "results.json is ranked" test "$(json space.hpsearch/results.json \
	"[t['value'] for t in d['trials']]==sorted(t['value'] for t in d['trials'])")" = True
check "cmd runs the trial again" sh -c 'sh space.hpsearch/trials/0003/r0/cmd | grep -q loss'
expect "replay agrees" 0 "$HPSEARCH" replay space.hpsearch/results.json

for m in grid random sobol; do
	METHOD=$m space noisy "repeats: 2" | sed 's/x: .*/x: {min: 0.0, max: 1.0, q: 0.1}/' >w.yaml
	expect "$m -j1" 0 "$HPSEARCH" w.yaml -n 20 -j1 --out w1
	expect "$m -j8" 0 "$HPSEARCH" w.yaml -n 20 -j8 --out w8
	check "$m: -j1 and -j8 give the same trials and ranking" \
		cmp <(ranks w1) <(ranks w8)
	rm -rf w1 w8
done

METHOD=bayes space noisy >b.yaml
expect "bayes -j4" 0 "$HPSEARCH" b.yaml -n 30 -j4
expect "bayes: replay agrees" 0 "$HPSEARCH" replay b.hpsearch/results.json
check "bayes: nothing twice" test "$(json b.hpsearch/results.json \
	"len({str(t['params']) for t in d['trials']})")" = 30
METHOD=bayes space noisy "deterministic: true" >d.yaml
expect "deterministic: true" 0 "$HPSEARCH" d.yaml -n 24 -j4 --out d1
expect "once more" 0 "$HPSEARCH" d.yaml -n 24 -j4 --out d2
check "deterministic: the same trials and ranking" cmp <(ranks d1) <(ranks d2)
rm -rf b.hpsearch d1 d2

space no-metric >n.yaml
expect "no metric at all: exit 3" 3 "$HPSEARCH" n.yaml -n 6
check "says which name was looked for" has loss err
space "quadratic, --metric=val_loss" >n2.yaml
expect "another name: exit 3" 3 "$HPSEARCH" n2.yaml -n 6 --fresh
check "suggests the nearest name" has "did you mean" err
sed "s|\"$FAKE\"|\"./no-such-program\"|" space.yaml >e.yaml
expect "no such program: exit 3" 3 "$HPSEARCH" e.yaml -n 6
check "says that it cannot be executed" has "cannot be executed" err
space "exit, 7" >f.yaml
expect "all fail: exit 4" 4 "$HPSEARCH" f.yaml -n 20
check "says what to type next" has "--retry-failed" err
check "three runs were enough" test "$(ls f.hpsearch/trials | wc -l)" -le 4

for mode in nan inf; do
	space $mode "" >d.yaml
	"$HPSEARCH" d.yaml -n 5 --fresh -q >/dev/null 2>&1
	check "$mode is diverged, never a winner" test "$(json d.hpsearch/results.json \
		"{t['outcome'] for t in d['trials']}, {t['rank'] for t in d['trials']}")" = \
		"{'diverged'} {None}"
done
outcome_of() { json "$1/results.json" "sorted({t['outcome'] for t in d['trials']})"; }
space crash >o.yaml; "$HPSEARCH" o.yaml -n 3 --fresh -q >/dev/null 2>&1
check "a crash is killed" test "$(outcome_of o.hpsearch)" = "['killed']"
space oom >o.yaml; "$HPSEARCH" o.yaml -n 3 --fresh -q >/dev/null 2>&1
check "a SIGKILL that is not ours is oom" test "$(outcome_of o.hpsearch)" = "['oom']"
space hang "trial_timeout: 200ms
kill_grace: 100ms" >o.yaml; "$HPSEARCH" o.yaml -n 3 --fresh -q >/dev/null 2>&1
check "a hang is a timeout" test "$(outcome_of o.hpsearch)" = "['timeout']"
space ignore-term "trial_timeout: 200ms
kill_grace: 100ms" >o.yaml; "$HPSEARCH" o.yaml -n 3 --fresh -q >/dev/null 2>&1
check "one that ignores TERM too" test "$(outcome_of o.hpsearch)" = "['timeout']"
space infeasible >o.yaml; "$HPSEARCH" o.yaml -n 3 --fresh -q >/dev/null 2>&1
check "infeasible is infeasible" test "$(outcome_of o.hpsearch)" = "['infeasible']"
space preempt "backoff: 0" >o.yaml
expect "exit 75 is queued again" 0 "$HPSEARCH" o.yaml -n 4 --fresh
check "and ends ok" test "$(outcome_of o.hpsearch)" = "['ok']"
for mode in half-json numeric-string prefix results-file long-line binary-junk no-newline \
	daemonise hold-pipe close-stdout setsid-child late-metric; do
	space $mode >o.yaml
	expect "$mode does no harm" 0 within 60 "$HPSEARCH" o.yaml -n 4 -j2 --fresh
done
space nested | sed 's/name: loss/name: eval.loss/' >o.yaml
expect "nested names" 0 "$HPSEARCH" o.yaml -n 3 --fresh
space cost "budget: {cost: 1}" >o.yaml
expect "the cost budget ends a search" 0 "$HPSEARCH" o.yaml -n 1000 --fresh
check "and is named" sh -c '"$HPSEARCH" show o.hpsearch 2>&1 | grep -q "cost budget" ||
	grep -q "cost budget" o.hpsearch/results.json'
space "slow, 100" "budget: {time: 1s}
min_trials: 500" >o.yaml
expect "a budget that ends before min_trials: exit 6" 6 "$HPSEARCH" o.yaml -n 1000 --fresh
space quadratic "stop: {target: 0.2}" >o.yaml
expect "a target ends a search" 0 "$HPSEARCH" o.yaml -n 1000 --fresh
check "before its cap" test "$(ls o.hpsearch/trials | wc -l)" -lt 1000

# The failure guard shows a run that failed, the first one, with its last words.
cat >third.py <<'TRAIN'
import os, sys
if int(os.environ["HPSEARCH_TRIAL"]) % 3:
    raise ValueError("bad x\t" + os.environ["HPSEARCH_TRIAL"])
print('{"loss": %s}' % os.environ["HPSEARCH_TRIAL"])
TRAIN
printf '%s\n' 'command: [python3, -S, third.py, "${args}"]' 'method: random' 'metric: {name: loss}' 'max_trials: 12' \
	'parameters: {x: {min: 0.0, max: 1.0}}' >third.yaml
expect "more than half fail" 4 "$HPSEARCH" third.yaml
check "the first failure is shown" has "6 of 10 runs failed; the first one: trial 1, failed (exit 1: ValueError: bad x 1)" err
check "with its folder" has "trials/0001/r0 (run it again" err
check "and the way on" has "with --retry-failed" err
check "its last words are its reason" grep -q '1 *failed.*exit 1: ValueError: bad x 1' out
sed -i 's/% 3:/< 99:/' third.py
expect "all of three fail: the guard" 4 "$HPSEARCH" third.yaml --fresh
expect "two trials: exit 3" 3 "$HPSEARCH" third.yaml --fresh -n 2
check "has a sentence" has "no trial has a usable value: 2 failed" err
check "the first failure is in it" has "the first that failed, trial 0: failed, exit 1: ValueError: bad x 0" err
check "and what to do" has "hpsearch show third.hpsearch --trial 0 tells of it" err
echo "echo '{\"loss\": NaN}'" >nan.sh
sed 's/^command.*/command: [sh, nan.sh, "${args}"]/' third.yaml >never.yaml
expect "all diverge: exit 3" 3 "$HPSEARCH" never.yaml -n 4
check "has a sentence, too" has "no trial has a usable value: 4 diverged" err

# The end of a search, on stderr.
echo 'echo "{\"loss\": $1}"' >echo.sh
sed 's/^command.*/command: [sh, echo.sh, "${param:x}"]/' third.yaml >ends.yaml
expect "a search that ends" 0 "$HPSEARCH" ends.yaml --out "a place" -n 5
check "why, when, how many" grep -q "^done: 5 trials (5 ok) in .*; every trial that was asked for is done" err
check "where the results are" has "results  'a place' (results.json" err
check "the winner's command line" grep -q "^winner   trial [0-9]: sh echo.sh 0\.[0-9]*$" err
check "the next commands" grep -q "^next     hpsearch best 'a place'; hpsearch show 'a place' --trial [0-9]$" err
check "nothing of that on stdout" lacks "winner  " out
# shellcheck disable=SC2016
printf '%s\n' 'command: [python3, -S, reads.py]' 'args: none' 'method: grid' 'metric: {name: loss}' \
	'parameters: {x: {values: [3, 1, 2]}}' >reads.yaml
printf '%s\n' 'import json, os' 'x = json.load(open(os.environ["HPSEARCH_CONFIG"]))["x"]' \
	'print(json.dumps({"loss": x / 8}))' >reads.py
expect "a script that reads HPSEARCH_CONFIG" 0 "$HPSEARCH" reads.yaml
check "has a way to run the winner again" grep -q '^winner   trial 1: sh reads.hpsearch/trials/0001/r0/cmd (' err
sed -n 's/^winner *trial 1: \(.*\) (.*/\1/p' err >again
check "which does that" test "$(sh again)" = '{"loss": 0.125}'
mkdir -p "a dir"
printf '%s\n' 'command: [sh, there.sh, "${param:x}"]' 'method: grid' 'metric: {name: loss}' \
	'parameters: {x: {values: [3, 1, 2]}}' >"a dir/there.yaml"
echo 'echo "{\"loss\": $1}"' >"a dir/there.sh"
expect "a script that starts elsewhere" 0 "$HPSEARCH" "a dir/there.yaml"
sed -n 's/^winner *trial 1: //p' err >again
check "the winner's line begins there, too" test "$(sh again)" = '{"loss": 1}'
expect "-q" 0 "$HPSEARCH" ends.yaml --out "a place" -n 5 -q
check "says nothing of it" test ! -s err
