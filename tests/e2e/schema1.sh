#!/bin/sh
# Searches of version 0.1.0, as it left them: they are shown, replayed and continued.
. "$SRCDIR/tests/e2e/lib.sh"
cp "$SRCDIR"/tests/data/schema1/*.sh .

# old NAME: a fresh copy of such a search, as NAME.yaml and NAME.hpsearch.
old() {
	rm -rf "$1.hpsearch"
	cp "$SRCDIR/tests/data/schema1/$1/space.yaml" "$1.yaml"
	mkdir "$1.hpsearch"
	cp "$SRCDIR/tests/data/schema1/$1"/*.json* "$1.hpsearch"
}
finished() { grep -c '"e":"end"' "$1.hpsearch/journal.jsonl"; }
starts_of() { grep -c "\"e\":\"start\",\"t\":$2," "$1.hpsearch/journal.jsonl"; }

for name in random grid bayes; do
	old "$name"
	expect "$name: shown" 0 "$HPSEARCH" show "$name.hpsearch"
	expect "$name: the results file alone is shown" 0 "$HPSEARCH" show "$name.hpsearch/results.json"
	expect "$name: the results file is replayed" 0 "$HPSEARCH" replay "$name.hpsearch/results.json"
	expect "$name: the journal is replayed" 0 "$HPSEARCH" replay "$name.hpsearch"
	expect "$name: its best" 0 "$HPSEARCH" best "$name.hpsearch" -f json
done
# The journal and the results file that it wrote say the same.
for name in random grid bayes; do
	"$HPSEARCH" show "$name.hpsearch" -f csv >a.csv
	"$HPSEARCH" show "$name.hpsearch/results.json" -f csv >b.csv
	check "$name: journal and results file agree" cmp a.csv b.csv
	cp "$name.hpsearch/journal.jsonl" "$name.before"
done

"$HPSEARCH" random.yaml -n 8 -q >out 2>err
check "random: continued to eight trials" [ "$("$HPSEARCH" show random.hpsearch -f csv | wc -l)" = 9 ]
check "random: nothing that was there has changed" \
	cmp -n "$(stat -c %s random.before)" random.before random.hpsearch/journal.jsonl
check "random: no finished trial was run again" [ "$(starts_of random 0)" = 2 ]
expect "random: what it has become is replayed" 0 "$HPSEARCH" replay random.hpsearch/results.json
"$HPSEARCH" bayes.yaml -n 16 -q >out 2>err
check "bayes: continued to sixteen trials" [ "$("$HPSEARCH" show bayes.hpsearch -f csv | wc -l)" = 17 ]
expect "bayes: what it has become is replayed" 0 "$HPSEARCH" replay bayes.hpsearch/results.json

old cut
before=$(finished cut)
expect "cut: the interrupted search is shown" 0 "$HPSEARCH" show cut.hpsearch
"$HPSEARCH" cut.yaml -q >out 2>err
check "cut: it goes on to the end" [ "$(finished cut)" = 16 ] || echo "# $(finished cut)"
check "cut: and had begun" [ "$before" -gt 0 ]
expect "cut: replayed" 0 "$HPSEARCH" replay cut.hpsearch/results.json
