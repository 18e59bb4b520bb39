#!/bin/bash
# The verification, replay and reproduce, with real processes.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

cat >space.yaml <<Y
command: ["$FAKE", noisy, --noise=0.05, "\${args}"]
method: sobol
metric: {name: loss}
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
  y: {min: -1.0, max: 1.0, default: 0.9}
test: {top: 3, repeats: 4}
Y
expect "a better winner is confirmed: exit 0" 0 "$HPSEARCH" space.yaml -n 20 -j2
check "says yes" has "yes" out
R=space.hpsearch/results.json
check "the answer is in the results" test "$(json $R "d['verification']['answer']")" = yes
check "the uses of the test data are counted" test "$(json $R "d['verification']['test_uses']")" = 8
check "winner and defaults have the same seeds" test "$(json $R \
	"len({tuple(r['seed'] for r in c['test']['runs']) for c in d['verification']['candidates'] if c['winner'] or c['defaults']})")" = 1
check "no trial holds a test metric" test "$(json $R "any('test' in t for t in d['trials'])")" = False
expect "once more: nothing runs, the same answer" 0 "$HPSEARCH" space.yaml -n 20
check "the test data was not used again" test "$(json $R "d['verification']['test_uses']")" = 8
expect "verify prints it" 0 "$HPSEARCH" verify space.hpsearch
expect "best gives the verified winner" 0 "$HPSEARCH" best space.hpsearch -f json
check "as JSON" python3 -c "import json; json.load(open('out'))"

sed 's/default: 0.9/default: 0.3/; s/y: .*/y: {min: -1.0, max: 1.0, default: -0.1}/' space.yaml >good.yaml
expect "defaults that cannot be beaten: exit 5" 5 "$HPSEARCH" good.yaml -n 12 -j2
sed 's/repeats: 4/repeats: 1/' space.yaml >one.yaml
expect "one repeat cannot tell: exit 5" 5 "$HPSEARCH" one.yaml -n 12
check "and says so" has "cannot tell" out

# Replay and hand edits.
expect "replay" 0 "$HPSEARCH" replay $R
sed 's/"value":0\.1/"value":0.0/' $R >edited.json
cmp -s $R edited.json || expect "an edited value is caught: exit 5" 5 "$HPSEARCH" replay edited.json
sed 's/"max_trials":20/"max_trials":21/' $R >edited.json
expect "an edit outside the trials is caught" 5 "$HPSEARCH" replay edited.json
sed 's/"schema":2/"schema":99/' $R >newer.json
expect "a newer file is refused" 2 "$HPSEARCH" show newer.json
check "with a sentence" has "format 99" err
head -c 3000 $R >half.json
expect "half a file is refused" 2 "$HPSEARCH" show half.json

# Reproduce, from the file alone.
mkdir away && cp $R away/ && cd away || exit 1
expect "reproduce runs nothing without --yes" 2 "$HPSEARCH" reproduce results.json
expect "reproduce of the winner" 0 "$HPSEARCH" reproduce results.json --yes
expect "reproduce --top 3" 0 "$HPSEARCH" reproduce results.json --top 3 --yes --out r3
cp results.json ../moved.json && cd .. || exit 1
sed 's/--noise=0.05/--noise=0.5/' moved.json >other.json
expect "another training code does not reproduce: exit 5" 5 "$HPSEARCH" reproduce other.json --yes --out r4

# Repeats that the search asks for, broken off in the middle: from the second on, no run
# ends before that.
cat >held.sh <<'H'
journal=$(dirname "$0")/again.hpsearch/journal.jsonl
until [ -e "$(dirname "$0")/broken" ] || [ "$(grep -c '"e":"repeat"' "$journal")" -lt 2 ]; do sleep 0.02; done
exec "$@"
H
sed "/^test:/d; s/noise=0.05/noise=0.3/; s|\\[|[sh, $PWD/held.sh, |" space.yaml >again.yaml
echo 'repeats: auto' >>again.yaml
"$HPSEARCH" again.yaml -n 40 -j3 >/dev/null 2>&1 &
pid=$!
repeats() { [ "$(grep -c '"e":"repeat"' again.hpsearch/journal.jsonl)" -ge "$1" ]; }
check "a repeat is asked for" wait_until 60 repeats 2
check "and the search goes on" kill -9 $pid
wait $pid 2>/dev/null
touch broken
expect "what was broken off goes on" 0 "$HPSEARCH" again.yaml -n 40 -j3
A=again.hpsearch/results.json
check "-n counts runs" test "$(json $A "sum(len(t['runs']) for t in d['trials'])")" = 40
check "no run is twice, none is left out" test "$(json $A \
	"sorted(r['asked']['number'] for t in d['trials'] for r in t['runs'] if 'asked' in r) == list(range(40 - len(d['trials'])))")" = True
check "they are ranked by mean and standard error" has "one standard error, of a noise of" out
expect "replay asks for them again" 0 "$HPSEARCH" replay again.hpsearch
check "and says how many" has "asked for once more" out
expect "so from the results alone" 0 "$HPSEARCH" replay $A
again=$(json $A "[t['id'] for t in d['trials'] if len(t['runs']) > 1][-1]")
expect "why" 0 "$HPSEARCH" show again.yaml --trial "$again" --why
check "is said of a repeat" has "was asked for when there were" out
expect "the log" 0 "$HPSEARCH" log again.hpsearch
check "has them" has '"event":"repeat"' out
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	check "their schema holds" /usr/bin/python3 -c "import json, jsonschema
jsonschema.validate(json.load(open('$A')), json.load(open('$SRCDIR/tests/data/results.schema.json')))"
else
	skip "their schema holds" "no python3-jsonschema"
fi
for edit in 's/"number":1,/"number":0,/' 's/"after":[0-9]*/"after":9999/' 's/"cap":40/"cap":41/'; do
	sed "$edit" $A >edited.json
	"$HPSEARCH" replay edited.json >out 2>err
	check "an edit is caught: $edit" test $? != 0
done
expect "nothing is verified by runs that chose" 2 "$HPSEARCH" verify again.hpsearch
sed 's/repeats: auto/repeats: 1/' again.yaml >other.yaml
expect "another number of repeats is another search" 2 "$HPSEARCH" other.yaml --out again.hpsearch

# Killed in the middle of the test, whose runs wait for that.
cat >tested.sh <<'H'
[ "$HPSEARCH_SPLIT" != test ] || until [ -e "$(dirname "$0")/tested" ]; do sleep 0.02; done
exec "$@"
H
cat >slow.yaml <<Y
command: [sh, $PWD/tested.sh, "$FAKE", noisy, --noise=0.05, "\${args}"]
method: random
metric: {name: loss}
parameters: {x: {min: 0.0, max: 1.0, default: 0.9}}
test: {top: 2, repeats: 4}
Y
"$HPSEARCH" slow.yaml -n 6 -j2 -q >/dev/null 2>&1 &
pid=$!
uses() { grep -c '"verify_start","phase":"test"' slow.hpsearch/journal.jsonl; }
tests() { [ "$(uses)" = "$1" ]; }
check "two tests are under way" wait_until 60 tests 2
check "and the search is" kill -9 $pid
wait $pid 2>/dev/null
touch tested
"$HPSEARCH" slow.yaml -n 6 -j2 -q >/dev/null 2>&1
check "an interrupted verification is continued" test \
	"$(json slow.hpsearch/results.json "d['verification']['done']")" = True
check "the two that were begun are begun again" tests 10
check "and every use of the test data is counted" test \
	"$(json slow.hpsearch/results.json "d['verification']['test_uses']")" = 10

# A verification that was cut short, and one that is under way.
# shellcheck disable=SC2016
printf '%s\n' 'case $HPSEARCH_DIR in */verify/*) until [ -e go ]; do sleep 0.02; done ;; esac' \
	'echo "{\"loss\": $1.$(($HPSEARCH_SEED % 1000))}"' >wait.sh
# shellcheck disable=SC2016
printf '%s\n' 'command: [sh, wait.sh, "${param:x}"]' 'method: grid' 'metric: {name: loss}' 'test: {top: 1, repeats: 2}' \
	'parameters: {x: {values: [3, 1, 2], default: 3}}' >wait.yaml
"$HPSEARCH" wait.yaml -q >out 2>err &
pid=$!
wait_until 20 grep -q verify_start wait.hpsearch/journal.jsonl
expect "show of it" 0 "$HPSEARCH" show wait.hpsearch
check "tells of the verification" has "not finished: hpsearch verify goes on with it" out
kill -TERM $pid
wait $pid
touch go
expect "verify goes on" 0 "$HPSEARCH" verify wait.hpsearch
check "to its answer" has "winner: trial 1" out
expect "show" 0 "$HPSEARCH" show wait.hpsearch
check "of a search that is done, still" grep -q '^state    done: 3 trials (3 ok) in ' out
check "has the answer" has "winner: trial 1" out
expect "verify --set on what is complete" 0 "$HPSEARCH" verify wait.yaml --set test.top=3
check "says that it changes nothing" has "the verification is complete, so --set changes nothing" err
rm go
sed "s/^test.*/repeats: 2/" wait.yaml >early.yaml
sed -i 's|\*/verify/\*|*/trials/0001/*|' wait.sh
"$HPSEARCH" early.yaml -q >out 2>err &
pid=$!
wait_until 20 grep -q '"start","t":1' early.hpsearch/journal.jsonl
expect "show of a search that goes on" 0 "$HPSEARCH" show early.hpsearch
check "tells of no verification" lacks "re-run mean" out
kill -TERM $pid
wait $pid
expect "nor when it is interrupted" 0 "$HPSEARCH" show early.hpsearch
check "which verify cannot mend" lacks "hpsearch verify" out

# Without test: and repeats there is nothing to verify with; that is said, and no more.
cat >plain.yaml <<'FILE'
command: [sh, plain.sh, "${args}"]
method: grid
metric: {name: loss}
parameters: {x: {values: [1, 2]}}
FILE
echo "echo '{\"loss\": 1}'" >plain.sh
expect "a search without test:" 0 "$HPSEARCH" plain.yaml
cp plain.hpsearch/journal.jsonl before.jsonl
expect "verify of its file" 2 "$HPSEARCH" verify plain.yaml
check "says why" has "the file has neither test: nor repeats:, so there is nothing to verify with" err
expect "verify of its directory" 2 "$HPSEARCH" verify plain.hpsearch
check "says why, too" has "neither test: nor repeats:" err
check "nothing was changed" cmp before.jsonl plain.hpsearch/journal.jsonl
expect "show" 0 "$HPSEARCH" show plain.hpsearch
check "it is done" grep -q "^state    done: 2 trials (2 ok)" out
