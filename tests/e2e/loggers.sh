#!/bin/bash
# What trainings give to MLflow, TensorBoard, Keras, Lightning and the Hugging Face Trainer is
# told to hpsearch by the hook; the first three are the real ones, from PyPI, in a virtual
# environment of the build, the others have their classes' names here.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
unset "${!HPSEARCH_@}" PYTHONPATH
export PYTHONDONTWRITEBYTECODE=1 no_proxy=127.0.0.1
cp "$SRCDIR"/tests/data/loggers/*.py .

# logger NAME PYTHON SCRIPT STEPS METRIC: a search whose runs log three epochs.
logger() {
	cat >"$1.yaml" <<-Y
		command: [$2, $3, "\${lr}"]
		method: grid
		metric: {name: $5}
		parameters: {lr: {values: [0.125, 0.5]}}
		wandb: off
	Y
	expect "$1: what it logs is heard" 0 within 120 "$HPSEARCH" "$1.yaml" -j2
	check "$1: each value with its step, exactly" python3 - "$1.hpsearch" "$4" <<'E2'
import ast
import json
import os
import sys

for t in json.load(open(sys.argv[1] + "/results.json"))["trials"]:
    run = "%s/trials/%04d/r0/history" % (sys.argv[1], t["id"])
    values = [t["params"]["lr"] / 2 ** e for e in range(3)]
    if os.path.exists(run):
        values = ast.literal_eval(open(run).read())
    reports = [list(r) for r in zip(ast.literal_eval(sys.argv[2]), values)]
    assert t["outcome"] == "ok" and t["runs"][0]["reports"] == reports, (t, reports)
E2
}

package() { # NAME in the place of the real one: its file from stdin
	mkdir -p "$(dirname "$1")" && cat >"$1"
	for folder in $(dirname "$1" | tr / ' '); do
		path=${path:+$path/}$folder
		touch "$path/__init__.py"
	done
	path=
}
path=
package lightning/pytorch/trainer/connectors/logger_connector/logger_connector.py <<'E2'
class _LoggerConnector:
    def __init__(self, trainer):
        self.trainer = trainer

    def log_metrics(self, metrics, step=None):
        pass
E2
package transformers/trainer_callback.py <<'E2'
class CallbackHandler:
    def on_log(self, args, state, control, logs):
        control = logs
E2
logger lightning python3 lightning_fit.py '[10, 20, 30]' Loss/val
logger transformers python3 trainer.py '[10, 20, 30]' Loss/val
check "the first library that logs a name is heard, not the second" env HPSEARCH_HOOK=twice \
	PYTHONPATH=lightning.hpsearch/python python3 -c '
import hpsearch_hook
log = hpsearch_hook.channel.log
log("keras", {"val_loss": 1.0}, epoch=0)
log("wandb", {"val_loss": 1.0, "lr": 0.5})
log("keras", {"val_loss": 1.0, "lr": 0.25}, epoch=1)
said = open("twice").read()
assert said == """{"val_loss": 1.0, "epoch": 0}
{"lr": 0.5}
{"val_loss": 1.0, "epoch": 1}
""", said'

pip_into loggers 300 tensorboardX mlflow-skinny "keras jax"
# logged MODULE and what logger wants
logged() { real "$1" "$1" logger "$1" "$python" "${@:2}"; }
export MLFLOW_ALLOW_FILE_STORE=true MLFLOW_TRACKING_URI=file:$PWD/mlruns KERAS_BACKEND=jax
rm -rf lightning transformers
logged tensorboardX tensorboard.py '[0, 1, 2]' Loss/val
logged mlflow mlflow_run.py '[0, 1, 2]' Loss/val
logged keras keras_fit.py '[0, 1, 2]' val_loss
