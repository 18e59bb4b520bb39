#!/bin/bash
# Parameters as scripts want them on their command line, and in their own configuration
# files.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
cd "$tap_dir" || exit 1

# words NAME EXPECTED: the words that the only trial's command had, as JSON.
cat >train.py <<'END'
import json, sys
print(json.dumps({"loss": 1, "argv": 0}))
json.dump(sys.argv[1:], open("argv.json", "w"))
END
words() { # EXPECTED
	python3 -c '
import json, sys
got = json.load(open("argv.json"))
print(got)
sys.exit(got != eval(sys.argv[1]))' "$1"
}
# space FILE MACRO PARAMETERS
space() {
	cat >"$1" <<END
command: [python3, train.py, "\${$2}"]
method: grid
metric: {name: loss, goal: minimize}
max_trials: 1
parameters:
$3
END
}
# README: options spelled otherwise
p='  lr: {value: 1.23456e-4, arg: --learning-rate, format: "%.3g"}
  l: {value: 0.5, arg: -l}
  n: {value: 7, format: "%03d", separator: " "}
  j: {value: 8, arg: -j, separator: ""}
  on: {value: true, flag: true}
  off: {value: false, flag: true, arg: --no-thing}
  bool: {value: true}
  o: {parameters: {b: {value: 0.9, arg: --beta}, w: {value: 0.1}}}'
space args.yaml args "$p"
expect "own spellings" 0 "$HPSEARCH" args.yaml
check "reach the script" words \
	"['--bool=True', '-j8', '-l', '0.5', '--learning-rate=0.000123', '--n', '007', '--on', '--beta=0.9', \"--o={'w': 0.1}\"]"
# README: nested options, `--optimizer.lr`
space dotted.yaml args_dotted "$p"
expect "args_dotted" 0 "$HPSEARCH" dotted.yaml
check "joins the names of groups" words \
	"['--bool=True', '-j8', '-l', '0.5', '--learning-rate=0.000123', '--n', '007', '--on', '--beta=0.9', '--o.w=0.1']"
space hydra.yaml args_no_hyphens "$p"
expect "under Hydra's macro" 0 "$HPSEARCH" hydra.yaml
check "a key keeps its own signs" words \
	"['bool=True', '-j8', '-l=0.5', '--learning-rate=0.000123', 'n', '007', 'on', '--beta=0.9', 'o.w=0.1']"
cat >macro.yaml <<'END'
command: [python3, train.py, "x=${param:lr}"]
method: grid
metric: {name: loss}
parameters: {lr: {value: 0.123456, format: "%.2f%%"}}
END
expect "a format" 0 "$HPSEARCH" macro.yaml
check "holds for a macro, too" words "['x=0.12%']"
expect "best" 0 "$HPSEARCH" best macro.hpsearch -f json
check "has the value itself" has 0.123456 out

# README: a configuration file that the script reads
# Configuration files.
cat >base.yaml <<'END'
# The user's own; this comment stays.
model:
  name: resnet   # and this one
  layers: [64, 64]
optimizer: {lr: 0.1, "betas": [0.9, 0.999]}
seed:
note: 'a b'
END
cat >read.py <<'END'
import json, os, sys
text = open(sys.argv[1]).read()
open("seen", "w").write(text)
print(json.dumps({"loss": 1}))
END
cat >template.yaml <<'END'
command: [python3, read.py, "${dir}/config.yaml"]
method: grid
metric: {name: loss}
parameters: {lr: {value: 1e-5}, layers: {values: [[32, 16]]}, name: {value: "wide: net"}}
config:
  template: base.yaml
  set:
    optimizer.lr: "${param:lr}"
    model.layers: "${param:layers}"
    model.name: "${param:name}"
    optimizer.betas: [0.5, 0.9]
    seed: "${seed}"
    note: "trial ${trial}"
  as: "${dir}/config.yaml"
END
expect "a YAML template" 0 "$HPSEARCH" template.yaml
cat >want <<END
# The user's own; this comment stays.
model:
  name: "wide: net"   # and this one
  layers: [32, 16]
optimizer: {lr: 1.0e-05, "betas": [0.5, 0.9]}
seed: "$(python3 -c 'import json; print(json.load(open("template.hpsearch/results.json"))["trials"][0]["runs"][0]["seed"])')"
note: "trial 0"
END
check "is filled, and else as it was" diff want seen
check "in the run's folder" test -f template.hpsearch/trials/0000/r0/config.yaml
sed 's/optimizer.lr:/optimizer.learning_rate:/' template.yaml >nokey.yaml
expect "a key that is not there" 2 "$HPSEARCH" nokey.yaml
check "has its line" has 'nokey.yaml:8:5: base.yaml has no optimizer.learning_rate' err
sed 's/model.layers:/model:/' template.yaml >block.yaml
expect "a block" 2 "$HPSEARCH" block.yaml
check "is not replaced" has 'model is no value on one line' err

cat >base.json <<'END'
{"optimizer": {"lr": 0.1, "name": "adam"},
	"deep": {"er": [1, {"x": null}]}, "on": false}
END
cat >json.yaml <<'END'
command: [python3, read.py, "${dir}/base.json"]
method: grid
metric: {name: loss}
parameters: {lr: {value: 0.25}, on: {values: [true]}}
config: {template: base.json, set: {optimizer.lr: "${param:lr}", on: "${param:on}", deep.er: null}}
END
expect "a JSON template" 0 "$HPSEARCH" json.yaml
check "is filled" python3 -c '
import json
assert json.load(open("seen")) == {"optimizer": {"lr": .25, "name": "adam"}, "deep": {"er": None}, "on": True}'

cat >base.toml <<'END'
title = "x" # stays
[optimizer]
lr = 0.1 # here
betas = [
  0.9,
  0.999,
]
[optimizer.sub]
name = 'a'
END
cat >toml.yaml <<'END'
command: [python3, read.py, "${dir}/base.toml"]
method: grid
metric: {name: loss}
parameters: {lr: {value: 1e-5}, name: {value: 'say "b"'}}
config: {template: base.toml, set: {optimizer.lr: "${param:lr}", optimizer.sub.name: "${param:name}", optimizer.betas: [0.5]}}
END
expect "a TOML template" 0 "$HPSEARCH" toml.yaml
check "is filled" python3 -c '
import tomllib
text = open("seen").read()
assert "# stays" in text and "# here" in text
assert tomllib.loads(text) == {"title": "x", "optimizer": {"lr": 1e-5, "betas": [.5], "sub": {"name": "say \"b\""}}}'

printf 'lr ${param:lr}\nhome ${HOME} trial ${trial}\n' >base.cfg
cat >text.yaml <<'END'
command: [python3, read.py, "${dir}/run.cfg"]
method: grid
metric: {name: loss}
parameters: {lr: {value: 0.5}}
config: {template: base.cfg, as: "${dir}/run.cfg"}
END
expect "any text" 0 "$HPSEARCH" text.yaml
printf 'lr 0.5\nhome ${HOME} trial 0\n' >want
check "is filled" diff want seen
sed -i 's/"${dir}\/run.cfg"}/"${dir}\/config.json"}/' text.yaml
expect "the file of HPSEARCH_CONFIG" 2 "$HPSEARCH" --fresh text.yaml
check "is not overwritten" has 'is the file that HPSEARCH_CONFIG names' err
rm base.cfg && mkfifo base.cfg
expect "a pipe" 2 within 20 "$HPSEARCH" --fresh text.yaml
