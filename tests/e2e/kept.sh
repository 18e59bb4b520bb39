#!/bin/bash
# What is kept of a run beside its metric: every number, notes, files of the best.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
cd "$tap_dir" || exit 1

# space FILE VALUES [LINE…]: a grid over x.
space() {
	cat >"$1" <<END
command: [python3, train.py]
args: none
method: grid
metric: {name: loss, goal: minimize}
parameters: {x: {values: $2}}
END
	printf '%s\n' "${@:3}" >>"$1"
}
# metrics DIR EXPRESSION: of m, the metrics of the trials' first runs.
metrics() { holds "$1" "(lambda m: $2)([x.get('metrics') for x in r])"; }
again() { "$HPSEARCH" replay "$1" >out 2>err && has identical out; }
# The same from the journal alone as from the results.
same_again() { "$HPSEARCH" "$1" >out 2>err && has 'trials are done' err; }

cat >head.py <<'END'
import json, os, sys
x = json.load(open(os.environ["HPSEARCH_CONFIG"]))["x"]
folder = os.environ["HPSEARCH_DIR"]
def say(**what): print(json.dumps(what))
END

# --- every number ---
cat >train.py <<'END'
from head import *
say(hpsearch={"note": "first\x1b[31m \u00e9"})
for e in range(3):
    say(loss=x / (e + 1), epoch=e, eval={"acc": 1 - x / (e + 1)}, lr="1e-3", best=True)
say(hpsearch={"note": "second"})
say(size=1234, hurt=float("nan"))
END
space num.yaml '[0.5, 0.25]' 'metrics: [{name: eval.acc, goal: maximize}, acuracy]'
expect "numbers beside the metric" 0 "$HPSEARCH" num.yaml
check "last, limits, curve" metrics num.hpsearch 'm[0]["eval.acc"] == {"last": 1 - 0.5 / 3, "n": 3, "min": 0.5, "max": 1 - 0.5 / 3, "curve": [[0, 0.5], [1, 0.75], [2, 1 - 0.5 / 3]]}'
check "of every name but the metric" metrics num.hpsearch '[list(k) for k in m] == 2 * [["epoch", "eval.acc", "lr", "size", "hurt"]]'
check "said once, and no number" metrics num.hpsearch 'm[0]["size"] == {"last": 1234} and m[1]["hurt"] == {"last": "nan"}'
check "notes are kept, without what a terminal would obey" holds num.hpsearch 'r[0]["note"] == "first [31m \u00e9\nsecond"'
check "shown in the table" grep -qE '^rank +trial +outcome +loss +eval.acc +acuracy +x$' out
check "with the last value" grep -qE ' 1 +1 +ok +0.08333 +0.9167 +- +0.25' out
check "a name that nobody says is told of" has 'no run has reported acuracy' out
expect "show --trial" 0 "$HPSEARCH" show num.hpsearch --trial 0
check "has them" grep -qE '^ +eval.acc +0.8333 +0.5 +0.8333 +3 +best is the max$' out
check "and the notes" has 'note: second' out
expect "as a table" 0 "$HPSEARCH" show num.hpsearch -f csv
check "of last, min, max" python3 - <<'END'
import csv
rows = list(csv.DictReader(open("out")))
assert [r["trial"] for r in rows] == ["1", "0"]
assert rows[1]["metrics.eval.acc.min"] == "0.5" and float(rows[1]["metrics.eval.acc"]) == 1 - 0.5 / 3
assert rows[0]["metrics.size"] == "1234" and "metrics.size.min" not in rows[0] and rows[0]["metrics.acuracy"] == ""
END
cp num.hpsearch/results.json first.json
check "the journal has them, too" same_again num.yaml
check "the same" python3 -c 'import json; a, b = (json.load(open(f))["trials"] for f in ("first.json", "num.hpsearch/results.json")); assert a == b'
check "the results file as well" again first.json

# valid DIR: its results file is as tests/data says.
valid() {
	/usr/bin/python3 -c "
import json, jsonschema
jsonschema.validate(json.load(open('$1/results.json')), json.load(open('$SRCDIR/tests/data/results.schema.json')))"
}
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	check "the schema holds" valid num.hpsearch
else
	skip "the schema holds" "no jsonschema"
fi

# --- bounds ---
cat >train.py <<'END'
from head import *
for e in range(1000):
    say(step=e, acc=e / 1000)
say(**{"k%d" % i: i for i in range(100)})
say(loss=x)
END
space many.yaml '[1]'
expect "many numbers" 0 "$HPSEARCH" many.yaml
check "a curve is thinned" metrics many.hpsearch '[p[0] for p in m[0]["acc"]["curve"]] == [*range(0, 1000, 16), 999]'
check "names are bounded" metrics many.hpsearch 'len(m[0]) == 64 and list(m[0])[-1] == "k61" and r[0]["metrics_more"]'
check "which is said" has 'more names of numbers than are kept' out

# --- whatever way they come ---
cat >train.py <<'END'
from head import *
for e in range(2):
    print(f"epoch {e} loss: {x} acc={e / 2} (lr = 0.1)")
END
space text.yaml '[1]'
expect "in lines of plain text" 0 "$HPSEARCH" text.yaml
check "with their step" metrics text.hpsearch 'm[0]["acc"]["curve"] == [[0, 0], [1, 0.5]] and m[0]["lr"]["last"] == 0.1'
printf 'say(loss=x)\n' >>train.py
space both.yaml '[1, 2]'
expect "where objects have the metric" 0 "$HPSEARCH" both.yaml
check "plain text says nothing" metrics both.hpsearch 'm == [None, None]'
cat >train.py <<'END'
from head import *
open("log.csv", "w").write("epoch,loss,acc,name\n0,3,0.5,a\n1,2,,b\n2,1,0.75,c\n")
END
space file.yaml '[1]'
sed -i 's/goal: minimize/goal: minimize, file: log.csv/' file.yaml
expect "in a file" 0 "$HPSEARCH" file.yaml
check "the other columns" metrics file.hpsearch 'm[0]["acc"] == {"last": 0.75, "n": 2, "min": 0.5, "max": 0.75, "curve": [[0, 0.5], [2, 0.75]]}'
cat >train.py <<'END'
from head import *
print("loss is 3; acc: 0.5")
print("loss is 2; acc: 0.75")
END
space pattern.yaml '[1]'
sed -i "s/goal: minimize/goal: minimize, pattern: 'loss is ([0-9]+)'/" pattern.yaml
expect "beside a pattern" 0 "$HPSEARCH" pattern.yaml
check "the line's others" metrics pattern.hpsearch 'm[0]["acc"]["curve"] == [[0, 0.5], [1, 0.75]]'
cat >train.py <<'END'
from head import *
line = json.dumps({"loss": x, "acc": 0.5, "step": 1}) + "\n"
sys.stdout.write(line)
open(os.environ["HPSEARCH_RESULTS"], "a").write(line)
END
space twice.yaml '[1]'
expect "on two streams" 0 "$HPSEARCH" twice.yaml
check "they count once" metrics twice.hpsearch 'm[0]["acc"] == {"last": 0.5, "curve": [[1, 0.5]]}'

# --- verification: what is said of the test data stays in its record ---
cat >train.py <<'END'
from head import *
say(loss=x, acc=0.25)
if os.environ["HPSEARCH_SPLIT"] == "test":
    say(secret=42)
open(folder + "/model.pt", "w").write("model")
END
space test.yaml '[3, 1, 2]' 'artifacts: model.pt' 'keep: 1' 'test: {repeats: 2, top: 2}'
expect "numbers of a verification" 0 "$HPSEARCH" test.yaml
check "are in its record" holds test.hpsearch 'all(x["metrics"]["secret"] == {"last": 42} for c in d["verification"]["candidates"] for x in c["test"]["runs"])'
check "and in no trial" metrics test.hpsearch 'all(list(k) == ["acc"] for k in m)'
left() { [ "$(cd "$1" && find . -name "$2" | LC_ALL=C sort | tr '\n' ' ')" = "$3" ]; }
check "files of the winner stay, also those of its re-runs" \
	left test.hpsearch/trials model.pt './0001/r0/model.pt '
check "of no other candidate" python3 - <<'END'
import glob
left = {f.split("/")[3] for f in glob.glob("test.hpsearch/verify/*/*/*/model.pt")}
assert left == {"0001"}, left
END

# --- files of the best ---
cat >train.py <<'END'
from head import *
os.makedirs(folder + "/checkpoint-1/deep")
for name in "model.pt", "checkpoint-1/deep/w.bin", "log.txt":
    open(folder + "/" + name, "w").write("x")
os.symlink("/etc/hostname", folder + "/linked.pt")
os.symlink(os.path.abspath("treasure"), folder + "/checkpoint-1/deep/out")
os.symlink(os.path.abspath("treasure"), folder + "/checkpoint-2")
say(loss=x)
END
mkdir treasure && echo gold >treasure/w.bin
space keep.yaml '[5, 3, 9, 1, 7, 2]' 'artifacts: ["*.pt", checkpoint-*, checkpoint-2/*]' 'keep: 2'
expect "the best two" 0 "$HPSEARCH" keep.yaml
check "keep their files" left keep.hpsearch/trials model.pt './0003/r0/model.pt ./0005/r0/model.pt '
check "folders, too" left keep.hpsearch/trials w.bin './0003/r0/checkpoint-1/deep/w.bin ./0005/r0/checkpoint-1/deep/w.bin '
check "whatever is no artifact stays" test "$(find keep.hpsearch/trials -name log.txt | wc -l)" = 6
check "what a link points to stays" test -s treasure/w.bin -a -s /etc/hostname
check "hpsearch's own stay" test "$(find keep.hpsearch/trials -name stdout | wc -l)" = 6
expect "show" 0 "$HPSEARCH" show keep.hpsearch --trial 3
check "lists them" grep -qE 'artifacts: .*checkpoint-1' out
expect "show" 0 "$HPSEARCH" show keep.hpsearch --trial 0
check "says where they went" has 'only those of the best 2 trials are kept' out

# Everything: our own names are left alone.
space all.yaml '[2, 1]' 'artifacts: ["*"]' 'keep: 1'
expect "a pattern for everything" 0 "$HPSEARCH" all.yaml
check "takes what is the training's" test "$(cd all.hpsearch/trials/0000/r0 && echo *)" = 'cmd config.json reports.jsonl stderr stdout wandb.yaml'

# A link in the place of a run's folder is not passed through.
cat >train.py <<'END'
from head import *
open(folder + "/model.pt", "w").write("x")
if x == 9:
    os.rename(folder, folder + ".away")
    os.symlink(os.path.abspath("treasure"), folder)
say(loss=x)
END
echo gold >treasure/model.pt
space link.yaml '[1, 9, 2]' 'artifacts: [model.pt]' 'keep: 1'
"$HPSEARCH" link.yaml >out 2>err
check "a link in the place of a folder is not followed" test -s treasure/model.pt

# What a kill left over goes at the next session; nothing of the best is lost.
cat >train.py <<'END'
from head import *
open(folder + "/model.pt", "w").write("x")
say(loss=x)
sys.stdout.flush()
if x == 4 and not os.path.exists("killed"):
    open("killed", "w")
    os.kill(int(os.environ["DRIVER"]), 9)
END
space kill.yaml '[3, 1, 5, 4, 2]' 'artifacts: [model.pt]' 'keep: 2'
bash -c 'DRIVER=$$ exec "$0" kill.yaml' "$HPSEARCH" >out 2>err
check "killed" test -e killed
check "the best so far are there" test -s kill.hpsearch/trials/0001/r0/model.pt -a -s kill.hpsearch/trials/0000/r0/model.pt
echo left >kill.hpsearch/trials/0002/r0/model.pt
expect "continued" 0 env DRIVER=0 "$HPSEARCH" kill.yaml
check "what was left over has gone" left kill.hpsearch/trials model.pt './0001/r0/model.pt ./0004/r0/model.pt '
check "replayed" again kill.hpsearch/results.json

# Paused trials keep theirs as long as they may go on.
cat >train.py <<'END'
from head import *
first = 0
try: first = int(open(folder + "/ckpt").read())
except FileNotFoundError: pass
if first: open("resumed", "a").write(f"{x}\n")
for e in range(first, 9):
    say(loss=x / (e + 1), epoch=e + 1, acc=e)
    sys.stdout.flush()
    open(folder + "/ckpt", "w").write(str(e + 1))
    if e + 1 == int(os.environ.get("HPSEARCH_STEP_BUDGET", "9")): break
END
space asha.yaml '[9, 8, 7, 6, 5, 4, 3, 2, 1]' 'artifacts: [ckpt]' 'keep: 1' \
	'early_terminate: {type: asha, min_iter: 1, max_iter: 9, eta: 3, step: epoch, mode: promote}'
expect "trials that are paused" 0 "$HPSEARCH" asha.yaml
check "go on from their files" test -s resumed
check "the best one's stays at the end" left asha.hpsearch/trials ckpt './0008/r0/ckpt '
check "numbers go on over the launches" metrics asha.hpsearch 'm[8]["epoch"] == {"last": 9, "n": 9, "min": 1, "max": 9}'
check "curves go on over the launches" metrics asha.hpsearch 'm[8]["acc"]["curve"] == [[e + 1, e] for e in range(9)]'
