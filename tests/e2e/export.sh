#!/bin/bash
# export: what each of the other tools is given, against the results file; then read by the real
# Optuna, MLflow and wandb from PyPI (in virtual environments of the build).
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
unset "${!HPSEARCH_@}" "${!WANDB_@}" "${!MLFLOW_@}" PYTHONPATH
export PYTHONDONTWRITEBYTECODE=1
data=$SRCDIR/tests/data/export
cp "$data/train.py" "$data/space.yaml" .

# stores NAME DIR [ARGUMENT]: all three, and what is in them.
stores() {
	expect "$1: optuna" 0 "$HPSEARCH" export "${3:-$2}" --to optuna -o "$1.db"
	check "$1: its tables say what the results file says" python3 "$data/read_optuna.py" --sql "$2" "$1.db"
	expect "$1: mlflow" 0 "$HPSEARCH" export "${3:-$2}" --to mlflow -o "$1.runs"
	check "$1: its files too" python3 "$data/read_mlflow.py" --files "$2" "$1.runs"
	expect "$1: wandb" 0 "$HPSEARCH" export "${3:-$2}" --to wandb -o "$1.offline"
	check "$1: its records too" python3 "$data/read_wandb.py" --plain "$2" "$1.offline"
}

# README: a search that Optuna, MLflow, W&B or a table shall have
# --- a search with everything in it ---

expect "a search with outcomes of all kinds" 0 "$HPSEARCH" space.yaml -q -j2
check "of all kinds" holds space.hpsearch \
	'{"ok", "stopped", "failed", "diverged", "infeasible"} == {x["outcome"] for x in t}'
stores all space.hpsearch
cp all.db before.db
mkdir alone && cp space.hpsearch/results.json alone
stores "the results file alone" alone alone/results.json
check "its runs have the same names" diff <(cd all.offline && find . | sort) <(cd "the results file alone.offline" && find . | sort)
expect "without -o" 0 "$HPSEARCH" export ./space.hpsearch/ --to optuna
check "it has a name, which is said" has "written: space.optuna.db, 9 trials" out
check "what Optuna has no word for is said" has \
	"noise: a normal distribution is written as a range of three standard deviations" err
check "names that MLflow does not take are said" bash -c \
	"'$HPSEARCH' export space.yaml --to mlflow 2>&1 >out | grep -qF \"../evil: MLflow takes no such name of a parameter: it is _../evil\""
check "nothing has left the folder" test ! -e evil -a ! -e space.mlruns/evil
for tool in optuna mlflow wandb csv; do
	expect "$tool: what is there stays" 2 "$HPSEARCH" export space.hpsearch --to $tool -o all.db
	check "$tool: with the way out" has "all.db is there already, and is not written over" err
done
check "untouched" cmp all.db before.db
ln -s nowhere dangling
expect "a link to nowhere is something" 2 "$HPSEARCH" export space.hpsearch --to optuna -o dangling
expect "a folder that is not there" 1 "$HPSEARCH" export space.hpsearch --to mlflow -o none/x
check "has its reason" has "No such file or directory" err
check "nothing half done is left" test -z "$(find . -name '*.tmp')"
expect "a tool of nobody's" 2 "$HPSEARCH" export space.hpsearch --to optnua
check "the ones there are" has "help: csv optuna mlflow wandb" err
expect "no search" 2 "$HPSEARCH" export nothing.hpsearch --to csv

# --- csv, there and back ---

cat >odd.yaml <<'Y'
command: [python3, -c, "import json, os; p = json.load(open(os.environ['HPSEARCH_CONFIG'])); print(json.dumps({'loss': p['value'] + len(str(p['kind']))}))"]
args: none
method: random
metric: {name: loss}
max_trials: 12
parameters:
  value: {min: 0.0, max: 1.0}
  state: {values: [ok, "failed, or not"]}
  LOSS: {min: 1, max: 9}
  kind: {values: [adam, 'say "hi"', true, null, 2.5, [1, 2], {x: 1}]}
  beta: {min: 0.0, max: 1.0, when: {state: ok}}
  fixed: {value: [null]}
Y
expect "parameters that are called as columns are" 0 "$HPSEARCH" odd.yaml -q
expect "as a table, on stdout" 0 "$HPSEARCH" export odd.hpsearch
cp out shown.csv
expect "or in a file" 0 "$HPSEARCH" export odd.hpsearch --to csv -o odd.csv
check "the same" cmp shown.csv odd.csv
check "they have names of their own" has "reason,params_LOSS,beta,fixed,kind,params_state,params_value" shown.csv
sed 's/method: random/method: bayes/; $a warm_start: [odd.csv]' odd.yaml >warm.yaml
expect "warm_start reads it back" 0 "$HPSEARCH" warm.yaml -n 3 -q
check "every trial, to the last digit" python3 -c '
import csv, json
told = json.load(open("odd.hpsearch/results.json"))["trials"]
back = json.load(open("warm.hpsearch/results.json"))
source, = back["warm_start"]
assert source["trials"] == len(source["taken"]) == len(told) == 12, source
best = min(told, key=lambda t: t["value"])
first = [t for t in back["trials"] if t["id"] == 0][0]
assert first["origin"] == "warm_start" and first["params"] == best["params"], (first, best)
rows = list(csv.DictReader(open("odd.csv")))
for row, t in zip(rows, told):
    assert int(row["trial"]) == t["id"] and float(row["value"]) == t["value"], (row, t)
    assert float(row["params_value"]) == t["params"]["value"] and row["outcome"] == t["outcome"]
    assert row["kind"] == str(t["params"]["kind"]), (row, t)'

# --- under way, interrupted, of others, repeated, old ---

cat >slow.yaml <<'Y'
command: [python3, -c, "import json, os, time\nfor e in range(2): print(json.dumps({'step': e, 'loss': 1 / (1 + e)}), flush=True)\nwhile not os.path.exists('go'): time.sleep(0.02)"]
args: none
method: random
metric: {name: loss}
max_trials: 3
repeats: 2
parameters: {x: {min: 0.0, max: 1.0}}
Y
"$HPSEARCH" slow.yaml -q >slow.log 2>&1 &
slow=$!
reported() {
	rm -rf peek
	"$HPSEARCH" export slow.hpsearch --to mlflow -o peek >/dev/null 2>&1 &&
		grep -q ' 0.5 1$' peek/*/*/metrics/loss
}
check "a search that runs" wait_until 30 reported
check "its run is one that runs" grep -q '^status: 1$' peek/*/*/meta.yaml
expect "optuna" 0 "$HPSEARCH" export slow.hpsearch --to optuna -o running.db
check "has a trial that runs, with its reports" python3 -c '
import sqlite3
db = sqlite3.connect("running.db")
assert db.execute("SELECT state FROM trials").fetchall() == [("RUNNING",)], list(db.execute("SELECT * FROM trials"))
assert db.execute("SELECT step, intermediate_value FROM trial_intermediate_values").fetchall() == [(0, 1.0), (1, 0.5)]'
kill -TERM $slow
wait $slow
check "interrupted" holds slow.hpsearch 'd["search"]["state"] == "interrupted"'
stores interrupted slow.hpsearch
touch go
expect "and finished, with repeats" 0 "$HPSEARCH" slow.yaml -q
stores repeated slow.hpsearch

cat >ask.yaml <<'Y'
method: random
metric: {name: loss, goal: maximize}
max_trials: 3
parameters: {lr: {min: 0.1, max: 1.0}}
Y
"$HPSEARCH" init ask.yaml >/dev/null
for value in 0.5 nan; do
	"$HPSEARCH" ask ask.hpsearch >run.json
	"$HPSEARCH" tell ask.hpsearch "$(json run.json 'd["id"]')" --report 2.5 0.25 >out
	"$HPSEARCH" tell ask.hpsearch "$(json run.json 'd["id"]')" $value >out
done
"$HPSEARCH" ask ask.hpsearch >run.json
expect "a search of ask and tell" 0 "$HPSEARCH" export ask.hpsearch --to optuna -o ask.db
check "maximizes; steps that are not whole are counted" python3 -c '
import sqlite3
db = sqlite3.connect("ask.db")
assert db.execute("SELECT direction FROM study_directions").fetchall() == [("MAXIMIZE",)]
states = [s for s, in db.execute("SELECT state FROM trials ORDER BY number")]
# One that was asked for and not told of waits for whoever comes next.
assert states == ["COMPLETE", "FAIL", "WAITING"], states
assert {s for s, in db.execute("SELECT step FROM trial_intermediate_values")} <= {0, 1}'
for tool in mlflow wandb csv; do
	expect "$tool of it" 0 "$HPSEARCH" export ask.hpsearch --to $tool -o "ask.$tool"
done
sed '/^metric/d; s/random/grid/; s/{min.*}}/{values: [1, 2]}}/; $a command: ["true"]\nargs: none' ask.yaml >blind.yaml
"$HPSEARCH" blind.yaml -q >out 2>&1
expect "without a metric there is no study" 3 "$HPSEARCH" export blind.hpsearch --to optuna
check "the others have it" has "help: --to csv, mlflow or wandb" err
expect "an MLflow store of it" 0 "$HPSEARCH" export blind.hpsearch --to mlflow

for old in "$SRCDIR/tests/data/v0.1.0/whole.json" "$SRCDIR"/tests/data/schema1/{grid,random,bayes}/results.json; do
	name=$(basename "$(dirname "$old")")
	mkdir "$name.old" && cp "$old" "$name.old/results.json"
	stores "$name" "$name.old" "$name.old/results.json"
done

# --- the real ones ---

sent() {
	expect "what the newest would send" 0 env WANDB_MODE=offline "$python" -m wandb sync --dry-run \
		all.offline/offline-run-*
	check "all of it" grep -q 'Would sync 9 run' out err
}
# read_by NAME MODULE STORE: by that module.
read_by() { real "$1" "$2" check "$1" "$python" "$data/read_$2.py" space.hpsearch "$3"; }
pip_into optuna 120 optuna==5.0.0
cp all.db real.db
read_by "the real Optuna" optuna real.db
pip_into loggers 120 mlflow-skinny
read_by "the real MLflow" mlflow all.runs
pip_into wandb-0.13.11 120 wandb==0.13.11
read_by "what the oldest wandb reads" wandb all.offline
pip_into wandb-0.31.0 120 wandb==0.31.0
real "what the newest wandb would send" wandb sent
