#!/bin/bash
# Files of other tools: converted as the fixtures say, clean to `check`, and each of them
# runs two trials of a script that takes its parameters.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
hps() { "$HPSEARCH" "$@"; }
data=$SRCDIR/tests/data/convert

# Takes what the converted command gives it, and reports whatever may be the metric.
cat >main.py <<-'P'
	import json, os, sys
	given = json.load(open(os.environ["HPSEARCH_CONFIG"]))
	words = " ".join(sys.argv[1:])
	names = "accuracy objective validation_accuracy val_logloss episode_reward_mean".split()
	if os.path.exists(os.path.join(os.environ.get("NNI_SYS_DIR", "/-"), "parameter.cfg")):
	    own = json.load(open(os.environ["NNI_SYS_DIR"] + "/parameter.cfg"))["parameters"]
	    assert set(own) == set(given), own
	    for i in range(2):
	        print("NNISDK_MEb" + repr(json.dumps({"parameter_id": 0, "type": "PERIODICAL", "sequence": i, "value": "0.5"})))
	    print("NNISDK_MEb" + repr(json.dumps({"parameter_id": 0, "type": "FINAL", "sequence": 0, "value": "0.5"})))
	else:
	    assert words, "no parameters"
	if "ORION_RESULTS_PATH" in os.environ:
    with open(os.environ["ORION_RESULTS_PATH"], "w") as f:
        json.dump([{"name": "objective", "type": "objective", "value": 0.5}], f)
print(json.dumps({n: 0.5 for n in names}))
	print("epoch 1\nval acc: 0.5\nauc=0.5")
P
cp main.py train.py
mkdir src && cp main.py src/

# README: a search file of another tool
converts() { # FILE: what came out is what the fixture says
	hps convert "$data/$1" -o "${1%.*}.yaml" && diff "$data/${1%.*}.expected" "${1%.*}.yaml"
}
clean() { # FILE: nothing but notices, and --strict is content
	hps check "$1" --strict >out 2>err || { cat err; return 1; }
	lacks warning: err
}
two_trials() {
	hps "$1" -n 2 -j 1 --seed 3 >out 2>err || { cat err; return 1; }
	hps show "${1%.yaml}.hpsearch" -f json >all.json
	python3 -c 'import json; t = json.load(open("all.json"))["trials"]
assert len(t) == 2 and all(r["value"] is not None for r in t), t'
}
for f in "$data"/*; do
	f=$(basename "$f")
	[ "${f##*.}" != expected ] || continue
	check "$f is converted" converts "$f"
	check "$f: the result is clean" clean "${f%.*}.yaml"
	check "$f: two trials" two_trials "${f%.*}.yaml"
	expect "$f: check says whose it is" 2 hps check "$data/$f"
	check "$f: and what to do" grep -q "help: hpsearch convert .*$f -o space.yaml" err
done

# NNI as people have it: a configuration, and its space beside it.
mkdir nni
printf '{"lr": {"_type": "uniform", "_value": [0, 1]}}' >nni/search_space.json
printf 'searchSpaceFile: search_space.json\ntrialCommand: python3 main.py\nmaxTrialNumber: 2\n' >nni/config.yml
expect "a space beside the configuration" 0 hps convert nni/config.yml
check "is found from where the file lies" grep -q 'lr: {distribution: uniform, min: 0.0, max: 1.0}' out

# What stands in a file of somebody else cannot become a key or leave its comment.
printf 'kind: Experiment\napiVersion: kubeflow.org/v1\n"evil\\nshell: true": "a\\ncommand: [rm]"\nspec:\n  objective: {objectiveMetricName: "a, goal: {b"}\n  parameters:\n  - {name: "x: y", parameterType: categorical, feasibleSpace: {list: ["1\\n2", "]"]}}\n' >evil.yaml
expect "hostile names" 0 hps convert evil.yaml
check "stay what they are" python3 -c '
lines = open("out").read().split("\n")
keys = [l for l in lines if l and not l.startswith(("#", " "))]
assert [k.split(":")[0] for k in keys] == ["command", "method", "metric", "parameters"], keys'

refused() { # NAME TEXT FILE-TEXT
	printf "$3" >bad.yaml
	expect "refused: $1" 2 hps convert bad.yaml
	check "refused: $1, with the reason" has "$2" err
}
refused "ours" "this is a file for hpsearch already" 'method: grid\nparameters: {x: {values: [1, 2]}}\n'
refused "nobody's" "nobody's search file that is known here" 'a: 1\n'
refused "nothing searched" "nothing is searched in it" 'searcher: {name: single}\nhyperparameters: {a: 1}\n'
refused "an architecture" "layer_choice is for architectures" '{"a": {"_type": "layer_choice", "_value": [1]}}\n'
refused "no number" "x: a number was expected" '{"x": {"_type": "uniform", "_value": [0, "a"]}}\n'
refused "bounds the wrong way" "the lower bound 2 is above 1" '{"x": {"_type": "uniform", "_value": [2, 1]}}\n'
refused "a log scale from 0" "a log scale cannot begin at 0" '{"x": {"_type": "loguniform", "_value": [0, 1]}}\n'
refused "Hydra's text" "x: foo(1) is not understood" 'hydra: {sweeper: {params: {x: foo(1)}}}\n'
refused "an orion hunt without a parameter" "this orion hunt has no parameter" 'orion hunt -n x python3 a.py --lr 3\n'
refused "a prior that there is not" "poisson(3) is not understood" "orion hunt python3 a.py --lr~'poisson(3)'\n"
refused "not YAML" "bad.yaml:2" '{"a": [\n'
refused "a list for a space" "a search space must be a mapping" 'searchSpace: [1, 2]\ntrialCommand: x\n'
refused "a list for a configuration" "config must be a mapping" 'run: x\nconfig: [1, 2]\n'
refused "a type that is nothing" "nothing is searched in it" 'searcher: {name: random}\nhyperparameters: {lr: {type: , minval: 1}}\n'
refused "a geometric row from 0" "a: geomspace has other values" 'version: 1.1\nkind: operation\nmatrix: {kind: grid, params: {a: {kind: geomspace, value: [0, 1, 3]}}}\n'
refused "a command that a comment swallows" "this orion hunt has no parameter" '# a \\\norion hunt -n x\n'
printf '# the orion run of May\norion hunt -n x python3 m.py --lr~"uniform(0, 1)"\n' >may.sh
expect "a comment about Orion" 0 hps convert may.sh
check "is none of its commands" has "lr: {distribution: uniform, min: 0.0, max: 1.0}" out
printf '# as in orion hunt\nmethod: nope\nparameters: {x: {values: [1, 2]}}\n' >own.yaml
expect "nor is a file of ours that names it" 2 hps check own.yaml
check "somebody else's" has "there is no method nope" err
printf 'x: {run: PPO, config: {init: normal, lr: {grid_search: [1, 2]}}, num_samples: 3}\n' >ray.yaml
expect "a grid of Ray's with a word in it" 0 hps convert ray.yaml
check "is a grid, three times" grep -qx 'repeats: 3' out
printf 'version: 1.1\nkind: operation\nmatrix: {kind: asha, numRuns: 20, maxIterations: 9, params: {a: {kind: uniform, value: [0, 1]}}}\n' >asha.yaml
expect "Polyaxon's asha" 0 hps convert asha.yaml
check "has its number of trials" grep -qx 'max_trials: 20' out
check "and the length of a run" grep -qF '{type: asha, max_iter: 9, eta: 3}' out
expect "refused: no such file" 2 hps convert nothing.yaml
printf 'searchSpaceFile: s.json\ntrialCommand: x\n' >bad.yaml
expect "refused: a space that is not there" 2 hps convert bad.yaml
check "refused: a space that is not there, by the line" grep -q '^hpsearch: bad.yaml:1:18: s.json: No such file' err
expect "an operation that there is not" 2 hps convert "$data/guild.yml" --operation nothing
expect "an operation by name" 0 hps convert "$data/guild.yml" --operation train
check "which has choices" grep -q 'kernel: {values: \[linear, poly, rbf\], default: rbf}' out

# Optuna's and Determined's words in a file of ours.
borrowed() { # ENTRY WHAT-IT-IS
	printf 'command: [echo, "${args}"]\nmethod: random\nmetric: {name: loss}\nparameters:\n  x: %s\n' "$1" >own.yaml
	hps check own.yaml >out 2>err && has "x is in another program's words: read as $2" err || { cat err; return 1; }
}
check "a float" borrowed '{type: float, low: 0, high: 1}' '{min: 0.0, max: 1.0}'
check "a float on a log scale" borrowed '{type: float, low: 1, high: 10, log: true, default: 2}' '{min: 1.0, max: 10.0, log: true, default: 2}'
check "an int whose steps count from its lower bound" borrowed '{type: int, low: 1, high: 9, step: 2}' '{values: [1, 3, 5, 7, 9]}'
check "choices" borrowed '{type: categorical, choices: [a, b]}' '{values: ["a", "b"]}'
check "exponents" borrowed '{type: log, base: 10, minval: -5, maxval: -1}' '{min: 1e-05, max: 0.1, log: true}'
check "a constant" borrowed '{type: const, val: 3}' '{value: 3}'
