#!/bin/bash
# A search file proposed for a script: what each kind of parser leads to, and that what
# comes out runs.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
hps() { "$HPSEARCH" "$@"; }

cat >train.py <<-'P'
	import argparse, json
	parser = argparse.ArgumentParser()
	parser.add_argument("--lr", type=float, default=1e-3, help="it's # no comment, (nor a call")
	parser.add_argument('-b', '--batch-size', type=int, default=64)
	parser.add_argument("--optimizer", choices=["adam", "sgd"], default="adam")
	parser.add_argument("--weight_decay", type=float, default=0.0)
	parser.add_argument("--epochs", type=int, default=10)
	parser.add_argument("--layers", type=int, default=2)
	parser.add_argument("--dropout", type=float, default=0.1)
	parser.add_argument("--seed", type=int, default=0)
	parser.add_argument("--alpha", type=float, default=0.3)
	parser.add_argument("--use-bn", action="store_true")
	parser.add_argument("--data-dir", default="/data")
	# parser.add_argument("--dead", type=float, default=1)
	a = parser.parse_args()
	print(json.dumps({"train_loss": 1, "val_acc": a.lr + a.dropout + a.seed % 2}))
P
# README: a script, and no search file
expect "a script with argparse" 0 hps init train.py -o space.yaml
check "what it becomes" diff - space.yaml <<'Y'
# Proposed by hpsearch init from train.py (argparse, 11 options). Ranges are what is usual for
# such names, placed around the defaults: look at each of them.
command: [python3, train.py, "${args_no_boolean_flags}", "--seed=${seed}"]
method: auto
metric: {name: val_acc, goal: maximize}  # line 16; it must be measured on validation data
max_trials: 30
parameters:
  lr: {min: 1e-05, max: 0.1, log: true, default: 1e-3}  # a learning rate matters most: four decades
  batch-size: {values: [16, 32, 64, 128, 256], default: 64}  # a quarter to four times, in doublings
  optimizer: {values: ["adam", "sgd"], default: "adam"}  # its choices
  weight_decay: {min: 1e-06, max: 0.1, log: true}  # regularization, by decades; its default, 0.0, is not among them
  layers: {min: 1, max: 4, default: 2}  # one to twice the default
  dropout: {min: 0.0, max: 0.5, default: 0.1}  # none to a half
  # May be worth it, too:
  # alpha: {min: 0.15, max: 0.6, default: 0.3}  # half to twice its default, a guess
  # use-bn: {values: [false, true], default: false}  # a switch
# Left as they are:
#   epochs (10): how long it trains: more is seldom worse, only dearer; early_terminate saves there
#   data-dir (/data): of files
# Confirms the winner on data that the search has not seen, where the script looks at
# HPSEARCH_SPLIT=test:
# test: {top: 3}
Y
expect "it is a clean file" 0 hps check space.yaml --strict
expect "which is not written over" 2 hps init train.py -o space.yaml
check "and says so" has "space.yaml is there already" err
expect "which runs" 0 hps space.yaml -n 2
sed 's/^  # \(alpha\|use-bn\)/  \1/' space.yaml >all.yaml
expect "and so it does with what was left to the reader" 0 hps all.yaml -n 3

proposes() { # NAME TEXT FILE.py: a line of what comes out
	hps init "$3" -o "${3%.py}.yaml" 2>err && has "$2" "${3%.py}.yaml" && hps check "${3%.py}.yaml" --strict >out 2>err && return
	cat err "${3%.py}.yaml"
	return 1
}
cat >click_.py <<-'P'
	import click
	@click.command()
	@click.option("--lr", default=0.01, help="rate")
	@click.option("--act", type=click.Choice(["relu", "tanh"]), default="relu")
	def main(lr, act): print('{"loss": 1}')
P
check "click" proposes click '  act: {values: ["relu", "tanh"], default: "relu"}' click_.py
cat >typer_.py <<-'P'
	import typer
	def main(name: str, learning_rate: float = 1e-4, top_k: int = typer.Option(50, help="k")): pass
	typer.run(main)
P
check "typer, whose options have dashes" proposes typer '  learning-rate: {min: 1e-06, max: 0.01, log: true, default: 1e-4}' typer_.py
check "typer's Option" has '  top-k: {min: 1, max: 100, log: true, default: 50}' typer_.yaml
cat >absl_.py <<-'P'
	from absl import app, flags
	flags.DEFINE_float("learning_rate", 0.1, "lr")
	flags.DEFINE_enum("schedule", "cosine", ["cosine", "linear"], "s")
P
check "absl" proposes absl '  schedule: {values: ["cosine", "linear"], default: "cosine"}' absl_.py
cat >class.py <<-'P'
	from dataclasses import dataclass, field
	from transformers import HfArgumentParser
	@dataclass
	class Args:
	    """A text: with a colon"""
	    model: str = "bert"  # a comment
	    learning_rate: float = field(default=5e-5, metadata={"help": "x"})
	    lora_r: int = 8
	HfArgumentParser(Args)
P
check "a dataclass" proposes dataclass '  learning_rate: {min: 1e-07, max: 0.001, log: true, default: 5e-5}' class.py
check "its numbers" has '  lora_r: {values: [2, 4, 8, 16, 32], default: 8}' class.yaml
mkdir conf
printf 'defaults: [{model: cnn}]\noptimizer: {lr: 0.001}\nmodel: {hidden: 64}\nseed: 1\nout: ${x}/y\n' >conf/config.yaml
printf 'import hydra\n@hydra.main(version_base=None, config_path="conf", config_name="config")\ndef main(c): print({"val/loss": 1})\n' >hydra_.py
check "Hydra's configuration" proposes hydra 'command: [python3, hydra_.py, "${args_no_hyphens}", "seed=${seed}"]' hydra_.py
check "its leaves" has '  model.hidden: {values: [16, 32, 64, 128, 256], default: 64}' hydra_.yaml
printf 'import wandb\nc = {\n  "learning_rate": 0.01, "batch_size": 32,\n}\nwandb.init(config=c)\nwandb.log({"val_loss": 1})\n' >wandb_.py
hps init wandb_.py >wandb_.yaml
check "wandb.config" has '  batch_size: {values: [8, 16, 32, 64, 128], default: 32}' wandb_.yaml
printf 'from train import parser\n' >imports.py
check "a parser in a file beside" proposes imports 'command: [python3, imports.py' imports.py
# Options that reading does not see: --help has them.
printf 'import argparse\np = argparse.ArgumentParser(formatter_class=argparse.ArgumentDefaultsHelpFormatter)\np.add_argument("--lr", type=float, default=0.1)\nfor n in ["momentum"]: p.add_argument("--" + n, type=float, default=0.9, help="m")\nopen("here", "w")\np.parse_args()\n' >loop.py
check "what only --help shows" proposes help '  momentum: {min: 0.8, max: 0.99, default: 0.9}' loop.py
check "it was asked elsewhere" test ! -e here
printf 'import argparse, time\np = argparse.ArgumentParser()\np.add_argument("--lr", default=0.1)\np.add_argument("data")\ntime.sleep(1000)\n' >slow.py
check "one that does not come to its end" within 60 "$HPSEARCH" init slow.py -o slow.yaml
check "arguments by place are said" has 'by their place: add to the command: data' slow.yaml
echo 'print(1)' >none.py
expect "no options" 2 hps init none.py
check "with the way out" has 'help: let the script take its settings by argparse' err
echo x >notes.txt
expect "no script" 2 hps init notes.txt
check "what init takes" has 'neither a YAML file nor a script' err
# Hostile: a name that would leave its line.
printf 'p.add_argument("--a\\nmethod: grid", default=0.5)\np.add_argument("--lr", default=0.1, help="x\\n  evil: {value: 1}")\n' >evil.py
expect "hostile names and helps" 0 hps init evil.py
check "stay in their lines" python3 -c '
keys = [l for l in open("out").read().split("\n") if l and l[0] not in " #"]
assert [k.split(":")[0] for k in keys] == ["command", "method", "metric", "max_trials", "parameters"], keys'
