#!/bin/bash
# warm_start: what an earlier search found is the beginning of the next; what does not fit is
# said; the old file is not needed again.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

space() { # lines of the file
	echo "command: [\"$FAKE\", \"\${args}\"]"
	printf '%s\n' "metric: {name: loss, goal: minimize}" "$@"
}

space "method: random" "parameters: {x: {min: 0.0, max: 2.0}, gone: {values: [1, 2]}}" >old.yaml
expect "the old search" 0 "$HPSEARCH" old.yaml -n 30 -q
best=$(json old.hpsearch/results.json 'min((t for t in d["trials"] if t["params"]["x"] < 1), key=lambda t: t["value"])["params"]["x"]')

space "method: bayes" "warm_start: old.hpsearch/results.json" \
	"parameters: {x: {min: 0.0, max: 1.0}, new: {min: 1, max: 5, default: 2}}" >new.yaml
expect "check says what is taken" 0 "$HPSEARCH" check new.yaml
check "how many" has "warm start: old.hpsearch/results.json: " out
check "what does not fit" has "a x of it is out of reach here" out
check "what is tried first" has "# warm start" out
expect "the new search" 0 "$HPSEARCH" new.yaml -n 10 --seed 3
check "it says so as well" has "warm start: old.hpsearch/results.json: " err
new=new.hpsearch/results.json
check "after the defaults come the best three" test \
	"$(json $new '[t["origin"] for t in sorted(d["trials"], key=lambda t: t["id"])][:5]')" = \
	"['baseline', 'warm_start', 'warm_start', 'warm_start', 'strategy']"
check "the very best first, the parameter it did not have at its default" test \
	"$(json $new "next(t['params'] for t in d['trials'] if t['id'] == 1) == {'x': $best, 'new': 2}")" = True
check "no trial of the old search beyond the new range" test \
	"$(json $new 'all(0 < p["u"][0] < 1 for p in d["warm_start"][0]["taken"])')" = True
check "it fits the schema" python3 -c '
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' $new "$SRCDIR/tests/data/results.schema.json"
expect "show says where a trial comes from" 0 "$HPSEARCH" show new.hpsearch --trial 1 --why
check "from there" has "among the best of an earlier search, old.hpsearch/results.json" out

# What check says of when it ends.
space "method: random" "stop: {auto: true, patience: 7, target: 0.5}" "parameters: {x: {min: 0.0, max: 1.0}}" >stop.yaml
expect "check of a file that stops by itself" 0 "$HPSEARCH" check stop.yaml
check "auto" has "stop         when a model of the results sees nothing left to gain" out
check "patience" has "stop         after 7 trials without a better one" out
check "target" has "stop         at the target 0.5" out

# The old files are gone.
rm -r old.hpsearch
expect "replay needs them no more" 0 "$HPSEARCH" replay $new
expect "nor from the journal" 0 "$HPSEARCH" replay new.hpsearch
expect "nor does a longer search" 0 "$HPSEARCH" new.yaml -n 14 --seed 3
check "with what was taken" test "$(json $new '(len(d["trials"]), len(d["warm_start"]))')" = "(14, 1)"
expect "replay of that" 0 "$HPSEARCH" replay $new
expect "a new one does" 2 "$HPSEARCH" new.yaml --out other
check "and names it" has "warm_start: old.hpsearch/results.json" err

# What cannot be.
expect "another one, to be maximized" 0 "$HPSEARCH" new.yaml -n 3 -q --out up --set warm_start=new.hpsearch
space "method: random" "warm_start: [new.hpsearch, new.hpsearch/results.json]" "parameters: {x: {min: 0.0, max: 1.0}}" |
	sed 's/minimize/maximize/' >wrong.yaml
expect "a search the other way" 2 "$HPSEARCH" wrong.yaml
check "says which way" has "was to minimize loss, this search is to maximize loss" err
space "method: random" "warm_start: [new.hpsearch]" "parameters: {lr: {min: 0.0, max: 1.0}}" >none.yaml
expect "nothing in common" 2 "$HPSEARCH" none.yaml
check "says what is missing" has "has no trial that fits: there is no lr in it" err
sed 's/"value":0/"value":1/' $new >bent.json
space "method: random" "warm_start: bent.json" "parameters: {x: {min: 0.0, max: 1.0}}" >bent.yaml
expect "a file that was changed" 2 "$HPSEARCH" bent.yaml
check "is not believed" has "was changed after it was written" err
for method in random sobol; do
	space "method: $method" "warm_start: [new.hpsearch, $new]" "parameters: {x: {min: 0.0, max: 1.0}}" >two.yaml
	expect "$method, from two files" 0 "$HPSEARCH" two.yaml -n 8 -q --out "two.$method"
	check "the best of both, once" test \
		"$(json "two.$method/results.json" 'sorted(t["origin"] for t in d["trials"]).count("warm_start")')" = 5
	expect "replay" 0 "$HPSEARCH" replay "two.$method/results.json"
done
