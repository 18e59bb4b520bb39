#!/bin/bash
# Scripts that were written for wandb, as they are: tests/data/wandb, with the oldest and the
# newest client that install here from PyPI (in virtual environments of the build), and nothing
# of it reaches a network. What needs no client comes first.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
unset "${!HPSEARCH_@}" "${!WANDB_@}" PYTHONPATH
export PYTHONDONTWRITEBYTECODE=1
build=${TOOLS%/*/*/*}
cp "$SRCDIR"/tests/data/wandb/*.py .

# --- the environment, without a client ---

cat >env.yaml <<'Y'
command: [python3, -c, "import json, os; print(json.dumps({'loss': 1, 'env': dict(os.environ)}))"]
args: none
method: grid
metric: {name: loss}
parameters: {lr: {value: 1.0e-05}, width: {value: 1.0}, opt: {value: {name: a"b, on: [true, null, 1.0e+20]}}}
Y
said() { python3 -c "
import json, os, sys
env = json.loads(open('$1/trials/0000/r0/stdout').read())['env']
$2"; }
expect "a search" 0 "$HPSEARCH" env.yaml --out auto
check "a run finds wandb offline, and its parameters" said auto '
assert env["WANDB_MODE"] == "offline" and env["WANDB_SWEEP_ID"], env
assert env["WANDB_DIR"] == env["HPSEARCH_DIR"], env
assert env["WANDB_SWEEP_PARAM_PATH"] == env["HPSEARCH_DIR"] + "/wandb.yaml", env'
check "the parameters as wandb reads them" diff auto/trials/0000/r0/wandb.yaml - <<'Y'
wandb_version: 1

"lr":
  value: 1.0e-05

"opt":
  value: {"name": "a\"b", "on": [true, null, 1.0e+20]}

"width":
  value: 1
Y
lacks_notice() { lacks wandb err; }
check "who does not use wandb hears nothing of it" lacks_notice
expect "WANDB_MODE=online" 0 env WANDB_MODE=online "$HPSEARCH" env.yaml --out online
check "is the user's, and stays" said online '
assert env["WANDB_MODE"] == "online" and "WANDB_SWEEP_ID" not in env and "WANDB_DIR" not in env
assert env["WANDB_SWEEP_PARAM_PATH"]'
expect "any other mode" 0 env WANDB_MODE=disabled "$HPSEARCH" env.yaml --out disabled
check "becomes offline: it is the way in and out" said disabled 'assert env["WANDB_MODE"] == "offline"'
expect "wandb: off" 0 "$HPSEARCH" env.yaml --out off --set wandb=off
check "leaves it alone" said off 'assert not [k for k in env if k.startswith("WANDB")], env'
check "and wants no quotes" lacks_notice
mkdir own && echo 'import sys; sys.own = "loaded"' >own/sitecustomize.py
cat >chain.yaml <<'Y'
command: [python3, -c, "import sys, json; print(json.dumps({'loss': 1, 'own': sys.own, 'path': sys.path}))"]
args: none
method: grid
metric: {name: loss}
parameters: {lr: {value: 1}}
Y
expect "a sitecustomize of one's own" 0 env PYTHONPATH="$PWD/own" "$HPSEARCH" chain.yaml
check "is loaded behind ours" python3 -c '
import json, os
said = json.load(open("chain.hpsearch/trials/0000/r0/stdout"))
assert said["own"] == "loaded" and said["path"][1:3] == [os.getcwd() + d for d in
    ("/chain.hpsearch/python", "/own")], said'
echo 'raise ValueError("mine")' >own/sitecustomize.py
sed 's/sys.own/0/' chain.yaml >fails.yaml
expect "one that fails" 0 env PYTHONPATH="$PWD/own" "$HPSEARCH" fails.yaml
env PYTHONPATH="$PWD/own" python3 -c 0 2>alone
check "fails as it does without us" diff alone fails.hpsearch/trials/0000/r0/stderr
sed 's/sys.own/0/' chain.yaml >inner.yaml
cat >outer.yaml <<Y
command: ["$HPSEARCH", inner.yaml, --out, "\${dir}/inner", -f, json]
args: none
method: grid
metric: {name: trials}
parameters: {lr: {value: 1}}
Y
within 60 "$HPSEARCH" outer.yaml >out 2>err
check "a search in a search ends: no circle of hooks" has '"own": 0' \
	outer.hpsearch/trials/0000/r0/inner/trials/0000/r0/stdout

# A library that breaks our hook breaks no training.
mkdir broken && echo 'print("imported")' >broken/wandb.py
sed 's/import sys, json;/import wandb, json, sys;/; s/sys.own/0/' chain.yaml >broken.yaml
expect "a wandb that is another one" 0 env PYTHONPATH="$PWD/broken" "$HPSEARCH" broken.yaml
check "the hook says what it could not do" has '"hook": "wandb: KeyError' \
	broken.hpsearch/trials/0000/r0/hook.jsonl

# What of a dictionary is told: numbers and texts, of whatever library.
check "numbers of other libraries are numbers, the rest is left out" env PYTHONPATH=auto/python python3 -c '
import collections, decimal, json
from hpsearch_hook import row
Tensor = collections.namedtuple("Tensor", "item")
class Many:
    def item(self): raise ValueError
said = row({"a": Tensor(lambda: 0.5), "b": decimal.Decimal("0.25"), "c": Many(), "d": [1], "e": "x" * 999,
            "f": {"g": {"h": 1, "i": object()}}, 7: True, "n": float("nan"), "none": None})
assert said["c" if "c" in said else "n"] != said["n"], said
del said["n"]
assert said == {"a": 0.5, "b": 0.25, "e": "x" * 200, "f": {"g": {"h": 1}}, "7": True, "none": None}, said'

# --- the clients ---

cat >expected.py <<'E2'
"""Each script reported what it is to report, exactly, and under each name its parameters."""
import json
import sys

from model import EPOCHS, val_loss

PLACE = {"torch_loop.py": range(1, EPOCHS + 1), "keras_loop.py": range(EPOCHS),
         "commit_false.py": range(EPOCHS), "step_argument.py": range(0, 10 * EPOCHS, 10)}
results = json.load(open(sys.argv[1] + "/results.json"))
trials = results["trials"]
assert len(trials) == int(sys.argv[2]), len(trials)
for t in trials:
    p = t["params"]
    curve = [val_loss(p["lr"], p["width"], e) for e in range(EPOCHS)]
    steps = list(PLACE.get(p["script"], range(EPOCHS)))
    if p["script"] == "sklearn_fit.py":
        curve, steps = curve[-1:], [0]
    if p["script"] == "define_metric.py":
        curve, steps = [curve[0], curve[3], curve[1], curve[3]], [0, 3, 1, 3]
    if p["script"] == "several_inits.py":
        curve = [curve[0], curve[1], curve[-1]]
        steps = [0, 1, 2]
    assert t["outcome"] == "ok", t
    assert t["runs"][0]["reports"] == [list(r) for r in zip(steps, curve)], (p, t["runs"], curve)
    assert t["value"] == curve[-1], (p, t["value"], curve)
E2

# A proxy to which nobody ever speaks: where wandb would go, if it went.
cat >proxy.py <<'E2'
import os
import socket

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(20)
with open("port.new", "w") as out:
    out.write(str(server.getsockname()[1]))
os.rename("port.new", "port")
while True:
    caller = server.accept()[0]
    with open("called", "ab") as out:
        out.write(caller.recv(200) + b"\n")
    caller.close()
E2
python3 proxy.py &
proxy=$!
wait_until 20 test -s port
offline=(env)
for name in http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY; do
	offline+=("$name=http://127.0.0.1:$(cat port)")
done
offline+=(no_proxy= NO_PROXY=)
: >called
check "the proxy would have noticed" "${offline[@]}" python3 -c '
import urllib.request
try:
    urllib.request.urlopen("http://example.invalid/", timeout=20)
except OSError:
    pass
assert open("called").read().startswith("GET http://example.invalid/"), open("called").read()'

# README: a W&B `sweep.yaml` and its script
# scripts VERSION: all of them, as trials of one search.
scripts() {
	printf '%s\n' keras_loop torch_loop sklearn_fit argparse_config argparse_args \
		config_update python_sweep with_init commit_false step_argument define_metric \
		several_inits | sed 's/.*/&.py/' >names
	{
		echo "command: [$build/venv-wandb-$1/bin/python, \"\${param:script}\", \"\${args}\"]"
		# On a busy machine the old client's own service is not always there in time.
		echo "method: grid
retries: 2
metric: {name: val_loss, goal: minimize}
parameters:
  lr: {value: 5.0e-05}
  width: {value: 64}
  script: {values: [$(paste -sd, names)]}"
	} >all.yaml
	: >called
	expect "$1: twelve scripts run" 0 within 300 "${offline[@]}" "$HPSEARCH" all.yaml -j4 --out "all-$1"
	check "$1: what they reported, to the last digit" python3 expected.py "all-$1" 12
	check "$1: that wandb was put offline is said, once" test "$(grep -c 'it is put offline' err)" = 1
	check "$1: nothing went out" cmp called /dev/null
}

newest() {
	python=$build/venv-wandb-$1/bin/python
	cat >eval.yaml <<Y
command: [$python, with_init.py]
method: grid
metric: {name: eval.loss}
parameters: {lr: {values: [0.03, 0.04]}, width: {value: 1}}
Y
	expect "a nested key" 0 "$HPSEARCH" eval.yaml -j2
	check "is reached by its path" python3 -c '
import json
t = json.load(open("eval.hpsearch/results.json"))["trials"]
assert [x["value"] for x in t] == [1 / 1024 + 0.125, 0.01 ** 2 + 1 / 1024 + 0.125], t'
	cat >slow.yaml <<Y
command: [$python, slow.py]
method: grid
metric: {name: val_loss}
parameters: {lr: {values: [0.1, 0.2, 0.9]}}
early_terminate: {type: threshold, max: 0.8}
Y
	expect "early stopping hears what is logged while it is" 0 within 60 "$HPSEARCH" slow.yaml -j3
	check "and has stopped the one that does not end by itself" python3 -c '
import json
t = {x["params"]["lr"]: x for x in json.load(open("slow.hpsearch/results.json"))["trials"]}
assert t[0.9]["outcome"] == "stopped" and t[0.1]["outcome"] == "ok", t
assert len(t[0.9]["runs"][0]["reports"]) < 100, t'
	cat >verified.yaml <<Y
command: [$python, verified.py]
method: grid
metric: {name: val_loss}
parameters: {lr: {values: [0.03, 0.5], default: 0.5}}
test: {metric: {name: test_loss}, top: 1, repeats: 2}
Y
	expect "a verification" 0 within 120 "$HPSEARCH" verified.yaml -j2
	check "runs the same script, told by HPSEARCH_SPLIT, with the trial's parameters" python3 -c '
import json
v = json.load(open("verified.hpsearch/results.json"))["verification"]
assert v["done"] and v["answer"] == "yes" and v["test_uses"] == 4, v
for c in v["candidates"]:
    for r in c["rerun"]["runs"] + c["test"]["runs"]:
        loss = (c["params"]["lr"] - 0.03) ** 2 + 0.25 + r["seed"] % 97 / 1e6
        assert r["value"] == loss, (r, loss)'
	sed 's/verified.py/artifact.py/; /^test/d' verified.yaml >artifact.yaml
	expect "an artifact of the server" 3 "$HPSEARCH" artifact.yaml -j2
	check "cannot be had, with the reason" has "artifacts are on W&B's server" err
	cat >isolated.yaml <<Y
command: [$python, -I, -c, "import sys; sys.path.insert(0, '.'); exec(open('define_metric.py').read())"]
args: none
method: grid
metric: {name: val_loss}
parameters: {lr: {value: 0.25}, width: {value: 64}}
Y
	expect "python -I keeps the hook away" 0 "$HPSEARCH" isolated.yaml
	check "and wandb's own file tells at the end" python3 -c '
import json
from model import val_loss
t = json.load(open("isolated.hpsearch/results.json"))["trials"][0]
curve = [[e, val_loss(0.25, 64, e)] for e in (0, 3, 1, 3)]
assert t["runs"][0]["reports"] == curve and t["value"] == curve[-1][1], t'
	check "where it is put offline, too" has "it is put offline" err
	sed "s/verified.py/-I, hang.py/; /^test/d" verified.yaml >hang.yaml
	expect "a script that goes online all the same" 3 "$HPSEARCH" hang.yaml -j2
	check "fails with the reason: the hook was kept away" has "because hpsearch's hook did not reach it" err
}

# The example, and the sweep that a script has in Python.
example() {
	python=$build/venv-wandb-$1/bin/python
	mkdir example && cp "$SRCDIR"/examples/wandb/*.* example && cd example || exit 1
	expect "the example" 0 env PATH="${python%/*}:$PATH" "$HPSEARCH" sweep.yaml -n 4 -j4
	check "logs ten epochs a run, and ranks" python3 -c '
import json
trials = json.load(open("sweep.hpsearch/results.json"))["trials"]
assert [t["rank"] for t in trials] == [1, 2, 3, 4] and len({t["value"] for t in trials}) == 4, trials
for t in trials:
    assert [s for s, _ in t["runs"][0]["reports"]] == list(range(1, 11)), t'
	check "its wandb files are in the folder of the run" sh -c \
		'ls sweep.hpsearch/trials/0000/r0/wandb/offline-run-*/*.wandb'
	cd ..
	# README: a sweep that is written in Python
	expect "a sweep in Python" 0 "$HPSEARCH" import python_sweep.py --command "$python python_sweep.py"
	cp out imported.yaml
	check "becomes a file" diff imported.yaml - <<-Y
		# Written by hpsearch import from the sweep that the script defines.
		# It gets its parameters from wandb.config, so its command has none.
		command: ["$python", python_sweep.py]
		args: "none"
		method: random
		name: "in Python"
		metric:
		  goal: minimize
		  name: val_loss
		parameters:
		  lr: {min: 0.0001, max: 0.1}
		  width: {values: [16, 32, 64]}
		run_cap: 10
	Y
	expect "which runs" 0 "$HPSEARCH" imported.yaml -n 2 -j2 --strict
	check "each trial calls the function once" python3 -c '
import json
from model import EPOCHS, val_loss
trials = json.load(open("imported.hpsearch/results.json"))["trials"]
for t in trials:
    p = t["params"]
    assert len(t["runs"][0]["reports"]) == EPOCHS, t
    assert t["value"] == val_loss(p["lr"], p["width"], EPOCHS - 1), t
assert len(trials) == 2'
	expect "a script without a sweep" 2 "$HPSEARCH" import with_init.py --command "$python with_init.py"
	check "has none to import" has "gave wandb.sweep no dictionary" err
	check "and leaves nothing behind" test -z "$(find /tmp -maxdepth 1 -name 'hpsearch-import.*' -newer imported.yaml)"
}

oldest=0.13.11 latest=0.31.0
! sanitized || latest= # a second client is Python's work, not ours
client() {
	scripts "$1"
	[ "$1" != $oldest ] || return 0
	newest "$1"
	example "$1"
}
for version in $oldest $latest; do
	pip_into "wandb-$version" 120 "wandb==$version"
	real "$version" wandb client "$version"
done
kill $proxy
