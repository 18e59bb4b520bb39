#!/bin/bash
# What is said at the end: seeds that do not matter, looks at the test data and who counts
# them, failures, and whether replay derives it all again.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
TRUST=$TOOLS/../bench/trust
BENCH=$SRCDIR/tests/bench/trust.py

# file NAME LAW EFFECT FLAKY SEED KEY…: a search of a training of known truth.
file() {
	name=$1
	cat >"$1.yaml" <<Y
command: ["$TRUST", "$2", "$3", "1", "$4", "\${args_no_hyphens}"]
method: random
seed: $5
max_trials: 12
metric: {name: m}
parameters: {x: {min: 0.0, max: 1.0, default: 0.5}}
Y
	shift 5
	printf '%s\n' "$@" >>"$name.yaml"
}

# A training that ignores its seed.
file fixed fixed 0 0 3 'test: {top: 3}'
expect "a training that ignores its seed cannot tell: exit 5" 5 "$HPSEARCH" fixed.yaml -q
check "it says why" has "the training does not depend on HPSEARCH_SEED" out
check "and the way out" has 'deterministic_training: true' out
check "with no interval" lacks "±" out
check "and no level" lacks "95 %" out
check "and no talk of noise" lacks "noisy values" out
check "its test data are not met" test "$(json fixed.hpsearch/results.json "d['verification']['test_uses']")" = 0
check "and re-runs are saved" has "saved" out
file jitter jitter 0 0 3 'test: {top: 3}'
expect "a jitter counts as the same" 5 "$HPSEARCH" jitter.yaml -q
check "and says so" has "does not depend on HPSEARCH_SEED" out
file sure fixed 0 0 3 'deterministic_training: true' 'test: {top: 3}'
expect "a deterministic training has an answer" 0 "$HPSEARCH" sure.yaml -q
check "which it says" has "in m, deterministic: yes" out
check "without an interval" lacks "±" out
check "one test run each" test "$(json sure.hpsearch/results.json "d['verification']['test_uses']")" = 2

# The ledger.
rm -f hpsearch.tests.jsonl
file flat normal 0 0 1 'test: {top: 3}'
expect "nothing to find" 5 "$HPSEARCH" flat.yaml -q
check "the ledger is beside the file" test -s hpsearch.tests.jsonl
check "the first use" has "this was comparison 1 of them, which may be falsely a yes in 2 %; 0.5 % are left" out
check "by two configurations" has "by the winner and the defaults only" out
check "what next" grep -q '^next: ' out
check "what is ruled out" has "ruled out: more than" out
check "chance on a new seed" has "P(better on a new seed) = " out
check "what it is over" has "over training seeds, on this test set" out
expect "into another directory" 5 "$HPSEARCH" flat.yaml -q --out other
check "is the second use" has "this was comparison 2 of them, which may be falsely a yes in 0.25 %; 0.25 % are left" out
expect "and from the beginning, with another seed" 5 "$HPSEARCH" flat.yaml -q --fresh --seed 2
check "the third" has "this was comparison 3 of them" out
check "in the ledger" test "$(wc -l <hpsearch.tests.jsonl)" = 3
check "other configurations were tested: said, with the date" grep -q 'in all 3 uses by 3 configurations since [0-9]' out
check "and not what is not so" lacks "by the winner and the defaults only" out
mkdir deep && cp flat.yaml deep/
(cd deep && "$HPSEARCH" flat.yaml -q >/dev/null 2>&1)
check "a ledger beside another file" test -s deep/hpsearch.tests.jsonl
expect "verify of a directory from elsewhere" 5 "$HPSEARCH" verify deep/flat.hpsearch --more 3
check "finds its ledger" test "$(wc -l <deep/hpsearch.tests.jsonl)" = 2
file nowhere normal 0 0 7 'test: {top: 3, ledger: /nowhere/at/all.jsonl}'
expect "a ledger that cannot be written: exit 2" 2 "$HPSEARCH" nowhere.yaml -q
check "names the key" has "ledger: PATH" err
check "before anything has begun" test ! -e nowhere.hpsearch

# More pairs.
expect "verify --more" 5 "$HPSEARCH" verify other --more 4
check "runs four pairs more" has "the test data were used in" out
check "at the level that is left" has "this was comparison 4 of them" out
expect "not into a results file" 2 "$HPSEARCH" verify other/results.json --more 4
# Of a ledger that cannot be read each line is a use.
mkdir spent
cp flat.yaml spent/
printf 'x\n%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 >spent/hpsearch.tests.jsonl
expect "a ledger that is used up" 5 "$HPSEARCH" spent/flat.yaml -q --out spent/o
check "says that nothing is left" has "nothing is left to claim with" out
check "and the way out" has "with a ledger of their own" out
check "and no interval that says nothing" lacks "ruled out" out
file step normal 4 0 7 'test: {top: 3}'
expect "a clear winner: yes" 0 "$HPSEARCH" step.yaml -q
check "after few pairs" test "$(json step.hpsearch/results.json "d['verification']['test_uses']")" -le 20
expect "has its answer" 2 "$HPSEARCH" verify step.hpsearch --more 4
check "says so" has "the verification has its answer" err
expect "--more 0 is refused" 2 "$HPSEARCH" verify step.hpsearch --more 0
expect "check" 0 "$HPSEARCH" check step.yaml
check "says how many tests there can be" has "at the most 40 test runs, in pairs of equal seeds, looked at after 5, 10, 15, 20" out

# Failures.
file broken normal 2 3 7 'test: {top: 3}'
expect "defaults that never train" 0 "$HPSEARCH" broken.yaml -q
check "are a yes of its own kind" has "the defaults trained in 0 of 10 runs, the winner in 10 of 10: yes" out
file flaky normal 2 0.1 5 'test: {top: 3, repeats: 8}'
"$HPSEARCH" flaky.yaml -q >out 2>err
check "failures are named" grep -q "runs that ended ok: \|ok" out

# What is shown and what is written are the same.
for name in flat step broken fixed sure flaky; do
	"$HPSEARCH" show $name.hpsearch 2>/dev/null | sed -n '/^verification/,$p' >a.txt
	"$HPSEARCH" show $name.hpsearch/results.json 2>/dev/null | sed -n '/^verification/,$p' >b.txt
	check "$name: something is shown" test -s a.txt
	check "$name: shown from the journal and from the results file" cmp a.txt b.txt
	expect "$name: replayed" 0 "$HPSEARCH" replay $name.hpsearch/results.json
	expect "$name: and its journal" 0 "$HPSEARCH" replay $name.hpsearch
done
"$HPSEARCH" show flat.hpsearch >out 2>/dev/null
check "the answer that is shown is in the file" grep -q \
	": $(json flat.hpsearch/results.json "d['verification']['answer']")\$" out

# Of edits by somebody who can make checksums, 99 in 100 are caught, in searches of all kinds.
# made NAME METHOD MODE TRIALS KEY…
made() {
	cat >"$1.yaml" <<Y
command: ["$FAKE", $3, "\${args}"]
method: $2
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
  y: {min: -1.0, max: 1.0, default: 0.9}
Y
	printf '%s\n' "${@:5}" >>"$1.yaml"
	"$HPSEARCH" "$1.yaml" -n "$4" --set seed=5 -q >/dev/null 2>&1
}
file again normal 2 0.1 3 'repeats: 5'
"$HPSEARCH" again.yaml -q >/dev/null 2>&1
made learn bayes "noisy, --noise=0.05" 30 'metric: {name: loss}' 'test: {top: 3, repeats: 4}' \
	'early_terminate: {type: hyperband, min_iter: 1}'
made asha random "curve, --epochs=9" 20 'metric: {name: loss}' 'parallel: 2' \
	'early_terminate: {type: asha, min_iter: 1, step: epoch, control: 0.2}'
made promote sobol "checkpoint, --epochs=9" 12 'metric: {name: loss}' \
	'early_terminate: {type: asha, grace: 1, max_iter: 9, step: epoch, mode: promote}'
made twice sobol "noisy, --noise=0.1" 10 'metric: {name: loss, reduce: mean_last_2, target: -5}' \
	'repeats: 2' 'constraints: ["x + y < 1.85"]'
cat >grid.yaml <<Y
command: ["$FAKE", cost, "\${args}"]
method: grid
metric: {name: loss, reduce: best}
parameters:
  x: {values: [0.1, 0.3, 0.5]}
  k: {values: [a, b]}
  y: {min: 0, max: 1, q: 1, when: {k: b}}
Y
"$HPSEARCH" grid.yaml -q >/dev/null 2>&1
set --
for name in step flat broken fixed sure flaky again learn asha promote twice grid; do
	set -- "$@" $name.hpsearch/results.json
done
check "of 240 edits with right checksums 99 in 100 are caught" python3 \
	"$SRCDIR/tests/tools/edit_results.py" "$HPSEARCH" "$SRCDIR/src/hpsearch.1" 240 "$@"
sed 's/^/# /' "$tap_dir/tap.log"

# How often is not a matter of memory.
! sanitized || exit 0

# A small version of bench-trust: bounds that chance does not reach once in a million.
for play in "auto-0 16" "fixed 6" "auto-4 8"; do
	# shellcheck disable=SC2086
	set -- $play
	python3 "$BENCH" --hpsearch "$HPSEARCH" --program "$TRUST" --folder kept --searches "$2" \
		--scenario "$1" >/dev/null 2>&1
done
yes() { grep -c '"answer": "yes"' "kept/$1.jsonl"; }
# At 2 % each 7 or more of 16: 1e-8. A power of 99 %: fewer than 4 of 8: 6e-9.
check "where nothing is better, yes is rare" test "$(wc -l <kept/auto-0.jsonl)" = 16 -a "$(yes auto-0)" -lt 7
check "where the seed does not matter, never" test "$(wc -l <kept/fixed.jsonl)" = 6 -a "$(yes fixed)" = 0
check "where much is better, it is common" test "$(wc -l <kept/auto-4.jsonl)" = 8 -a "$(yes auto-4)" -ge 4
