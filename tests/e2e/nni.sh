#!/bin/bash
# Scripts that were written for NNI, as they are, with the real client from PyPI.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
unset "${!HPSEARCH_@}" "${!NNI_@}"
python=${TOOLS%/*/*/*}/venv-nni/bin/python
cp "$SRCDIR/tests/data/nni/train.py" .

cat >space.yaml <<Y
command: [$python, train.py]
protocol: nni
method: grid
metric: {name: default, goal: minimize}
parameters: {lr: {values: [0.0625, 0.125, 4.0e-05]}, layers: {value: 2}}
Y
expect "check: the parameters reach it without being in its command" 0 "$HPSEARCH" check --strict space.yaml
expect "a protocol of nobody's" 2 "$HPSEARCH" check space.yaml --set protocol=nnni
check "is taken for the one that is meant" has "did you mean nni?" err

# README: a script written for NNI
# What a wrapper sees is what the client is given.
cat >other.sh <<'S'
cat "$NNI_SYS_DIR/parameter.cfg" >"$HPSEARCH_DIR/given"
env | grep ^NNI_ | sort >>"$HPSEARCH_DIR/given"
echo "NNISDK_MEb'{\"type\": \"FINAL\", \"sequence\": 0, \"value\": \"0.5\"}'"
S
cat >env.yaml <<'Y'
command: [sh, other.sh]
args: none
protocol: nni
method: grid
metric: {name: default}
parameters: {lr: {value: 1.0e-05}, opt: {value: {name: adam}}}
Y
expect "a command of another language" 0 "$HPSEARCH" env.yaml
run=$PWD/env.hpsearch/trials/0000/r0
check "finds what NNI's trials find" diff "$run/given" - <<Y
{"parameter_id": 0, "parameter_source": "algorithm", "parameters": {"lr":1e-05,"opt":{"name":"adam"}}}
NNI_EXP_ID=hpsearch
NNI_OUTPUT_DIR=$run
NNI_PLATFORM=hpsearch
NNI_SYS_DIR=$run
NNI_TRIAL_JOB_ID=trial0.0
NNI_TRIAL_SEQ_ID=0
Y

# Orion's client writes a file that is there, all of it anew with every report.
cat >orion.py <<'P'
import json, os, sys
path = os.environ["ORION_RESULTS_PATH"]
assert os.path.isfile(path) and not os.path.getsize(path)
lr = float(sys.argv[1])
results = [{"name": "loss", "type": "objective", "value": lr * 2}, {"name": "size", "type": "constraint", "value": 7}]
with open(path, "w") as f:
    json.dump(results, f)
P
cat >orion.yaml <<'Y'
command: [python3, orion.py, "${param:lr}"]
protocol: orion
method: grid
metric: {name: objective}
parameters: {lr: {values: [0.5, 0.25]}}
Y
# README: a script written for Orion
expect "a script of Orion's" 0 "$HPSEARCH" orion.yaml
check "its objective is the metric, its constraint a number beside it" python3 -c '
import json
trials = json.load(open("orion.hpsearch/results.json"))["trials"]
assert [t["value"] for t in trials] == [0.5, 1.0], trials
assert trials[0]["runs"][0]["metrics"]["size"]["last"] == 7, trials[0]'

pip_into nni 250 "nni==3.0 setuptools<81"
client() {
	expect "the real client" 0 within 120 "$HPSEARCH" space.yaml -j3
	check "reports, dictionaries among them, with the sequence as the step, and the final result" python3 -c '
import json
trials = json.load(open("space.hpsearch/results.json"))["trials"]
assert [t["params"]["lr"] for t in trials] == [4e-05, 0.0625, 0.125], trials
for t in trials:
    lr = t["params"]["lr"]
    curve = [[e, lr / 2 ** e + 2] for e in range(4)] + [[4, lr]]
    assert t["outcome"] == "ok" and t["value"] == lr and t["runs"][0]["reports"] == curve, t'
	expect "check --log reads what it printed" 0 "$HPSEARCH" check space.yaml --log space.hpsearch/trials/0000/r0/stdout
	check "and shows it" has "5 reports of default" out
}
real "the real client" nni client
