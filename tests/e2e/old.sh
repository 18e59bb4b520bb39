#!/bin/bash
# Searches of hpsearch 0.1.0 are continued, shown and replayed with their own values: their
# integers and steps on a log scale have half cells at the ends. v0.1.0/whole.json is the
# results file of old.yaml, half.jsonl the journal of its first 10 trials, by 0.1.0 itself.
. "${0%/*}/lib.sh"
old=$SRCDIR/tests/data/v0.1.0

params() { # RESULTS: id and parameters of each trial, by id
	grep -o '"id":[0-9]*,.*"params":{[^}]*}' "$1" |
		sed 's/"id":\([0-9]*\),.*"params"/\1 /' | sort -n
}

expect "a results file of 0.1.0 replays" 0 "$HPSEARCH" replay "$old/whole.json"
check "identical" has "24 proposals and 24 runs checked: identical" out
cp "$old/old.yaml" .
mkdir old.hpsearch
cp "$old/half.jsonl" old.hpsearch/journal.jsonl
expect "half a search of 0.1.0 is shown" 0 "$HPSEARCH" show old.hpsearch
expect "and continued" 0 "$HPSEARCH" old.yaml -q
params "$old/whole.json" >want
params old.hpsearch/results.json >got
check "there are 24 trials" test "$(wc -l <want)" = 24
check "with the values that 0.1.0 would have taken" cmp want got
check "its results say how they were decoded" has '"decoding":1' old.hpsearch/results.json
expect "it replays" 0 "$HPSEARCH" replay old.hpsearch/results.json
expect "--fresh begins a search of today" 0 "$HPSEARCH" old.yaml -q --fresh
params old.hpsearch/results.json >now
check "with whole cells" test "$(cmp -s want now; echo $?)" = 1
check "and says so" has '"decoding":2' old.hpsearch/results.json
expect "which replays too" 0 "$HPSEARCH" replay old.hpsearch/results.json
sed 's/"decoding":2/"decoding":3/' old.hpsearch/results.json >newer.json
expect "a decoding of a later version is refused" 2 "$HPSEARCH" show newer.json
check "with the way out" has "newer hpsearch" err
