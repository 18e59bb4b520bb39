#!/bin/bash
# Where the metric comes from: lines of plain text, a pattern, a file; trainings that print
# and write as the well-known programs do.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
cd "$tap_dir" || exit 1

# space FILE METRIC [LINE…]: train.py with lr = 0.5, 0.25; METRIC is inside the braces.
space() {
	cat >"$1" <<END
command: [python3, train.py, "\${args}"]
method: grid
metric: {$2}
parameters: {lr: {values: [0.5, 0.25]}}
END
	printf '%s\n' "${@:3}" >>"$1"
}
reports() { holds "$1" "[r['reports'] for r in r] == $2"; }
again() { "$HPSEARCH" replay "$1/results.json" >out 2>err; }

cat >args.py <<'END'
import sys
lr = float([a for a in sys.argv if a.startswith("--lr=")][0][5:])
def arg(name):
    return [a for a in sys.argv if a.startswith("--" + name + "=")][0].split("=", 1)[1]
END

# README: Keras' progress lines, XGBoost, LightGBM, `name=value`
# Keras, verbose=1 (drawn again and again, in colours) and verbose=2.
cat >train.py <<'END'
from args import *
for e in range(2):
    print(f"Epoch {e + 1}/2")
    for b in (1, 2):
        print(f"\x1b[1m{b}/2\x1b[0m \x1b[32m━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m0s\x1b[0m 9ms/step - loss: {lr:.4f}\r", end="")
    print(f"\x1b[1m2/2\x1b[0m \x1b[32m━━━━\x1b[0m \x1b[1m1s\x1b[0m 258ms/step - loss: {lr:.4f} - best_val_loss: 0.0001 - val_loss: {lr / (e + 1):.4f}")
END
space keras.yaml 'name: val_loss'
expect "Keras' progress bar" 0 "$HPSEARCH" keras.yaml
check "is read as it is" reports keras.hpsearch '[[[0, .5], [1, .25]], [[0, .25], [1, .125]]]'
check "which is said once" [ "$(grep -c 'val_loss is read from lines of plain text' err)" = 1 ]
check "and written down, after the first run" \
	[ "$(grep -c '"e":"reading","text":true' keras.hpsearch/journal.jsonl)" = 1 ]
check "and in the results" holds keras.hpsearch 'd["search"]["reading"] == "text" and "val_loss: 0.5" in d["search"]["text_line"]'
check "and replayed" again keras.hpsearch
cp keras.hpsearch/trials/0000/r0/stdout keras.log
expect "check --log" 0 "$HPSEARCH" check --log keras.log keras.yaml
check "shows what is read" has 'step 1: 0.25   (line 4)' out
check "and that it is plain text" has 'read from lines of plain text' out
space loss.yaml 'name: best'
expect "no part of a name" 3 "$HPSEARCH" loss.yaml
check "is taken for it" has 'numbers that were seen:' err

# README: a script that prints JSON with the metric
# A JSON line goes before plain text, also when it comes at the end.
cat >train.py <<'END'
from args import *
for e in range(3):
    print(f"epoch {e} val_loss={lr * 9}")
print('{"val_loss": %g}' % lr)
END
space both.yaml 'name: val_loss' 'parallel: 2'
expect "JSON beside plain text" 0 "$HPSEARCH" both.yaml
check "counts alone" reports both.hpsearch '[[[0, .5]], [[0, .25]]]'
check "for the whole search" holds both.hpsearch 'd["search"]["reading"] == "objects"'
check "of which nothing is said" lacks 'plain text' err

# Once it is known, plain text is read while the run is under way.
cat >train.py <<'END'
from args import *
import time
print(f"[0]\ttrain-auc:0.9\tvalid-auc:{lr}", flush=True)
for e in range(1, 600):
    if lr == .5 and e == 3: break
    print(f"[{e}]\ttrain-auc:0.9\tvalid-auc:{lr}", flush=True)
    time.sleep(1 if lr < .5 else 0)
END
space xgb.yaml 'name: valid-auc, goal: maximize' \
	'early_terminate: {type: threshold, min: 0.4, step: epoch}'
expect "XGBoost, and a rule" 0 within 60 "$HPSEARCH" xgb.yaml
check "which ends the second run at once" holds xgb.hpsearch 't[1]["outcome"] == "stopped"'
check "steps are read" holds xgb.hpsearch 'r[0]["reports"] == [[0, .5], [1, .5], [2, .5]]'

cat >train.py <<'END'
from args import *
import sys
for i in range(1, 3):
    print(f"[{i}]\ttraining's l2: 9\tvalid_0's l2: {lr / i}")
print("Did not meet early stopping. Best iteration is:", file=sys.stderr)
END
space lgb.yaml "name: \"valid_0's l2\""
expect "LightGBM" 0 "$HPSEARCH" lgb.yaml
check "by its name" reports lgb.hpsearch '[[[1, .5], [2, .25]], [[1, .25], [2, .125]]]'
space l2.yaml 'name: l2'
expect "half of its name" 3 "$HPSEARCH" l2.yaml
check "names the whole" has "valid_0's l2" err

# README: any other line (fairseq)
# Patterns.
cat >train.py <<'END'
from args import *
import sys
for e in (1, 2):
    print(f"2026-11-26 17:00:00 | INFO | fairseq_cli.train | begin training epoch {e}", file=sys.stderr)
    print(f"2026-11-26 17:00:09 | INFO | valid | epoch {e:03d} | valid on 'valid' subset | loss {lr / e:.3f} | nll_loss 2.5 | ppl 5.9 | num_updates {e * 10}", file=sys.stderr)
END
space fairseq.yaml 'name: valid_loss, pattern: "subset \\| loss ([0-9.]+)", step_pattern: "num_updates ([0-9]+)"'
expect "fairseq, by a pattern, on stderr" 0 "$HPSEARCH" fairseq.yaml
check "with the steps of another" reports fairseq.hpsearch '[[[10, .5], [20, .25]], [[10, .25], [20, .125]]]'
check "and replayed" again fairseq.hpsearch
expect "check --log with a pattern" 0 "$HPSEARCH" check --log fairseq.hpsearch/trials/0001/r0/stderr fairseq.yaml
check "shows the lines" has 'step 20: 0.125   (line 4: 2026-11-26' out
cat >train.py <<'END'
from args import *
for e in (1, 2):
    print(f"Epoch {e}/2")
    print("accuracy of the validation: %.1f%%" % (100 * lr / e))
END
space two.yaml "name: acc, goal: maximize, pattern: 'validation: ([0-9.]+)%', step_pattern: '^Epoch ([0-9]+)'"
expect "a step on a line before" 0 "$HPSEARCH" two.yaml
check "holds" reports two.hpsearch '[[[1, 50], [2, 25]], [[1, 25], [2, 12.5]]]'
space none.yaml "name: acc, pattern: 'test: ([0-9.]+)'"
expect "a pattern that is nowhere" 3 "$HPSEARCH" none.yaml
check "is said" has "no line that it printed has what metric.pattern asks for: test: ([0-9.]+)" err
space word.yaml "name: acc, pattern: '^(accuracy)'"
expect "a pattern that finds no number" 3 "$HPSEARCH" word.yaml
check "shows what it found" has 'no number of it could be read' err

# README: Lightning's `CSVLogger`
# Files. Lightning's CSVLogger writes its file again from the start, with more columns.
cat >train.py <<'END'
from args import *
import glob, os
n = len(glob.glob("lightning_logs/version_*"))
home = f"lightning_logs/version_{n}"
os.makedirs(home)
rows = []
for e in (0, 1):
    rows.append({"epoch": e, "step": 10 * e + 5, "train_loss": 1})
    rows.append({"epoch": e, "step": 10 * e + 9, "val_loss": lr / (e + 1)})
    names = sorted({k for row in rows for k in row})
    with open(home + "/metrics.csv", "w", newline="") as f:
        f.write(",".join(names) + "\r\n")
        for row in rows:
            f.write(",".join(str(row.get(k, "")) for k in names) + "\r\n")
END
space lightning.yaml 'name: val_loss, file: "lightning_logs/**/metrics.csv"'
expect "Lightning's CSVLogger" 0 "$HPSEARCH" lightning.yaml
check "each run has its own" reports lightning.hpsearch '[[[9, .5], [19, .25]], [[9, .25], [19, .125]]]'
check "nothing is said of plain text" lacks 'plain text' err
check "and replayed" again lightning.hpsearch
expect "one place for two runs at once" 2 "$HPSEARCH" -j2 --fresh lightning.yaml
check "is refused" has 'whose numbers are in it?' err
expect "check --file" 0 "$HPSEARCH" check --file lightning_logs/version_1/metrics.csv lightning.yaml
check "shows what is read" has 'step 19: 0.125   (line 5: 1,19,,0.125)' out

# README: Ultralytics' `results.csv`
# Ultralytics: padded headers; and early stopping while the file grows.
cat >train.py <<'END'
from args import *
import os, time
home = arg("project") + "/train"
os.makedirs(home)
with open(home + "/results.csv", "w") as f:
    f.write("%23s,%23s,%23s\n" % ("epoch", "train/box_loss", "metrics/mAP50-95(B)"))
    for e in range(1, 600):
        f.write("%23d,%23.5f,%23.5f\n" % (e, 1 / e, lr if lr > .3 else .1))
        f.flush()
        if lr > .3 and e == 3: break
        time.sleep(0 if lr > .3 else 1)
END
cat >yolo.yaml <<'END'
command: [python3, train.py, "--project=${dir}/runs", "${args}"]
method: grid
metric: {name: metrics/mAP50-95(B), goal: maximize, file: "${dir}/runs/*/results.csv"}
early_terminate: {type: threshold, min: 0.2, step: epoch}
parallel: 2
parameters: {lr: {values: [0.5, 0.25]}}
END
expect "Ultralytics' results.csv" 0 within 60 "$HPSEARCH" yolo.yaml
check "trims its headers" holds yolo.hpsearch 'r[0]["reports"] == [[1, .5], [2, .5], [3, .5]]'
check "is read while it grows" holds yolo.hpsearch 't[1]["outcome"] == "stopped"'

# README: a metrics file: JSON, JSON lines, YAML, TSV
# Other formats, by their ending.
for kind in json list jsonl yaml tsv; do
	cat >train.py <<END
from args import *
import json
kind = "$kind"
if kind == "json":
    json.dump({"eval": {"loss": lr}, "epoch": 7}, open("m.json", "w"))
if kind == "list":
    json.dump({"epoch": [3, 4], "eval.loss": [9, lr]}, open("m.list.json", "w"))
if kind == "jsonl":
    with open("m.jsonl", "w") as f:
        for e in (1, 2): f.write(json.dumps({"step": e, "eval": {"loss": lr * e}}) + "\n")
if kind == "yaml":
    open("m.yaml", "w").write(f"epoch: 2\neval:\n  loss: {lr}\n")
if kind == "tsv":
    open("m.tsv", "w").write(f"iter\teval.loss\n5\t{lr}")
END
	file=m.$kind
	[ "$kind" = list ] && file=m.list.json
	space "$kind.yaml" "name: eval.loss, file: $file"
	expect "metrics in $kind" 0 "$HPSEARCH" "$kind.yaml"
done
check "an object" reports json.hpsearch '[[[7, .5]], [[7, .25]]]'
check "lists in an object" reports list.hpsearch '[[[3, 9], [4, .5]], [[3, 9], [4, .25]]]'
check "JSON lines" reports jsonl.hpsearch '[[[1, .5], [2, 1]], [[1, .25], [2, .5]]]'
check "YAML" reports yaml.hpsearch '[[[2, .5]], [[2, .25]]]'
check "tabs, no last newline" reports tsv.hpsearch '[[[5, .5]], [[5, .25]]]'

# What cannot be read is bounded, and said.
cat >train.py <<'END'
from args import *
print("done")
END
space never.yaml 'name: loss, file: "nowhere/**/x.csv"'
expect "a file that never comes" 3 "$HPSEARCH" never.yaml
check "is said" has 'metric.file nowhere/**/x.csv: no such file has come' err
mkfifo pipe.csv
ln -s m.tsv link.csv
echo loss >old.csv
mkdir folder.csv
for what in pipe link old folder; do
	space "$what.yaml" "name: loss, file: $what.csv"
	expect "a $what" 3 within 60 "$HPSEARCH" "$what.yaml"
	cp err "$what.err"
done
check "is no file: a pipe" has 'is a pipe' pipe.err
check "a link" has 'is a link' link.err
check "a folder" has 'is a folder' folder.err
check "one that was there" has 'was there before' old.err
cat >train.py <<'END'
from args import *
row = b"1,9.0\n" * 100000
with open("large.csv", "wb") as f:
    f.write(b"epoch,loss\n" + row)
    f.seek(1 << 30) # a hole: nothing of it is written, or to be read
    f.write(b"\n" + row * 2 + b"2,%g\n" % lr)
END
space large.yaml 'name: loss, file: large.csv'
expect "a table of 1 GB" 0 within 300 "$HPSEARCH" large.yaml -n1
check "ends with its last row" holds large.hpsearch 't[0]["value"] == .5'
rm -f large.csv
cat >train.py <<'END'
from args import *
open("wrong.csv", "w").write("epoch, Loss , acc\n1,2,3\n")
END
space wrong.yaml 'name: loss, file: wrong.csv'
expect "another column" 3 "$HPSEARCH" wrong.yaml
check "is named" has 'did you mean metric: {name: Loss}?' err
