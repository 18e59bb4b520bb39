#!/bin/bash
# refine: the file of a finer search, which check accepts and which runs; what it refuses.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

space() { # lines of the file
	echo "command: [\"$FAKE\", \"\${args}\"]"
	printf '%s\n' "metric: {name: loss, goal: minimize}" "$@"
}

# x is best at 0.3, beyond its range; y at -0.1; the group holds a parameter of its own.
space "method: bayes" "max_trials: 40" "parameters:" \
	"  x: {min: 1.0, max: 3.0, default: 2.0}" \
	"  'odd name': {min: -1.0, max: 1.0}" \
	"  opt: {parameters: {kind: {values: [1, 2, 3]}, 'z': {min: 0.001, max: 10.0, log: true, when: {kind: [1, 2]}}}}" \
	"  y: {min: -1.0, max: 1.0, default: 0.0}" \
	"constraints: ['x > y']" "seed: 3" >old.yaml
expect "the old search" 0 "$HPSEARCH" old.yaml -q
check "the summary says what lies at an end" has "of the best 10 within 5 % of its lower end, 1" out
expect "and so does show" 0 "$HPSEARCH" show old.hpsearch
check "the same" has "of the best 10 within 5 % of its lower end, 1" out
expect "refine prints a file" 0 "$HPSEARCH" refine old.hpsearch
cp out printed.yaml
expect "or writes it" 0 "$HPSEARCH" refine old.hpsearch -o finer.yaml
check "the same" cmp printed.yaml finer.yaml
check "it says what is new" has "the best x is at the lower end of its range: widened to 0.5" out
check "in the file too" has "# was 1 … 3; the best x is at the lower end of its range: widened to 0.5" finer.yaml
check "the next step" has "next: hpsearch finer.yaml" out
expect "check accepts it" 0 "$HPSEARCH" check finer.yaml
check "with a warm start" has "warm start: old.hpsearch: " out
expect "it runs" 0 "$HPSEARCH" finer.yaml -n 12 -q
check "and finds better" test "$(json finer.hpsearch/results.json 'min(t["value"] for t in d["trials"])')" '<' \
	"$(json old.hpsearch/results.json 'min(t["value"] for t in d["trials"])')"
expect "replay" 0 "$HPSEARCH" replay finer.hpsearch
expect "twice is refused" 2 "$HPSEARCH" refine old.hpsearch -o finer.yaml
check "with the way out" has "finer.yaml is there already, and is not written over" err
expect "from a results file the same" 0 "$HPSEARCH" refine old.hpsearch/results.json
check "but for the name" test "$(diff out printed.yaml | grep -c '^[<>]')" = 4
expect "a finer one can be refined as well" 0 "$HPSEARCH" refine finer.hpsearch -o third.yaml
expect "and is accepted" 0 "$HPSEARCH" check third.yaml

# A grid becomes a search that learns; --set is part of what was searched.
space "method: grid" "parameters:" "  x: {values: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]}" "  y: {values: [1, 2, 3]}" >grid.yaml
expect "a grid" 0 "$HPSEARCH" grid.yaml -q --set 'parameters.y.values=[0, 1, 2]'
check "no word on its ends" lacks "of the best 10" out
expect "refined" 0 "$HPSEARCH" refine grid.hpsearch -o g2.yaml
check "by bayes" has "method: bayes  # was grid" g2.yaml
expect "accepted" 0 "$HPSEARCH" check g2.yaml

# What moves together stays together, and a file without a method is one with auto.
space "max_trials: 30" "parameters:" "  x: {min: 1.0, max: 3.0}" \
	"zip: [[a, b], [[1, 5], [2, 6], [3, 7]]]" "seed: 3" >zip.yaml
expect "of a zip, without a method" 0 "$HPSEARCH" zip.yaml -q
check "no end of it is an end" lacks "a: .* of the best 10" out
expect "refined" 0 "$HPSEARCH" refine zip.hpsearch -o zip2.yaml
expect "accepted" 0 "$HPSEARCH" check zip2.yaml
check "with all of its values" test "$(grep '^zip:' zip2.yaml)" = "$(grep '^zip:' zip.yaml)"

# What cannot be refined.
expect "three trials" 0 "$HPSEARCH" old.yaml -n 3 -q --out three
expect "are refused" 3 "$HPSEARCH" refine three -o no.yaml
check "with what is missing" has "needs 8 trials with a value, there are 3" err
check "nothing is written" test ! -e no.yaml
printf '%s\n' "command: [\"$FAKE\", fail, \"\${args}\"]" "metric: {name: loss}" "method: random" \
	"parameters: {x: {min: 0.0, max: 1.0}}" >fail.yaml
"$HPSEARCH" fail.yaml -n 10 -q >/dev/null 2>&1
expect "all failed" 3 "$HPSEARCH" refine fail.hpsearch
check "there is none" has "there are 0" err
# shellcheck disable=SC2016
printf '%s\n' 'command: [sh, -c, "echo {\"loss\": 0.$(echo $0 | cksum | cut -c1-6)}", "${param:x}"]' "metric: {name: loss}" \
	"method: random" "parameters: {x: {min: 0.0, max: 1.0}}" >noise.yaml
expect "noise alone" 0 "$HPSEARCH" noise.yaml -n 40 -q
expect "is refused" 3 "$HPSEARCH" refine noise.hpsearch
printf '%s\n' "command: [\"$FAKE\", \"\${args}\"]" "method: random" "parameters: {x: {min: 0.0, max: 1.0}}" >none.yaml
expect "no metric" 0 "$HPSEARCH" none.yaml -n 3 -q
expect "nothing is good or bad" 3 "$HPSEARCH" refine none.hpsearch
expect "no such search" 2 "$HPSEARCH" refine nowhere
sed 's/"seed":3/"seed":4/' old.hpsearch/results.json >changed.json
expect "a changed file" 2 "$HPSEARCH" refine changed.json
check "is named so" has "was changed after it was written" err
