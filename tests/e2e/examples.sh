#!/bin/bash
# Every folder of examples/ but wandb and recipes: its training by itself (the same seed gives the same numbers,
# the split and the step budget are honoured), then a small search over it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
PATH=/usr/bin:$PATH # the python3 that Debian's packages are for
export PATH
unset "${!HPSEARCH_@}" # the trainings here stand alone
examples=$SRCDIR/examples

# folder NAME: a copy to work in, so that the checkout stays as it is.
folder() {
	mkdir -p "$tap_dir/$1" && cd "$tap_dir/$1" || exit 1
	cp "$examples/$1"/* . 2>/dev/null # its files, no results of earlier searches
	rm -f mlp model.json
}

# same and other: COMMAND… prints the same twice, something else under another seed.
same() { cmp -s <(HPSEARCH_SEED=3 "$@") <(HPSEARCH_SEED=3 "$@") && [ -n "$("$@")" ]; }
other() { ! cmp -s <(HPSEARCH_SEED=3 "$@") <(HPSEARCH_SEED=4 "$@"); }
lines() { [ "$("${@:2}" | wc -l)" = "$1" ]; }

# training NAME METRIC TEST-METRIC COMMAND…
training() {
	check "$1: the same seed, the same numbers" same "${@:4}"
	check "$1: another seed, others" other "${@:4}"
	HPSEARCH_SEED=3 "${@:4}" >valid.log
	HPSEARCH_SEED=3 HPSEARCH_SPLIT=test "${@:4}" >test.log
	check "$1: prints $2, nothing of the test" sh -c \
		"grep -q '\"$2\"' valid.log && ! grep -q test valid.log"
	check "$1: under the split test prints $3 alone" sh -c \
		"grep -q '\"$3\"' test.log && ! grep -q '\"$2\"' test.log"
}

# search NAME CODES FILE OPTION…: ends with one of the codes, as its verification says, and
# with a ranking.
search() {
	rm -f hpsearch.tests.jsonl # each is a first look by itself
	within 200 "$HPSEARCH" "$3" -j2 --out found "${@:4}" >log 2>&1 </dev/null
	code=$?
	check "$1: the search ends well (exit $code)" report_unless grep -qw $code <<<"$2"
	check "$1: its best trial leads the results" report_unless python3 -c '
import json, sys
d = json.load(open("found/results.json"))
best, values = d["trials"][0], [t["value"] for t in d["trials"] if t["rank"]]
assert best["rank"] == 1 and best["outcome"] == "ok" and best["params"], best
assert values == sorted(values, reverse=d["metric"]["goal"] == "maximize"), values
answer = (d["verification"] or {}).get("answer")
assert (sys.argv[1] == "5") == (answer in ("no", "cannot tell")), answer
assert sys.argv[2] != "verified" or answer in ("yes", "no", "cannot tell"), answer
' "$code" "${verified:-verified}"
}
report_unless() { "$@" || { tail -n 20 log && return 1; }; }

folder mlp
check "mlp: the README's line compiles it" sh -c \
	"$(sed -n 's/^    \(cc .*\)/\1/p' README.md)"
small="--layers=2 --width=16 --optimizer=adam --dropout=0.1 --schedule=cosine --epochs=12"
# shellcheck disable=SC2086
training mlp val_error test_error ./mlp $small
mkdir kept
# shellcheck disable=SC2086
continued() {
	./mlp $small >whole
	for budget in 4 9 1000; do
		HPSEARCH_DIR=kept HPSEARCH_STEP_BUDGET=$budget ./mlp $small
	done | cmp - whole
}
check "mlp: continues from its checkpoint as if never stopped" continued
check "mlp: keeps no checkpoint of a complete training" test -z "$(ls kept)"
pre_empted() {
	HPSEARCH_DIR=kept ./mlp --epochs=1000000 >long.log &
	pid=$!
	wait_until 20 test -s kept/mlp.checkpoint
	kill -TERM $pid
	wait $pid
	test $? = 75
}
check "mlp: SIGTERM ends it, to be queued again" pre_empted
expect "mlp: refuses a setting that it does not know" 2 ./mlp --speed=3
search mlp 0 space.yaml -n 12 --set test.top=2 --set test.repeats=3
expect "mlp: the winner is taken apart, as far as 30 runs go" 6 \
	within 200 "$HPSEARCH" ablate found -j2 --budget runs=30
check "mlp: the file says that there is more to do" grep -q '"state":"unfinished"' found/ablate/ablation.json
rm -r found
search "mlp, early stopping" 0 early.yaml -n 24 --set test.top=2 --set test.repeats=3
check "mlp: its runs went on from their checkpoints" python3 -c '
import json
d = json.load(open("found/results.json"))
runs = [t["runs"][0] for t in d["trials"]]
assert {r["budget"] for r in runs} == {7, 20, 60}, runs
for r in runs:
    assert [s for s, v in r["reports"]] == list(range(1, int(r["budget"]) + 1)), r
assert d["early_terminate"]["steps"] < 0.5 * d["early_terminate"]["steps_in_full"]'
expect "mlp: replay makes every decision again" 0 "$HPSEARCH" replay found
rm -r found
verified=no search "mlp, a population" 0 pbt.yaml --set pbt.population=4 --set pbt.max_iter=12
check "mlp: its second interval goes on from the weights of the first" python3 -c '
import json
t = sorted(json.load(open("found/results.json"))["trials"], key=lambda t: t["id"])
assert len(t) == 8, len(t)
for x in t:
    assert [s for s, v in x["runs"][0]["reports"]] == list(
        range(7, 13) if "from" in x else range(1, 7)), x
assert any(t[x["from"]]["member"] != x["member"] for x in t if "from" in x)'
expect "mlp: replay decides the same again" 0 "$HPSEARCH" replay found
rm -r found
expect "mlp: error against weights" 0 within 200 "$HPSEARCH" front.yaml -j2 -q -n 12 --out found
check "mlp: a front, by which the error falls as the weights grow" python3 -c '
import json
d = json.load(open("found/results.json"))
t = {t["id"]: t["criteria"] for t in d["trials"] if t["rank"]}
front = sorted((t[i]["weights"]["value"], t[i]["val_error"]["value"]) for i in d["front"]["trials"])
assert len(front) >= 2 and all(a[1] >= b[1] for a, b in zip(front, front[1:])), front
assert not any(x["weights"]["value"] <= w and x["val_error"]["value"] < e for x in t.values() for w, e in front)'
rm -r found
expect "mlp: four widths, and a fifth foretold" 0 within 200 "$HPSEARCH" scale.yaml -j2 -q -n 24 --set repeats=1 --out found
check "mlp: the trend of the best rate" has "scale: the best values over width, to width 128, from 24 trials at 4 sizes" out
expect "mlp: a finer search" 0 "$HPSEARCH" refine found -o finer.yaml
check "mlp: its rates go on beyond the end that the best was at" has "the best lr is at the upper end of its range: widened to" finer.yaml
expect "mlp: whose file can be run" 0 "$HPSEARCH" check finer.yaml

if /usr/bin/python3 -c 'import sklearn' 2>/dev/null; then
	folder digits
	training digits val_accuracy test_accuracy python3 train.py --epochs=3
	check "digits: honours the step budget" env HPSEARCH_STEP_BUDGET=2 \
		bash -c "$(declare -f lines); lines 2 python3 train.py"
	search digits '0 5' space.yaml -n 6 --set test.top=1 --set test.repeats=2
	rm -r found
	search "digits, early stopping" '0 5' early.yaml -n 8 --set test.top=1 --set test.repeats=2
	expect "digits: replay makes every decision again" 0 "$HPSEARCH" replay found
else
	skip "digits" "Debian's python3-sklearn is not installed"
fi

folder sampling
training sampling quality test_quality python3 generate.py --passages=2
check "sampling: keeps its model" test -s model.json
echo '{"key": "of another text"}' >model.json
check "sampling: but not for another text" same python3 generate.py --passages=1
check "sampling: honours the step budget" env HPSEARCH_STEP_BUDGET=1 \
	bash -c "$(declare -f lines); lines 1 python3 generate.py"
search sampling 0 space.yaml -n 8 --set test.top=1 --set test.repeats=3

# Settings of inference, item by item.
items_of() { python3 -c '
import json, sys
d = json.load(open("found/results.json"))
assert d["verification"]["answer"] in ("yes", "no", "cannot tell"), d["verification"]["answer"]
assert all(t["outcome"] in ("ok", "stopped") for t in d["trials"]), d["trials"]
assert d["search"]["cost"] > 0 and d["trials"][0]["rank"] == 1'; }
asked() { python3 - "$@" <<'P'
import json, subprocess, sys
items = [json.loads(l)["id"] for l in open(sys.argv[1])]
said = [json.loads(l) for l in subprocess.check_output(sys.argv[2:]).splitlines()]
assert [x["item"] for x in said] == items and all(x["score"] in (0, 1) and x["cost"] > 0 for x in said)
assert 0 < sum(x["score"] for x in said) < len(said)
P
}
export HPSEARCH_ITEMS=words.jsonl
check "sampling: a line for every word" asked words.jsonl python3 words.py --temperature=0.3
check "sampling: the same seed, the same answers" same python3 words.py --votes=2
check "sampling: another seed, others" other python3 words.py
check "sampling: its items are those of the script" sh -c 'python3 words.py --make | cmp - words.jsonl'
unset HPSEARCH_ITEMS
rm -r found
within 200 "$HPSEARCH" words.yaml -j2 -q -n 4 --out found >log 2>&1 </dev/null
check "sampling: a race" report_unless grep -qw $? <<<"0 5"
check "sampling: over its words" report_unless items_of

folder api
head -n 40 questions.jsonl >few.jsonl
check "api: a line for every question" asked few.jsonl env HPSEARCH_ITEMS=few.jsonl python3 serve.py \
	sh -c 'until python3 ask.py --effort=2 >said; [ $? != 75 ]; do :; done; cat said'
too_fast() { API_RATE=0.01 python3 serve.py python3 - <<'P'
import os, urllib.error, urllib.request
q = b'{"question": "1 + 1", "style": "plain", "effort": 1, "temperature": 0, "max_tokens": 9}'
codes = []
for i in range(40):
    try:
        codes.append(urllib.request.urlopen(os.environ["API_URL"], q, 30).status)
    except urllib.error.HTTPError as e:
        codes.append(e.code)
        assert e.code != 429 or e.headers["Retry-After"]
assert codes[0] == 200 and codes[-1] == 429 and 503 not in codes[30:], codes
P
}
check "api: who asks too fast is refused" too_fast
within 200 python3 serve.py "$HPSEARCH" space.yaml -q -n 4 --out found >log 2>&1 </dev/null
check "api: a race" report_unless grep -qw $? <<<"0 5"
check "api: over its questions, for money" report_unless items_of
expect "api: replay decides the same again" 0 "$HPSEARCH" replay found

if /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
	folder finetune
	training finetune val_loss test_loss python3 finetune.py --epochs=2 --lr=0.01
	check "finetune: honours the step budget" env HPSEARCH_STEP_BUDGET=1 \
		bash -c "$(declare -f lines); lines 1 python3 finetune.py"
	search finetune '0 5' space.yaml -n 6 --set parameters.epochs.max=6 --set test.top=1 --set test.repeats=3
else
	skip "finetune" "Debian's python3-numpy is not installed"
fi

# wandb's is in wandb.sh, which has the package.
folder recheck
python3 demand.py 360
training recheck val_error test_error python3 train.py --half_life=100
check "recheck: honours the step budget" env HPSEARCH_STEP_BUDGET=2 \
	bash -c "$(declare -f lines); lines 2 python3 train.py"
search recheck 0 space.yaml -n 12 --set test.repeats=3
expect "recheck: nothing has changed" 0 "$HPSEARCH" recheck found -j2
python3 demand.py 460
expect "recheck: after the drift it does not hold" 5 "$HPSEARCH" recheck found -j2 --data-changed
check "recheck: and that is said" grep -q 'no longer better than the defaults\|is better now' out

cd "$tap_dir" || exit 1
