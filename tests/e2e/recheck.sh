#!/bin/bash
# recheck: does a winner still hold, with the code and the data of today?
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

# The data are three numbers: where the minimum is, and what is added to every loss.
cat >train.sh <<'S'
for word; do
	case $word in --*=*) key=${word%%=*} && eval "${key#--}=\${word#*=}" ;; esac
done
read -r at plus noise <data || exit 7
[ -z "${slow:-}" ] || [ "${HPSEARCH_DIR#*verify}" = "$HPSEARCH_DIR" ] || while [ ! -e go ]; do sleep 0.01; done
awk -v s="$HPSEARCH_SEED" -v x="$x" -v at="$at" -v plus="$plus" -v noise="$noise" -v part="$HPSEARCH_SPLIT" 'BEGIN {
	srand(s % 1000003 + 1000 * x + (part == "test")); luck = rand() - 0.5
	printf "{\"loss\": %.12g}\n", (x - at) ^ 2 + plus + noise * luck
}'
S
echo 0.2 1 0.02 >data
cat >space.yaml <<'Y'
command: [sh, train.sh, "${args}"]
method: sobol
metric: {name: loss}
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
max_trials: 16
repeats: 4
Y
expect "a search" 0 "$HPSEARCH" space.yaml -j2 -q
D=space.hpsearch
cp $D/results.json before.json
expect "a plan" 0 "$HPSEARCH" recheck $D --dry-run
check "says how many runs it takes" grep -Eq 'takes [0-9]+ runs at the most, about [0-9]+' out
check "nothing has run" test ! -e $D/recheck
expect "nothing has changed: it holds" 0 "$HPSEARCH" recheck $D -j2
check "the values are those of then" has "The winner reproduces: on the seeds of then" out
check "better than the defaults still" has "The winner is better than the defaults" out
check "said" has "It holds." out
check "nothing of the surroundings has changed" has "are those of then" out
R=$D/recheck/0001/recheck.json
check "the file says so" test "$(json $R "(d['answer'], d['drift']['exact'], d['number'])")" = "('holds', True, 1)"
check "winner, defaults and three more" test "$(json $R "[c['role'] for c in d['configurations']]")" = \
	"['winner', 'defaults', 'other', 'other', 'other']"
check "the search is as it was" cmp -s $D/results.json before.json
expect "replay" 0 "$HPSEARCH" replay $D/recheck/0001
check "identical" has "identical" out
expect "show" 0 "$HPSEARCH" show $D/recheck/0001
check "says it again" has "It holds." out
expect "as JSON" 0 "$HPSEARCH" show $D/recheck/0001 -f json
check "is the file" cmp -s out $R

# Data that drift.
echo 0.2 1.5 0.02 >data
expect "another level of the loss: drifted, exit 5" 5 "$HPSEARCH" recheck $D -j2
check "by how much" grep -Eq 'It has drifted: on the seeds of then the winner is at 0\.5(00)? from' out
check "said" has "the winner has drifted" out
expect "data that changed on purpose: it holds" 0 "$HPSEARCH" recheck $D -j2 --data-changed
check "the drift is told all the same" has "It has drifted" out
echo 0.9 1 0.02 >data
expect "the minimum is at the defaults now: exit 5" 5 "$HPSEARCH" recheck $D -j2 --data-changed
check "no longer better" has "The winner is no longer better than the defaults" out
best=$(json before.json "d['trials'][0]['params']['x']")
second=$(json before.json "d['trials'][1]['params']['x']")
echo "$second 1 0.00001" >data
expect "another is better now: exit 5" 5 "$HPSEARCH" recheck $D -j2 --data-changed
check "which" has "is better now than the winner" out
check "and it is not the winner ($best)" test "$(json $D/recheck/0005/recheck.json "d['better_now']")" = \
	"$(json before.json "d['trials'][1]['id']")"
check "every recheck has a line in the history" test "$(wc -l <$D/recheck/history.jsonl)" = 5
check "with its number" python3 -c "
import json
assert [json.loads(l)['number'] for l in open('$D/recheck/history.jsonl')] == [1, 2, 3, 4, 5]"

# The surroundings, and a winner that fails.
echo 0.2 1 0.02 >data
echo '# a remark' >>train.sh
expect "another script, the same values" 0 "$HPSEARCH" recheck $D -j2
check "the change is told" grep -q 'what it trains with: was train.sh [0-9a-f]*, is train.sh' out
mv data away
expect "no data: exit 5" 5 "$HPSEARCH" recheck $D
check "said" has "The winner does not train any more (failed: exit 7" out
mv away data
sed 's/train.sh/gone.sh/' space.yaml >gone.yaml
cp train.sh gone.sh
expect "another search" 0 "$HPSEARCH" gone.yaml -j2 -q
rm gone.sh
expect "its command is gone: exit 2" 2 "$HPSEARCH" recheck gone.hpsearch
check "said" has "names gone.sh, which is not there" err

# Interrupted, and in pieces.
expect "a budget that ends first" 6 "$HPSEARCH" recheck $D --budget runs=7
check "seven runs" test "$(grep -c verify_end $D/recheck/0008/journal.jsonl)" = 7
check "no line in the history yet" test "$(wc -l <$D/recheck/history.jsonl)" = 7
expect "goes on with those that it was begun with, whatever is asked for now" 6 \
	"$HPSEARCH" recheck $D --budget runs=9 --top 6 --pairs 30
expect "and can be shown" 0 "$HPSEARCH" show $D/recheck/0008
check "winner, defaults and three more, still" test "$(json $D/recheck/0008/recheck.json "len(d['configurations'])")" = 5
expect "as JUnit" 0 "$HPSEARCH" show $D/recheck/0001 -f junit
cp out recheck.xml
check "in its shape" python3 "$SRCDIR/tests/tools/junit_shape.py" recheck.xml
check "a case for each question" test "$(grep -c "<testcase" recheck.xml)" = 4
expect "not as words" 2 "$HPSEARCH" show $D/recheck/0001 -f args
check "which formats there are" has "help: table json csv yaml markdown latex junit" err
expect "it is continued under its number" 0 "$HPSEARCH" recheck $D -j2
check "said" has "continuing recheck 8" err
check "one line more" test "$(wc -l <$D/recheck/history.jsonl)" = 8
# shellcheck disable=SC2016
sed 's/"${args}"/"${args}", "--slow=1"/; s/repeats: 4/repeats: 1/' space.yaml >slow.yaml
touch go
expect "a search of single runs" 0 "$HPSEARCH" slow.yaml -j2 -q
rm go
"$HPSEARCH" recheck slow.hpsearch -j2 >/dev/null 2>&1 &
pid=$!
wait_until 30 grep -q verify_start slow.hpsearch/recheck/0001/journal.jsonl
kill -9 $pid
wait $pid 2>/dev/null
touch go
expect "killed: continued" 0 "$HPSEARCH" recheck slow.hpsearch -j2
check "under the same number" test ! -e slow.hpsearch/recheck/0002
check "one run of then is compared too" has "The winner reproduces: on the seeds of then its values are those of then (1 run)" out

# The test data.
expect "no test: block" 2 "$HPSEARCH" recheck $D --test
check "said" has "the search has no test: block" err
sed 's/repeats: 4/test: {repeats: 4}/' space.yaml >tested.yaml
expect "a search with one" 0 "$HPSEARCH" tested.yaml -j2 -q
uses=$(wc -l <hpsearch.tests.jsonl)
expect "a recheck leaves the test data alone" 0 "$HPSEARCH" recheck tested.hpsearch -j2
check "the ledger is as it was" test "$(wc -l <hpsearch.tests.jsonl)" = "$uses"
check "no run saw them" lacks '"phase":"test"' tested.hpsearch/recheck/0001/journal.jsonl
expect "with --test it meets them" 0 "$HPSEARCH" recheck tested.hpsearch -j2 --test
check "which is charged" test "$(wc -l <hpsearch.tests.jsonl)" = $((uses + 1))
check "and said" has "on the test data" out

# Retune.
echo 0.9 1 0.02 >data
expect "a search that starts from the old one: exit 5 all the same" 5 "$HPSEARCH" recheck $D -j2 \
	--data-changed --retune
N=$(find $D/recheck -maxdepth 2 -name retune)
check "it is there" test -s "$N/results.json"
check "and knows the old trials" test "$(json "$N/results.json" "len(d['warm_start'][0]['taken'])")" = 16
echo 0.2 1 0.02 >data
expect "what holds is not tuned again" 0 "$HPSEARCH" recheck $D -j2 --retune
check "no other search" test "$(find $D/recheck -maxdepth 2 -name retune | wc -l)" = 1

# From the file alone.
echo 0.2 1 0.02 >data
mkdir alone && cp before.json alone/old.json && cp train.sh data alone/ && cd alone || exit 1
expect "nothing runs without --yes" 2 "$HPSEARCH" recheck old.json
expect "with it, it does" 0 "$HPSEARCH" recheck old.json --yes -j2
check "in a directory of its own" test -s old.recheck/0001/recheck.json
sed 's/"was":\[{/"was":[{"runs":7,/' old.recheck/0001/journal.jsonl >j
cp j old.recheck/0001/journal.jsonl
expect "a journal that was changed is refused" 2 "$HPSEARCH" recheck old.json --yes
head -c 2000 old.json >half.json
expect "half a file too" 2 "$HPSEARCH" recheck half.json --yes
