#!/bin/bash
# ablate: what a winner's difference to the defaults is made of, with real processes.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# What an ablation says, without the times of its runs and of its session.
said() {
	python3 - "$1" <<'P'
import json, sys
d = json.load(open(sys.argv[1]))
for c in d['configurations']:
    for r in c['runs']:
        r.pop('wall')
print(json.dumps(d, sort_keys=True))
P
}

# x and y matter, w is read by nobody, and u counts only where kind is b.
cat >train.sh <<'S'
for word; do
	case $word in --*=*) key=${word%%=*} && eval "${key#--}=\${word#*=}" ;; esac
done
if [ -n "${slow:-}" ]; then # the sixteenth waits
	echo $$ >>"$slow.launched"
	[ "$(wc -l <"$slow.launched")" -le 15 ] || while [ ! -e "$slow" ]; do sleep 0.01; done
fi
awk -v s="$HPSEARCH_SEED" -v x="$x" -v y="$y" -v kind="$kind" -v u="${u:-0}" 'BEGIN {
	srand(s % 1000003 + 1000 * x + 77 * y); noise = rand() - 0.5
	loss = 3 * (x - 0.25) ^ 2 + 3 * (y - 0.75) ^ 2 + (kind == "b" ? (u - 0.5) ^ 2 : 2)
	printf "{\"loss\": %.12g}\n", loss + 0.05 * noise
}'
S
cat >space.yaml <<'Y'
command: [sh, train.sh, "${args}"]
method: sobol
metric: {name: loss}
parameters:
  x: {min: 0.0, max: 1.0, default: 1.0}
  y: {min: 0.0, max: 1.0, default: 0.0}
  w: {min: 0.0, max: 1.0, default: 0.5}
  kind: {values: [a, b], default: a}
  u: {min: 0.0, max: 1.0, when: {kind: b}}
max_trials: 40
Y
expect "a search" 0 "$HPSEARCH" space.yaml -j2 -q
D=space.hpsearch
cp $D/results.json results-before.json
expect "a plan" 0 "$HPSEARCH" ablate $D --dry-run
check "it lists the changes, a child beside its parent" has "kind a → b with u (none) →" out
check "and says how many runs it takes" grep -Eq 'takes [0-9]+ runs at the most, about [0-9]+' out
check "it has started nothing" test ! -e $D/ablate
expect "an ablation" 0 "$HPSEARCH" ablate $D -j2
check "what nobody reads does nothing" has "1 of 4 changes does nothing you could measure" out
check "and is named" has "Can stay at their default: w." out
check "what matters is named" grep -q '^Shown to matter: .*x.*y' out
check "the plan was said before" grep -Eq 'takes [0-9]+ runs at the most' err
J=$D/ablate/ablation.json
check "the file says the same" test "$(json $J "(d['state'], d['idle'], sorted(d['matter']))")" = \
	"('done', ['w'], ['kind', 'u', 'x', 'y'])"
check "no more runs than were announced" test "$(json $J "sum(len(c['runs']) for c in d['configurations'])")" -le \
	"$(sed -n 's/.*takes \([0-9]*\) runs at the most.*/\1/p' err)"
check "every configuration has the same seed in a row" test "$(json $J \
	"len({(r['row'], r['seed']) for c in d['configurations'] for r in c['runs']}) == len({r['row'] for c in d['configurations'] for r in c['runs']})")" = True
check "statements are of other seeds than the choice: 5 rows or more above 6" test "$(json $J \
	"len({r['row'] for r in d['configurations'][1]['runs'] if r['row'] >= 6}) >= 5")" = True
check "the search is as it was" cmp -s $D/results.json results-before.json
cp $J first.json
expect "once more: shown, not run" 0 "$HPSEARCH" ablate $D
check "nothing is announced" lacks "runs at the most" err
check "the same" has "Can stay at their default: w." out
expect "show of its directory" 0 "$HPSEARCH" show $D/ablate
check "is the same" has "Can stay at their default: w." out
expect "show of the search" 0 "$HPSEARCH" show $D
check "has a sentence of it" has "ablation: 1 of 4 changes" out
expect "the simplest" 0 "$HPSEARCH" best $D --simplest
check "has w at its default, and the rest of the winner" python3 -c "
import json
d, a = json.load(open('out')), json.load(open('$J'))
w = a['configurations'][1]['params']
assert d['w'] == 0.5 and all(d[k] == w[k] for k in 'xyu'), d"
expect "as YAML" 0 "$HPSEARCH" ablate $D -f yaml
check "with w" grep -qx 'w: 0.5' out
expect "as JSON" 0 "$HPSEARCH" ablate $D -f json
check "is the file" cmp -s out $J
expect "replay" 0 "$HPSEARCH" replay $D/ablate
check "counts" grep -Eq '^[0-9]+ configurations and [0-9]+ runs checked: identical' out
sed 's/"idle":\["w"\]/"idle":["x"]/' $J >edited && cp edited $J
expect "an edited statement is caught" 5 "$HPSEARCH" replay $D/ablate
check "and named" has "is not what the journal gives" out
expect "of other defaults it says nothing" 2 "$HPSEARCH" ablate $D --set parameters.x.default=0.7 -j2
check "but that it is another" has "parameters.x.default: was 1, now 0.7" err
expect "its paths as a table" 0 "$HPSEARCH" show $D/ablate -f csv
check "a row for each step, with its interval" python3 -c '
import csv
rows = list(csv.DictReader(open("out")))
assert {r["path"] for r in rows} == {"back", "forward"} and all(float(r["half"]) >= 0 and int(r["pairs"]) > 0 for r in rows), rows'
expect "it is no test" 2 "$HPSEARCH" show $D/ablate -f junit
check "there are" has "help: table json csv yaml markdown latex" err
expect "a larger margin asks again" 0 "$HPSEARCH" ablate $D --margin 3 -j2
check "and needs less" test "$(json $J "d['simplest']['changes']")" -lt 3
expect "the file's journal is not taken for another's" 2 "$HPSEARCH" ablate $D/ablate
check "with a sentence" has "is no search but an ablation" err

# A budget; the same in pieces is the same.
expect "--fresh with a budget" 6 "$HPSEARCH" ablate $D --fresh --budget runs=10
check "says that it is not finished" has "Not finished" out
check "and how to go on" has "a larger --budget goes on" err
check "ten runs, no more" test "$(json $J "sum(len(c['runs']) for c in d['configurations'])")" = 10
expect "it goes on" 0 "$HPSEARCH" ablate $D -j2
said $J >pieces && said first.json >whole
check "the same as in one go" python3 -c "
import json
a, b = json.load(open('pieces')), json.load(open('whole'))
assert all(a[k] == b[k] for k in ('idle', 'matter', 'back', 'forward', 'simplest', 'configurations'))"
expect "no budget" 2 "$HPSEARCH" ablate $D --budget soon
check "is told what is" has "--budget 2h, or runs=100" err

# Killed in the middle.
rm -rf $D/ablate
# shellcheck disable=SC2016
sed 's/"${args}"/"${args}", "--slow=go"/' space.yaml >slow.yaml
touch go
expect "a slower search" 0 "$HPSEARCH" slow.yaml -j2 -q
rm go go.launched
"$HPSEARCH" ablate slow.hpsearch -j2 >/dev/null 2>&1 &
pid=$!
wait_until 60 sh -c "[ \$(grep -c verify_end slow.hpsearch/ablate/journal.jsonl) -ge 15 ]"
kill -9 $pid
wait $pid 2>/dev/null
touch go
printf '{"seq":99,"e":"verify_en' >>slow.hpsearch/ablate/journal.jsonl
expect "a killed one is continued, its torn line aside" 0 "$HPSEARCH" ablate slow.hpsearch -j2
said slow.hpsearch/ablate/ablation.json >killed
check "to the same end" python3 -c "
import json
a, b = json.load(open('killed')), json.load(open('whole'))
assert all(a[k] == b[k] for k in ('idle', 'matter', 'back', 'forward', 'simplest')), (a['idle'], b['idle'])"
check "nothing that had finished was run again" python3 -c "
import json
ends = {}
for line in open('slow.hpsearch/ablate/journal.jsonl'):
    e = json.loads(line)
    if e['e'] == 'verify_end':
        k = (e['c'], e['r'])
        assert k not in ends, k
        ends[k] = 1"

# Runs that fail on the way: only kind b trains where x is small.
cat >picky.sh <<'S'
case "$*" in *kind=a*) [ "${HPSEARCH_DIR#*verify}" = "$HPSEARCH_DIR" ] || { echo "no a today" >&2; exit 3; } ;; esac
exec sh train.sh "$@"
S
sed 's/train.sh/picky.sh/' space.yaml >picky.yaml
expect "a search whose defaults train" 0 "$HPSEARCH" picky.yaml -j2 -q
expect "they do no more: an ablation all the same" 0 "$HPSEARCH" ablate picky.hpsearch -j2
check "what fails without a change is said" grep -Eq 'runs fail without it, 0 of [0-9]+ with it: matters' out
check "the others are found as before" has "Can stay at their default: w." out

# A winner that does not train any more.
cat >gone.sh <<'S'
[ "${HPSEARCH_DIR#*verify}" = "$HPSEARCH_DIR" ] || { echo "disk on fire" >&2; exit 4; }
exec sh train.sh "$@"
S
sed 's/train.sh/gone.sh/' space.yaml >gone.yaml
expect "another search" 0 "$HPSEARCH" gone.yaml -j2 -q
expect "its winner fails now: exit 3" 3 "$HPSEARCH" ablate gone.hpsearch
check "said with its last words" has "disk on fire" out
check "after three runs" test "$(grep -c verify_end gone.hpsearch/ablate/journal.jsonl)" = 3
rm gone.sh
expect "a script that is gone: before anything runs" 2 "$HPSEARCH" ablate gone.hpsearch --fresh
check "is named" has "its command names gone.sh, which is not there" err
expect "another command is the way out" 0 "$HPSEARCH" ablate gone.hpsearch --fresh -j2 \
	--command "sh train.sh \${args}"

# Constraints that allow only some configurations.
cat >tied.yaml <<'Y'
command: [sh, train.sh, "${args}", "--kind=b", "--u=0.5"]
method: list
metric: {name: loss}
parameters:
  x: {values: [0.25, 1.0], default: 1.0}
  y: {values: [0.75, 0.0], default: 0.0}
constraints: ["(x < 0.5) == (y > 0.5)"]
Y
sed -i 's/method: list/method: grid/' tied.yaml
expect "a search with a constraint" 0 "$HPSEARCH" tied.yaml -q
expect "its ablation has one step" 0 "$HPSEARCH" ablate tied.hpsearch
check "of two changes, and says why" has "together: constraints allow no single one" out

# Defaults.
sed 's/, default: [0-9.a]*//' space.yaml >bare.yaml
expect "a search without defaults" 0 "$HPSEARCH" bare.yaml -q -n 8
expect "has nothing to be compared with" 2 "$HPSEARCH" ablate bare.hpsearch
check "the way out is said" has "--set parameters.kind.default=" err
expect "and works" 0 "$HPSEARCH" ablate bare.hpsearch -j2 --set parameters.kind.default=a \
	--set parameters.x.default=1 --set parameters.y.default=0 --set parameters.w.default=0.5
expect "only defaults can be set" 2 "$HPSEARCH" ablate bare.hpsearch --set parameters.x.max=3
check "said" has "only a default can be given now" err
sed 's/min: 0.0, max: 1.0, default: 1.0/values: [0.25], default: 0.25/; s/max_trials.*/max_trials: 1/' space.yaml >same.yaml
expect "a search of its defaults alone" 0 "$HPSEARCH" same.yaml -q
expect "has nothing to take apart" 0 "$HPSEARCH" ablate same.hpsearch
check "said" has "is the defaults" out

# A results file alone may be a stranger's.
mkdir alone && cp results-before.json alone/old.json && cp train.sh alone/ && cd alone || exit 1
expect "nothing runs without --yes" 2 "$HPSEARCH" ablate old.json
check "the command is shown" has "sh train.sh" err
expect "with it, it runs here" 0 "$HPSEARCH" ablate old.json --yes -j2
check "in a directory of its own" test -s old.ablate/ablation.json
expect "best --simplest finds it" 0 "$HPSEARCH" best old.json --simplest
head -c 3000 old.json >half.json
expect "half a file is refused" 2 "$HPSEARCH" ablate half.json --yes
sed 's/"pairs":20/"pairs":2000000/' old.ablate/journal.jsonl >j && cp j old.ablate/journal.jsonl
expect "a journal that was changed is refused" 2 "$HPSEARCH" ablate old.json --yes
cd ..
expect "a search that is not over" 2 "$HPSEARCH" ablate nothing.hpsearch
mkdir empty
expect "no search at all" 2 "$HPSEARCH" ablate empty

# No noise at all: the seed plays no part, and one run of each is enough.
cat >still.yaml <<Y
command: ["$FAKE", quadratic, "\${args}"]
method: sobol
metric: {name: loss}
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
  y: {min: -1.0, max: 1.0, default: 0.9}
max_trials: 20
deterministic_training: true
Y
expect "a training without noise" 0 "$HPSEARCH" still.yaml -q
expect "is taken apart in a few runs" 0 "$HPSEARCH" ablate still.hpsearch
check "one of each configuration" test "$(json still.hpsearch/ablate/ablation.json \
	"{len(c['runs']) for c in d['configurations']}")" = "{1}"
check "said" has "The seed has no part" out

# Every method, early stopping and repeats: always in full length.
cat >mine.py <<'P'
import json, sys
sys.stdin.readline()
for line in sys.stdin:
    n = json.loads(line)["ask"]
    x, y = [0.9, 0.3, 0.6, 0.0][n % 4], [0.5, -0.1][n // 2 % 2]
    print(json.dumps({"params": {"x": x, "y": y, **({"z": 0.5} if y < 0 else {})}}), flush=True)
P
for method in grid random sobol bayes auto "{program: [python3, mine.py]}"; do
	name=$(tr -dc a-z <<<"${method%%,*}")
	cat >"$name.yaml" <<Y
command: ["$FAKE", curve, --epochs=9, --epoch-ms=0, "\${args}"]
method: $method
metric: {name: loss}
parameters:
  x: {values: [0.0, 0.3, 0.6, 0.9], default: 0.9}
  y: {values: [-0.1, 0.5], default: 0.5}
  z: {values: [0.5, 0.9], default: 0.9, when: {y: -0.1}}
max_trials: 8
repeats: 2
early_terminate: {type: asha, mode: promote, min_iter: 1, eta: 3, max_iter: 9, step: epoch}
Y
	"$HPSEARCH" "$name.yaml" -q -j2 >/dev/null 2>&1
	expect "$name: an ablation" 0 "$HPSEARCH" ablate "$name.hpsearch" -j2
	check "$name: of whole runs" python3 -c "
import json
d = [json.loads(l) for l in open('$name.hpsearch/ablate/journal.jsonl')]
ends = [e for e in d if e['e'] == 'verify_end']
assert ends and all(e['reports_total'] == 9 for e in ends), ends"
	expect "$name: a recheck" 0 "$HPSEARCH" recheck "$name.hpsearch" -j2 -q
done
