#!/bin/bash
# The macros for Hydra, with hydra-core itself (from PyPI, kept under build/; skipped where
# it cannot be had): every override is accepted, and arrives as the value that it is.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
cd "$tap_dir" || exit 1

emulated || pip_into hydra 120 hydra-core
if ! "${python:-false}" -c 'import hydra' 2>/dev/null; then
	skip "hydra-core" "it cannot be installed here"
	exit 0
fi
cat >app.py <<'END'
import json, sys, hydra
from omegaconf import OmegaConf

@hydra.main(version_base=None, config_path=".", config_name=sys.argv.pop(1))
def main(cfg):
    print(json.dumps({"loss": cfg.lr, "got": OmegaConf.to_container(cfg)}))

main()
END
full='{lr: 0.0, flag: null, n: 0, layers: [], text: "", opt: {name: x, beta: {one: 0.0}}}'
echo "$full" >full.yaml
echo '{}' >none.yaml
try() { # MACRO CONFIG
	cat >space.yaml <<END
command: ["$python", app.py, $2, hydra.run.dir=., hydra.output_subdir=null, "$1"]
method: grid
metric: {name: loss}
parameters:
  lr: {values: [1e-5, 0.5]}
  flag: {values: [true, false]}
  n: {value: 3}
  layers: {values: [[64, 32]]}
  text: {values: [a b, c-d/e.f]}
  opt:
    parameters:
      name: {value: adam}
      beta: {parameters: {one: {value: 0.9}}}
END
	expect "$1 with a config that has $2" 0 "$HPSEARCH" space.yaml --fresh
	check "every value arrives" python3 -c '
import json
trials = json.load(open("space.hpsearch/results.json"))["trials"]
assert len(trials) == 8
for t in trials:
    line = open("space.hpsearch/trials/%04d/r0/stdout" % t["id"]).read()
    got, p = json.loads(line)["got"], t["params"]
    want = {"lr": p["lr"], "flag": p["flag"], "n": 3, "layers": [64, 32], "text": p["text"],
            "opt": {"name": "adam", "beta": {"one": 0.9}}}
    assert got == want, (got, want)'
}
# Texts that Hydra's grammar has its own ideas of.
hard() { # MACRO CONFIG VALUE…
	cat >hard.yaml <<END
command: ["$python", app.py, $2, hydra.run.dir=., hydra.output_subdir=null, "$1"]
method: grid
metric: {name: loss}
parameters:
  lr: {value: 0.5}
  text: {values: [$(printf '%s, ' "${@:3}")]}
END
	expect "$1: texts that have to be quoted" 0 "$HPSEARCH" hard.yaml --fresh
	check "arrive as they are" python3 -c '
import json
trials = json.load(open("hard.hpsearch/results.json"))["trials"]
assert len(trials) == int('$#') - 2
for t in trials:
    line = open("hard.hpsearch/trials/%04d/r0/stdout" % t["id"]).read()
    got = json.loads(line)["got"]["text"]
    assert got == t["params"]["text"], (got, t["params"]["text"])'
}
texts=('"a,b"' '"x=[1]"' '"it'"'"'s"' "'say \"no\"'" '"(1)"' '" edge "' '"Größe"' "'C:\dir\\'" '"{k: v}"'
	'"it'"'"'s \"both\""' "'q\\\"'" '"#"' '"<a>"')
# shellcheck disable=SC2016
{
	hard '${args_no_hyphens}' full "${texts[@]}"
	hard '${args_override_hydra}' none "${texts[@]}" '"1"' '"true"' '"null"' '"1e3"' null '[a, "b,c", null]' '[{k: 1}]'
	try '${args_no_hyphens}' full
	try '${args_override_hydra}' full
	try '${args_override_hydra}' none
	try '${args_append_hydra}' none
}
