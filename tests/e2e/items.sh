#!/bin/bash
# The test set is a sample too: outcomes of single items in test runs, or how many were
# right, as a part of the interval; what does not fit is said and left out.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

# A training of 300 items: the defaults have one in three wrong, every other configuration
# one in four, and a seed turns a few over. MODE says what a test prints of them.
cat >train.py <<'P'
import json, os, random, sys
mode, x = sys.argv[1], float(sys.argv[2].split("=")[1])
seed, split = os.environ["HPSEARCH_SEED"], os.environ["HPSEARCH_SPLIT"]
defaults = x == 0.5
rng = random.Random(f"{seed} {x}")
right = []
for i in range(300):
    luck = random.Random(f"{split} {i}").random()
    mine = random.Random(f"{split} {i} {x}").random()
    right.append(int(luck + 0.2 * mine + 0.1 * rng.random() > (0.6 if defaults else 0.2)))
value = sum(right) / len(right)
say = lambda i, score: {"item": f"q{i}", "score": score}
lines = []
if split == "test":
    lines = [say(i, s) for i, s in enumerate(right)]
    if mode == "shuffled":
        rng.shuffle(lines)
    elif mode == "count":
        lines = [{"hpsearch": {"items": 300, "correct": sum(right)}}]
    elif mode == "differ":
        lines = [say(i if defaults else i + 1, s) for i, s in enumerate(right)]
    elif mode == "fewer" and defaults:
        lines = lines[:200]
    elif mode == "twice":
        lines = [say(i, 1 - s) for i, s in enumerate(right)] + lines
    elif mode == "other":
        value = 1 + value
    elif mode == "silent" and defaults:
        lines = []
    elif mode == "percent":
        value = round(100 * (1 - value), 1)
    elif mode == "words":
        lines += [{"item": "one", "score": "good"}, {"item": "two", "score": None}]
    elif mode == "hostile":
        lines += [{"item": {"a": 1}, "score": 1}, {"item": None, "score": 1}, {"item": "z" * 3000, "score": [1]},
                  {"hpsearch": {"items": -1, "correct": 1}}, {"hpsearch": {"items": "x", "correct": 1e999}}]
        print('{"item": "q0", "score": 1', '{"item": "q0" "score": 1}', '\x00\x01{"item":', sep="\n")
    elif mode == "none":
        lines = []
elif mode == "percent":
    value = 100 * (1 - value)
for i, line in enumerate(lines):
    text = json.dumps(line)
    if mode == "python":
        text = "INFO eval: " + repr(line)
    print(text, file=sys.stderr if mode == "streams" and i % 2 else sys.stdout)
    if mode == "streams" and i % 3 == 0:
        print(text, file=sys.stderr)
print(json.dumps({"acc": value}))
P

# file NAME MODE KEY…: a search of it.
file() {
	name=$1
	cat >"$1.yaml" <<Y
command: [python3, train.py, $2, "\${args}"]
method: random
seed: 3
max_trials: 2
metric: {name: acc, goal: maximize}
parameters: {x: {min: 0.0, max: 1.0, default: 0.5}}
Y
	shift 2
	printf '%s\n' "$@" >>"$name.yaml"
}
TEST='test: {top: 1, repeats: 3}'

for mode in plain none shuffled count differ fewer twice other silent words hostile python streams; do
	file $mode $mode "$TEST"
	expect "$mode: better" 0 "$HPSEARCH" $mode.yaml -q -j2
	cp out $mode.out
	cp $mode.hpsearch/results.json $mode.json
done
half() { json "$1.json" "v['half_width']"; }
use() { json "$1.json" "v['test_items']['use']"; }

check "items are paired" test "$(use plain)" = paired
check "300 of them" test "$(json plain.json "v['test_items']['n']")" = 300
check "the two parts are shown" grep -Eq '^  ± [0-9.]+ from training seeds, ± [0-9.]+ from 300 test items, paired by item$' plain.out
check "what it is over" has "over training seeds and test items: what another sample of as many such items would say is in it" plain.out
check "tests have them in their intervals" has "those of tests are over test items too" plain.out
check "the parts are in the file" python3 - <<'P'
import json
v = json.load(open("plain.json"))["verification"]
a, b, both = v["seeds_half_width"], v["items_half_width"], v["half_width"]
assert a > 0 and b > 0 and max(a, b) * 0.9 < both <= (a * a + b * b) ** 0.5 * 1.0001, (a, b, both)
w = json.load(open("none.json"))["verification"]
assert w["items_half_width"] is None and "test_items" not in w
assert abs(w["half_width"] - a) < 1e-12 and w["better_by"] == v["better_by"]
P
check "the interval, by its formula from the lines that were printed" python3 - <<'P'
import glob, json, math
d = json.load(open("plain.json"))["verification"]
runs = {}
for path in glob.glob("plain.hpsearch/verify/test/*/r*/stdout"):
    who, r = path.split("/")[-3:-1]
    runs[who, r] = {l["item"]: l["score"] for l in map(json.loads, open(path)) if "item" in l}
winner = next(c for c in d["candidates"] if c["winner"])
w, b = "%04d" % winner["trial"], "0000"
x = [[runs[w, r][i] - runs[b, r][i] for i in sorted(runs[w, r])] for r in ("r0", "r1", "r2")]
S, I = len(x), len(x[0])
m = [sum(r[i] for r in x) / S for i in range(I)]
g = sum(m) / I
row = [sum(r) / I for r in x]
both = sum((x[r][i] - row[r] - m[i] + g) ** 2 for r in range(S) for i in range(I)) / ((S - 1) * (I - 1) * S * I)
items = max(0, (sum((y - g) ** 2 for y in m) + 1) / ((I + 2) * (I + 1)) - both)
t = 2.062747  # scipy: t.isf(0.02, 299)
assert abs(d["items_half_width"] / math.sqrt(items) - t) < 1e-4, d["items_half_width"] / math.sqrt(items)
assert abs(d["better_by"] - g) < 1e-9
P
for mode in shuffled python streams; do
	check "$mode: the same interval" test "$(half $mode)" = "$(half plain)"
done
check "without items, over seeds" has "over training seeds, on this test set: what another test set would say is not in it" none.out
check "and nothing of items" lacks "item" none.out
for mode in count differ; do
	check "$mode: unpaired" test "$(use $mode)" = unpaired
	check "$mode: is wider" python3 -c "import sys; sys.exit(not $(half $mode) > $(half plain) * 1.05)"
done
check "a count says so" has "test items, unpaired, which is wider than need be: how many were right is known, not which" count.out
check "other names say so" has "unpaired, which is wider than need be: not every run names the same items" differ.out
check "items that are named again: the last counts" test "$(half twice)" = "$(half plain)"
check "which is said" has "lines of items gave one another score than before: the last counts" twice.out
check "scores that are no numbers are counted" has "12 lines of items had no number for a score, and did not count" words.out
check "and do no harm" test "$(half words)" = "$(half plain)"
check "nor do lines that are none" test "$(half hostile)" = "$(half plain)"
for mode in other silent fewer; do
	check "$mode: over seeds alone" python3 -c "import sys; sys.exit('$(use $mode)' != 'unused' or abs($(half $mode) - $(half none)) > 1e-12)"
	check "$mode: said so" has "over training seeds, on this test set" $mode.out
	check "$mode: and why" has "test items were named, and do not count: " $mode.out
done
check "a metric that is not their mean is named" grep -Eq 'acc is 1\.[0-9]+ in test 0 of the winner, and the mean of its 300 scores 0\.' other.out
check "so is a run without items" has "test 0 of the defaults has none that can be read" silent.out
check "and a mean of others" grep -q 'in test 0 of the defaults, and the mean of its 200 scores' fewer.out

file percent percent "$TEST"
sed -i 's/maximize/minimize/' percent.yaml
expect "an error rate in percent, rounded" 0 "$HPSEARCH" percent.yaml -q
cp percent.hpsearch/results.json percent.json
check "is 100 (1 - mean)" test "$(use percent)" = paired
check "in its own unit" python3 -c "
a, b = $(json percent.json "v['items_half_width']"), 100 * $(json plain.json "v['items_half_width']")
assert abs(a / b - 1) < 1e-9, (a, b)"

# What a search shows is in its files, and derived again.
for mode in plain count differ other twice percent; do
	"$HPSEARCH" show $mode.hpsearch 2>/dev/null | sed -n '/^verification/,$p' >a.txt
	"$HPSEARCH" show $mode.hpsearch/results.json 2>/dev/null | sed -n '/^verification/,$p' >b.txt
	check "$mode: shown from journal and results alike" cmp a.txt b.txt
	check "$mode: and something" test -s a.txt
	expect "$mode: replayed from its results" 0 "$HPSEARCH" replay $mode.hpsearch/results.json
	expect "$mode: and from its journal" 0 "$HPSEARCH" replay $mode.hpsearch
done
check "a run of 300 items takes 100 bytes of the journal" test \
	"$(grep -c '"items":{"n":300,' plain.hpsearch/journal.jsonl)" = 6
check "or less" python3 -c "
import json
for l in open('plain.hpsearch/journal.jsonl'):
    assert len(json.dumps(json.loads(l).get('items'))) < 160"
check "items are of test runs alone" python3 -c "
import json
for l in open('plain.hpsearch/journal.jsonl'):
    e = json.loads(l)
    assert 'items' not in e or (e['e'], e['phase']) == ('verify_end', 'test')"
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	for mode in plain count differ other twice; do
		check "$mode: the schema holds" /usr/bin/python3 -c "
import json, jsonschema
jsonschema.validate(json.load(open('$mode.json')), json.load(open('$SRCDIR/tests/data/results.schema.json')))"
	done
else
	skip "the schema holds" "no jsonschema"
fi
python3 "$SRCDIR/tests/tools/edit_results.py" "$HPSEARCH" "$SRCDIR/src/hpsearch.1" 100 plain.json count.json twice.json percent.json >edits
code=$?
check "of 100 edits with right checksums at least 99 are caught" test $code = 0
sed 's/^/# /' edits
check "a score that is turned over is caught" python3 - <<'P'
import base64, json, os, subprocess, sys
sys.path.insert(0, os.environ["SRCDIR"] + "/tests/tools")
sys.dont_write_bytecode = True
import edit_results
d = json.load(open("plain.json"))
c = next(c for c in d["verification"]["candidates"] if c["winner"])
items = c["test"]["runs"][1]["items"]
bits = bytearray(base64.b64decode(items["scores"]))
bits[0] ^= 1
items["scores"] = base64.b64encode(bits).decode()
edit_results.write(d, "turned.json")
end = subprocess.run([os.environ["HPSEARCH"], "replay", "turned.json"], capture_output=True, text=True)
assert end.returncode == 5 and "derived" in end.stdout + end.stderr, end
P

# Looks: what the items leave open is not made smaller by more pairs, and that is known.
file auto plain 'test: {top: 1, repeats: auto}'
expect "looks at pairs, with items" 0 "$HPSEARCH" auto.yaml -q
check "are five pairs" test "$(json auto.hpsearch/results.json "v['pairs']")" = 5

# One run of a deterministic training leaves the items open, and nothing else.
sed 's/rng = random.Random(f"{seed} {x}")/rng = random.Random(f"{x}")/' train.py >sure.py
file sure plain 'deterministic_training: true' 'test: {top: 1}'
sed -i 's/train.py/sure.py/' sure.yaml
expect "a deterministic training" 0 "$HPSEARCH" sure.yaml -q
check "has an interval over its items" grep -Eq '^better than the defaults on the test data by [0-9.]+ ± [0-9.]+ in acc, deterministic: yes$' out
check "said to be over those" has "over test items: what another sample" out
check "at the level of the ledger" has "the interval holds in 96 % of such verifications, a yes is false in at most 2 %" out
expect "and is replayed" 0 "$HPSEARCH" replay sure.hpsearch/results.json
cat >same.py <<'P'
import json, os, random, sys
x = sys.argv[2]
right = [int(i % 2) for i in range(60)]
right[0] = int(x != "--x=0.5")
for i, s in enumerate(right):
    print(json.dumps({"item": i, "score": s}))
print(json.dumps({"acc": sum(right) / 60}))
P
file same plain 'deterministic_training: true' 'test: {top: 1}'
sed -i 's/train.py/same.py/' same.yaml
expect "a little luck in few items cannot tell" 5 "$HPSEARCH" same.yaml -q
check "and says how many would" grep -Eq '^next: more pairs do not help, the test items are too few: [0-9,]+ of them or more would tell a difference like this one$' out
check "and what is ruled out" has "ruled out: more than" out

# Killed in the midst of the tests, and taken up again: the same numbers.
file slow plain "$TEST"
cat >slow.py <<'P'
import os, runpy, time
if os.environ["HPSEARCH_SPLIT"] == "test":
    for _ in range(200 if os.path.exists("hurry") else 60000):
        if os.path.exists("hurry"):
            break
        time.sleep(0.01)
runpy.run_path("train.py", run_name="__main__")
P
sed -i 's/train.py/slow.py/' slow.yaml
"$HPSEARCH" slow.yaml -q -j2 >/dev/null 2>&1 &
pid=$!
wait_until 30 grep -q '"verify_start","phase":"test"' slow.hpsearch/journal.jsonl
kill -9 $pid
wait $pid 2>/dev/null
: >hurry
"$HPSEARCH" slow.yaml -q -j2 >out 2>&1
cp slow.hpsearch/results.json slow.json
check "killed and continued: the same interval" test "$(half slow)" = "$(half plain)"
check "more pairs of what is decided are refused" expect_exit 2 "$HPSEARCH" verify plain.hpsearch --more 2

# verify --more goes on with the items that there are.
cat >close.py <<'P'
import json, os, random, sys
x, seed = sys.argv[2], os.environ["HPSEARCH_SEED"]
right = [int(random.Random(f"{i} {x}").random() + random.Random(f"{i} {x} {seed}").random() > (1.05 if x == "--x=0.5" else 0.95)) for i in range(211)]
for i, s in enumerate(right):
    print(json.dumps({"item": i, "score": s}))
print(json.dumps({"acc": sum(right) / 211}))
P
file close plain 'test: {top: 1, repeats: 3}'
sed -i 's/train.py/close.py/' close.yaml
expect "nothing to tell" 5 "$HPSEARCH" close.yaml -q
expect "three pairs more, which tell" 0 "$HPSEARCH" verify close.hpsearch --more 3
check "have their items" has "from 211 test items, paired by item" out
check "in all six pairs" test "$(json close.hpsearch/results.json "v['pairs']")" = 6
expect "and are replayed" 0 "$HPSEARCH" replay close.hpsearch/results.json
