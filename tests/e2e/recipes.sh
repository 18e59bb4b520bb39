#!/bin/bash
# Every folder of examples/recipes: a small search there, whose results say exactly what the
# trainings printed, and whose runs print it again under the recorded seeds. scikit-learn,
# LightGBM, XGBoost and Hydra are the real ones, from PyPI, in a virtual environment of the
# build; Keras, Lightning and the Hugging Face Trainer are the folders' stand-ins.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
unset "${!HPSEARCH_@}" API_URL
export no_proxy=127.0.0.1
recipes=$SRCDIR/examples/recipes

pip_into recipes 200 "scikit-learn lightgbm hydra-core" xgboost-cpu
plain=/usr/bin:$PATH # the python3 that Debian's packages are for

cat >printed.py <<'E2'
"""The reports in results.json are what the runs printed, read here by another reader."""
import json
import pathlib
import sys

metric, step, found = *sys.argv[1:3], pathlib.Path(sys.argv[3])
results = json.loads((found / "results.json").read_text())
assert results["warnings"] == [], results["warnings"]
trials = results["trials"]
assert {t["outcome"] for t in trials} <= {"ok", "stopped"}, [t["reason"] for t in trials]
assert trials[0]["rank"] == 1, trials[0]
values = [t["value"] for t in trials if t["rank"]]
assert len(values) >= 2 and values == sorted(values, reverse=results["metric"]["goal"] == "maximize")
assert len({json.dumps(t["params"]) for t in trials}) == len(trials)
first = []
for trial in trials:
    for i, run in enumerate(trial["runs"]):
        folder = found / "trials" / f"{trial['id']:04d}" / f"r{i}"
        lines = [json.loads(s) for s in (folder / "stdout").read_text().splitlines() if s[:1] == "{"]
        said = [[line.get(step, n), line[metric]]
                for n, line in enumerate(line for line in lines if metric in line)]
        assert said and run["reports"] == said[:len(run["reports"])], (run["reports"], said)
        assert run["outcome"] == "stopped" or run["reports"] == said, (run["reports"], said)
        costs = [line["hpsearch"]["cost"] for line in lines if "hpsearch" in line]
        assert run.get("cost") == (costs[0] if costs else None), (run.get("cost"), costs)
    first.append(trial["runs"][0]["reports"][0][1])
assert len(set(first)) > 1, first
print(len(trials[0]["runs"][0]["reports"]))
E2

# recipe NAME METRIC STEP REPORTS CODES OPTION…: STEP is the key that counts, or -; the best
# trial has so many REPORTS; the search ends with one of CODES.
recipe() {
	mkdir "$tap_dir/$1" && cd "$tap_dir/$1" && cp -r "$recipes/$1"/* . || exit 1
	rm -rf out err *.hpsearch # of who tried it there
	expect "$1: nothing in its file to warn of" 0 "$HPSEARCH" check --strict space.yaml
	within 120 "$HPSEARCH" space.yaml -j2 --out found "${@:6}" >log 2>&1 </dev/null
	code=$?
	check "$1: the search ends well (exit $code)" report_unless grep -qw $code <<<"$5"
	check "$1: its results say what was printed" printed "$2" "$3" "$4"
	expect "$1: the recorded seeds and parameters give the same again" 0 \
		"$HPSEARCH" reproduce found --yes --top 2
}
report_unless() { "$@" || { tail -n 20 log && return 1; }; }
printed() {
	python3 "$tap_dir/printed.py" "$1" "$2" found >reports && test "$(cat reports)" = "$3"
}

# known MODULE RECIPE…: with the package, or not at all.
known() {
	PATH=${python%/*}:$PATH real "$2" "$1" recipe "${@:2}"
	cd "$tap_dir" || exit 1
}
known sklearn sklearn accuracy - 1 '0 5' -n 4 --set test.top=1 --set test.repeats=2
if [ -d sklearn ]; then
	check "sklearn: the test data were used, by winner and defaults alone" python3 -c '
import json
v = json.load(open("sklearn/found/results.json"))["verification"]
assert v["done"] and v["test_metric"] and v["test_uses"] in (2, 4), v'
fi
known lightgbm lightgbm valid_l2 iteration 100 0 -n 4
known xgboost xgboost valid_rmse iteration 100 0 -n 4
known hydra hydra val_loss epoch 8 0 -n 6
if [ -d hydra ]; then
	check "hydra: its output is in the folder of the run" \
		test -s hydra/found/trials/0000/r0/hydra/.hydra/overrides.yaml
	check "hydra: and none beside the training" test ! -e hydra/outputs
fi

PATH=$plain
recipe keras val_loss epoch 8 0 -n 8
recipe lightning val_loss epoch 10 0 -n 8
recipe huggingface eval_loss step 8 0 -n 8
if python3 -c 'import tomllib' 2>/dev/null; then
	recipe config-file val_loss epoch 8 0 -n 8
	check "config-file: base.toml alone trains, too" sh -c 'python3 train.py base.toml | tail -1 |
		grep -q "\"epoch\": 8"'
else
	skip config-file "this python3 has no tomllib (3.11)"
fi

# By itself first, with the server that the script starts, then with one that is busy now and
# then, for as long as this test takes at the most.
recipe http-api accuracy - 1 '0 5' -n 4 --set test.top=1 --set test.repeats=2
python3 server.py 300 150 >url &
server=$!
wait_until 20 test -s url
API_URL=$(cat url)
export API_URL
mv found alone
within 120 "$HPSEARCH" space.yaml -j2 --out found -n 4 --set test.top=1 --set test.repeats=2 \
	>log 2>&1 </dev/null
kill $server
check "http-api: a busy service is asked again later, which is no failure" report_unless python3 -c '
import json
alone, busy = (json.load(open(d + "/results.json")) for d in ("alone", "found"))
runs = [r for t in busy["trials"] for r in t["runs"]]
assert sum(r["attempts"] for r in runs) > len(runs), [r["attempts"] for r in runs]
assert all(r["outcome"] == "ok" and r["failures"] == 0 for r in runs), runs
assert [t["value"] for t in busy["trials"]] == [t["value"] for t in alone["trials"]]'
unset API_URL
check "http-api: the server ends when it was told to" within 20 python3 server.py 0.1

# What the page shows is what the folders have.
cd "$recipes" || exit 1
check "the page quotes the files as they are" python3 - <<'E2'
import pathlib
import re

page = pathlib.Path("README.md").read_text()
files = [p.read_text() for p in pathlib.Path(".").glob("*/*.*")]
blocks = re.findall(r"```\w+\n(.*?)```", page, re.S)
assert len(blocks) >= 12, len(blocks)
for block in blocks:
    assert any(block in text for text in files), block
    assert len(block.splitlines()) <= 10, block
names = {p.parent.name for p in pathlib.Path(".").glob("*/space.yaml")}
assert names == set(re.findall(r"\]\(([\w-]+)/\)", page)), names
E2
cd "$tap_dir" || exit 1
