#!/bin/bash
# The commands: what they print where, their exit codes, what they leave alone.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
PATH=/usr/bin:$PATH

cat >space.yaml <<Y
command: ["$FAKE", quadratic, "\${args}"]
method: random
metric: {name: loss, goal: minimize}
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
  name: {values: ["a b", "it's", c]}
  on: {values: [true, false]}
  fixed: {value: 7}
max_trials: 8
Y
nothing_written() { [ ! -e space.hpsearch ]; }

expect "--help" 0 "$HPSEARCH" --help
check "goes to stdout" has "usage: hpsearch FILE.yaml" out
expect "--version" 0 "$HPSEARCH" --version
check "names the program" grep -qE '^hpsearch [0-9]+\.[0-9]+\.[0-9]+$' out
expect "no words at all: exit 2" 2 "$HPSEARCH"
for c in run check show best importance verify replay reproduce; do
	expect "$c --help" 0 "$HPSEARCH" $c --help
	check "$c --help names its operand" has "usage: hpsearch $c" out
	expect "$c without an operand: exit 2" 2 "$HPSEARCH" $c
	expect "$c with an unknown option: exit 2" 2 "$HPSEARCH" $c x --no-such-thing
done
expect "an option that is nearly right" 2 "$HPSEARCH" run space.yaml --paralel 3
check "did you mean" has "did you mean --parallel" err
expect "a command that is nearly right" 2 "$HPSEARCH" shwo
check "did you mean, too" has "did you mean hpsearch show" err
expect "a word that is nothing" 2 "$HPSEARCH" amputate x
check "says just that" has "amputate is neither a command nor a file" err
expect "reproduce always starts over: it has no --fresh" 2 "$HPSEARCH" reproduce x --fresh
check "and says so" has "there is no option --fresh" err
for bad in "-j 0" "-j x" "-n -1" "-n 1e3" "--seed abc" "-j"; do
	# shellcheck disable=SC2086  # words on purpose
	expect "refuses $bad" 2 "$HPSEARCH" space.yaml $bad
done
expect "a file that is not there: exit 2" 2 "$HPSEARCH" nowhere.yaml
check "names it" has "nowhere.yaml" err
expect "a directory as the file: exit 2" 2 "$HPSEARCH" check .

expect "check" 0 "$HPSEARCH" check space.yaml
check "explains the space" has "uniform 0 … 1, default 0.9" out
check "shows the first commands" has "quadratic" out
expect "check from standard input" 0 sh -c '"$HPSEARCH" check - <space.yaml'
expect "--dry-run" 0 "$HPSEARCH" space.yaml --dry-run
check "check and --dry-run write nothing" nothing_written
expect "check --run" 0 "$HPSEARCH" check --run space.yaml
check "shows what was scraped" has "1 report of loss" out
check "and leaves nothing behind" nothing_written
check "three runs, announced" has "3 runs, one after the other: the defaults with two seeds, and one other" err
check "two of the defaults" test "$(grep -c 'one run of the defaults' out)" = 2
check "one of another configuration" has "one run of the next configuration: ok" out
check "the seed made no difference, which it says" has "two seeds gave the same loss: the training does not depend on HPSEARCH_SEED" out
check "the parameter did" lacks "do the parameters reach the script" out
expect "--run=1 makes one" 0 "$HPSEARCH" check --run=1 space.yaml
check "just one" test "$(grep -c 'one run of' out)" = 1
expect "--run=9 is refused" 2 "$HPSEARCH" check --run=9 space.yaml
expect "a script that reads nothing" 0 "$HPSEARCH" check --run space.yaml --command 'echo "{\"loss\": 1}"'
check "is asked whether it gets its parameters" has "do the parameters reach the script?" out
# shellcheck disable=SC2016
expect "a script that uses its seed" 0 "$HPSEARCH" check --run space.yaml \
	--command 'sh -c "echo {\\\"loss\\\": $HPSEARCH_SEED}" sh ${args}'
check "hears nothing of seeds" lacks "gave the same" out
check "nor of configurations" lacks "exactly the same" out
printf 'INFO {"epoch": 1, "loss": 0.5}\nnoise\n{"epoch": 2, "loss": NaN, "acc": "0.9"}\n' >log
expect "check --log" 0 "$HPSEARCH" check --log log space.yaml
check "finds the reports" has "2 reports of loss" out
check "and the other numbers" has "acc" out
sed 's/name: loss/name: lss/' space.yaml >typo.yaml
expect "check --log without the metric: exit 3" 3 "$HPSEARCH" check --log log typo.yaml
expect "check --run without the metric: exit 3" 3 "$HPSEARCH" check --run typo.yaml
sed '/^command/d' space.yaml >none.yaml
expect "a file without a command: exit 2" 2 "$HPSEARCH" none.yaml
check "says --command" has "--command" err
expect "--command supplies one" 0 "$HPSEARCH" none.yaml --command "'$FAKE' quadratic \${args}"
expect "a search to look into" 0 "$HPSEARCH" space.yaml --set method=bayes --out m0 -n 30
expect "show --why" 0 "$HPSEARCH" show m0 --trial 20 --why
check "what was predicted" has "predicted there" out
check "and what is alike" has "most alike: trial" out
expect "show --why of a point of the design" 0 "$HPSEARCH" show m0 --trial 2 --why
check "says so" has "evenly" out
expect "--why without a trial: exit 2" 2 "$HPSEARCH" show m0 --why
expect "importance" 0 "$HPSEARCH" importance m0
check "importance: a table of shares" has "with interactions" out
expect "importance -f json" 0 "$HPSEARCH" importance m0 -f json
check "importance: JSON" python3 -c 'import json, sys; json.load(sys.stdin)["r2"]' <out
expect "importance -f junit: exit 2" 2 "$HPSEARCH" importance m0 -f junit
rm -rf m0
expect "method: auto is checked" 0 "$HPSEARCH" check space.yaml --set method=auto
check "auto: says what it is, and why" has "method       auto: bayes, because" out
expect "method: auto runs" 0 "$HPSEARCH" space.yaml --set method=auto --out m -n 12
check "auto: says it once more" has "auto is bayes, because" err
expect "auto: goes on with fewer trials as it began" 0 "$HPSEARCH" space.yaml --set method=auto --out m -n 2
expect "auto: and with more" 0 "$HPSEARCH" space.yaml --set method=auto --out m -n 14
expect "auto: replay agrees" 0 "$HPSEARCH" replay m/results.json
rm -rf m
expect "early_terminate is checked" 0 "$HPSEARCH" check space.yaml \
	--set 'early_terminate={type: hyperband, min_iter: 3}'
expect "early_terminate is run" 0 "$HPSEARCH" space.yaml --out early \
	--set 'early_terminate={type: hyperband, min_iter: 3}'
check "trials that report once: nothing to stop by" has "each run reported once" out
expect "--strict makes a warning an error" 2 "$HPSEARCH" check space.yaml --strict --set extra=1

expect "a search" 0 "$HPSEARCH" space.yaml
check "the ranking is on stdout" has "rank" out
check "the progress is on stderr" has "[8/8]" err
check "constants are no column" sh -c '! head -n 1 out | grep -q fixed'
expect "again: nothing left, the same ranking" 0 "$HPSEARCH" space.yaml
check "says so" has "8 of 8" err
expect "-q says nothing on stderr" 0 "$HPSEARCH" space.yaml -q --fresh
check "nothing" test ! -s err
for f in json csv yaml table; do
	expect "show -f $f" 0 "$HPSEARCH" show space.hpsearch -f $f
done
expect "show of the results file alone" 0 "$HPSEARCH" show space.hpsearch/results.json -f json
check "shows the trials of the file" python3 -c "
import json
def key(t): return t['id'], t['rank'], t['value'], t['params'], [r['reports'] for r in t['runs']]
a, b = json.load(open('out')), json.load(open('space.hpsearch/results.json'))
assert [key(t) for t in a['trials']] == [key(t) for t in b['trials']]"
expect "show --trial" 0 "$HPSEARCH" show space.hpsearch --trial 3
expect "show of a trial that is not there: exit 2" 2 "$HPSEARCH" show space.hpsearch --trial 99
expect "show of the YAML file means its search" 0 "$HPSEARCH" show space.yaml
expect "best -f json" 0 "$HPSEARCH" best space.hpsearch -f json
check "is the configuration and nothing else" python3 -c "
import json
best = json.load(open('out'))
top = json.load(open('space.hpsearch/results.json'))['trials'][0]['params']
assert best == top, (best, top)"
expect "best -f args" 0 "$HPSEARCH" best space.hpsearch -f args
check "survives eval" sh -c 'eval "set -- $(cat out)"; [ $# = 4 ]'
expect "best -f env" 0 "$HPSEARCH" best space.hpsearch -f env
check "survives a shell" sh -c '. ./out && [ "$FIXED" = 7 ]'
expect "best -f yaml" 0 "$HPSEARCH" best space.hpsearch -f yaml
expect "best -f table is refused or json" 0 "$HPSEARCH" best space.hpsearch
expect "an unknown format: exit 2" 2 "$HPSEARCH" show space.hpsearch -f xml
expect "show of something else: exit 2" 2 "$HPSEARCH" show space.yaml.txt
check "a reader that goes away is no trouble" sh -c '"$HPSEARCH" show space.hpsearch -f json | head -c 10 >/dev/null'

# A grid says its size, a continuous one says what to write.
expect "a grid over a range: exit 2" 2 "$HPSEARCH" space.yaml --set method=grid --out g
check "says what to write" has "give it a step" err
check "and where" grep -q 'space.yaml:5:3' err
expect "a grid" 0 "$HPSEARCH" space.yaml --set method=grid --set parameters.x.q=0.5 --set parameters.x.default=0.5 --out g -n 18
check "says its size" has "18" err
# A directory that no search made is left alone.
mkdir precious && touch precious/photo
expect "--fresh leaves a stranger's directory alone" 2 "$HPSEARCH" space.yaml --fresh --out precious
check "nothing is gone" test -e precious/photo
# The schema of the results file.
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null && [ -f "$SRCDIR/tests/data/results.schema.json" ]; then
	expect "results.json fits its schema" 0 /usr/bin/python3 -c "
import json, jsonschema
jsonschema.validate(json.load(open('space.hpsearch/results.json')), json.load(open('$SRCDIR/tests/data/results.schema.json')))"
else
	skip "results.json fits its schema" "python3-jsonschema is not there"
fi

# No option is ignored in silence.
expect "a search for the options" 0 "$HPSEARCH" space.yaml -q --out opt
expect "show --top -f csv" 0 "$HPSEARCH" show opt --top 2 -f csv
check "two rows below the head" test "$(wc -l <out)" = 3
expect "show --top -f json" 0 "$HPSEARCH" show opt -f json --top 2
check "two trials" test "$(grep -c '"id":' out)" = 2
expect "show --top -f yaml" 0 "$HPSEARCH" show opt -f yaml --top 2
check "two trials, again" test "$(grep -c '^ *- ' out)" = 2
expect "show --trial -f json" 0 "$HPSEARCH" show opt --trial 3 -f json
check "is the trial of the results file" grep -qF "$(cat out)" opt/results.json
expect "show --trial -f args" 0 "$HPSEARCH" show opt --trial 0 -f args
check "words for a command line" has "--x=0.9" out
expect "show --trial -f env" 0 "$HPSEARCH" show opt --trial 0 -f env
check "variables" has "='0.9'" out
expect "show --trial -f yaml" 0 "$HPSEARCH" show opt --trial 0 -f yaml
check "a file" has "x: 0.9" out
expect "best --trial" 0 "$HPSEARCH" best opt --trial 0
check "that one, not the best" has '"x":0.9' out
expect "best --trial of none: exit 2" 2 "$HPSEARCH" best opt --trial 99
for words in "show opt --trial 0 --top 2" "show opt --trial 0 -f junit" "best opt -f junit" \
	"best opt -f table" "reproduce opt --all --top 2" "space.yaml --dry-run --fresh" \
	"space.yaml -f args" "show opt --trial 0 --why -f json" "check --run --log x space.yaml" \
	"space.yaml --fresh=1" "check --log x space.yaml -n 3" "check --log x space.yaml --command y" \
	"verify opt --out x" "verify opt --set repeats=3" "verify opt --command x"; do
	# shellcheck disable=SC2086  # words on purpose
	expect "refuses $words" 2 "$HPSEARCH" $words
done
expect "an unknown letter behind the file" 2 "$HPSEARCH" space.yaml -x
check "is named, not the file" has "there is no option -x" err
expect "--set of a parameter that is not there" 2 "$HPSEARCH" check space.yaml --set parameters.nam.value=3
check "names the nearest" has "did you mean name?" err
expect "--set of a parameter without its path" 2 "$HPSEARCH" check space.yaml --set x=3
check "says the path" has "--set parameters.x.value" err
expect "--set of a slip" 2 "$HPSEARCH" check space.yaml --set max_trails=3
check "names the key" has "did you mean max_trials" err
expect "--set of a whole new parameter" 0 "$HPSEARCH" check space.yaml --set 'parameters.new={min: 0.0, max: 2.0}'
check "which is there" has "uniform 0 … 2" out
expect "--set of a whole one in two parts" 0 "$HPSEARCH" check space.yaml \
	--set parameters.new.min=0.0 --set parameters.new.max=2.0

# A reader that goes away early, and a full disk.
early() { "$HPSEARCH" space.yaml 2>early.err | :; }
check "a reader that goes away" early
check "is no error" lacks "standard output" early.err
full() { "$HPSEARCH" space.yaml >/dev/full 2>full.err; }
full
check "a full disk: exit 1" test $? = 1
check "is one" has "standard output: " full.err
check "with no other's words" lacks "temporarily" full.err
