#!/bin/bash
# Points and lists: configurations that are tried first, alone, or added; parameters that
# move together; trials of a table as a warm start.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
cd "$tap_dir" || exit 1

# space FILE METHOD [LINE…]
space() {
	cat >"$1" <<END
command: [python3, train.py, "\${args}"]
method: $2
metric: {name: loss, goal: minimize}
END
	printf '%s\n' "${@:3}" >>"$1"
}
again() { "$HPSEARCH" replay "$1" >out 2>err && has identical out; }

cat >train.py <<'END'
import json, os
c = json.load(open(os.environ["HPSEARCH_CONFIG"]))
print(json.dumps({"loss": sum(len(str(v)) for v in c.values())}))
END
two='parameters: {lr: {min: 1e-4, max: 1e-1, log: true}, width: {values: [16, 32, 64], default: 32}}'

# README: configurations that you trust
# Tried first, under every method.
for method in random sobol bayes; do
	space "$method.yaml" "$method" "$two" 'max_trials: 6' \
		'points: [{lr: 0.01, width: 64, name: mine}, {lr: 0.001}]'
	expect "points under $method" 0 "$HPSEARCH" "$method.yaml"
	check "come first, others at their defaults" holds "$method.hpsearch" \
		'p[:2] == [{"lr": .01, "width": 64}, {"lr": .001, "width": 32}] and [x["origin"] for x in t[:4]] == ["point", "point", "baseline", "strategy"]'
	check "have their name" holds "$method.hpsearch" 't[0]["label"] == "mine" and "label" not in t[1]'
	check "and are counted" holds "$method.hpsearch" 'len(t) == 6'
	check "$method: the journal is replayed" again "$method.hpsearch"
	check "$method: the results are" again "$method.hpsearch/results.json"
done
expect "the table" 0 "$HPSEARCH" show random.hpsearch
check "shows the name" grep -q ' name .*' out
expect "why" 0 "$HPSEARCH" show random.hpsearch --trial 0 --why
check "says where it is from" has 'it is one of the points of the file, called mine' out
check "the CSV has the name" grep -q ',label$' random.hpsearch/results.csv

space grid.yaml grid 'parameters: {a: {values: [1, 2]}, b: {values: [3, 4]}}' \
	'points: [{a: 2, b: 3}, {a: 1, b: 4}]'
expect "points under grid" 0 "$HPSEARCH" grid.yaml
check "come first and are not made again" holds grid.hpsearch \
	'[tuple(x.values()) for x in p] == [(2, 3), (1, 4), (1, 3), (2, 4)]'
check "and replayed" again grid.hpsearch/results.json

# README: a list of configurations, `params.csv`
# A list alone, with a space or without one.
cat >params.csv <<'END'
name, lr ,width,text
first,1e-2,64,"a, b"
second,0.001,16,c
END
space list.yaml list 'points: params.csv'
expect "a list that is a table" 0 "$HPSEARCH" list.yaml
check "runs its lines and nothing else" holds list.hpsearch \
	'p == [{"lr": .01, "width": 64, "text": "a, b"}, {"lr": .001, "width": 16, "text": "c"}]'
check "with their names" holds list.hpsearch '[x["label"] for x in t] == ["first", "second"]'
mv params.csv away.csv
check "and is replayed without it" again list.hpsearch/results.json
check "from its journal, too" again list.hpsearch
sed 's/64/32/' away.csv >params.csv
expect "another table" 2 "$HPSEARCH" list.yaml
check "is another search" has 'no longer those that it was begun with' err
cp away.csv params.csv
expect "the same again" 0 "$HPSEARCH" list.yaml
printf '{"lr": 0.01, "o": {"b": 1}}\n\n{"lr": 0.02, "o": {"b": 2}}\n' >p.jsonl
printf '[{"lr": 0.01, "o.b": 1}, {"lr": 0.02, "o.b": 2}]\n' >p.json
printf -- '- {lr: 1e-2, o: {b: 1}}\n- lr: 0.02\n  o.b: 2\n' >p.yaml
printf 'lr\to.b\n.01\t1\n2e-2\t2\n' >p.tsv
for kind in jsonl json yaml tsv; do
	space "l$kind.yaml" list "points: p.$kind" \
		'parameters: {lr: {min: 0.0, max: 1.0}, o: {parameters: {b: {values: [1, 2]}}}}'
	expect "points in $kind" 0 "$HPSEARCH" "l$kind.yaml"
	check "are the same" holds "l$kind.hpsearch" 'p == [{"lr": .01, "o.b": 1}, {"lr": .02, "o.b": 2}]'
done

# What is wrong is said with its line.
cat >bad.csv <<'END'
lr,width
0.01,64

0.5,64
END
space bad.yaml random "$two" 'points: bad.csv'
expect "a point outside" 2 "$HPSEARCH" bad.yaml
check "has its line" has 'bad.csv:4: lr cannot be 0.5' err
printf 'lr,widht\n0.01,64\n' >bad.csv
expect "an unknown column" 2 "$HPSEARCH" bad.yaml
check "is a slip" has 'did you mean width?' err
printf 'lr,width\n0.01,64,3\n' >bad.csv
expect "a cell too many" 2 "$HPSEARCH" bad.yaml
check "is said" has 'bad.csv:2: has more cells than the header' err
rm bad.csv && mkfifo bad.csv
expect "a pipe" 2 within 20 "$HPSEARCH" bad.yaml
space bad.yaml random "$two" 'points: nowhere.csv'
expect "no file" 2 "$HPSEARCH" bad.yaml

# README: values that go together
# Parameters that move together, and a mapping as a value.
space zip.yaml grid 'parameters: {x: {values: [1, 2]}, cfg: {values: [{m: 1, k: a}, {m: 2, k: b}]}}' \
	'zip: [[clip, lr], [[0.5, 0.6], [0.5, 1.5], [0.2, 1.5]]]'
sed -i 's/"${args}"/"${args}", "m=${param:cfg.m}"/' zip.yaml
expect "a zip in a grid" 0 "$HPSEARCH" zip.yaml
check "is one dimension" holds zip.hpsearch 'len(p) == 12 and {(x["clip"], x["lr"]) for x in p} == {(.5, .6), (.5, 1.5), (.2, 1.5)}'
check "a part of a value reaches the script" grep -q 'm=2' zip.hpsearch/trials/0011/r0/cmd
check "and replayed" again zip.hpsearch/results.json
for method in random sobol bayes; do
	space "z$method.yaml" "$method" 'parameters: {x: {min: 0.0, max: 1.0}}' 'max_trials: 12' \
		'zip: [[[clip, lr], [[0.5, 0.6], [0.5, 1.5], [0.2, 1.5]]], [[a, b, c], [[1, 2, 3], [4, 5, 6]]]]' \
		'points: [{x: 0.5, clip: 0.5, lr: 1.5, a: 4}]'
	expect "two zips under $method" 0 "$HPSEARCH" "z$method.yaml"
	check "hold together" holds "z$method.hpsearch" \
		'{(x["clip"], x["lr"]) for x in p} == {(.5, .6), (.5, 1.5), (.2, 1.5)} and {(x["a"], x["b"], x["c"]) for x in p} == {(1, 2, 3), (4, 5, 6)}'
	check "and place a point" holds "z$method.hpsearch" 'p[0] == {"x": .5, "clip": .5, "lr": 1.5, "a": 4, "b": 5, "c": 6}'
	check "z$method: replayed" again "z$method.hpsearch/results.json"
done
space zfinite.yaml random 'zip: [[clip, lr], [[0.5, 0.6], [0.5, 1.5], [0.2, 1.5]]]'
expect "a zip alone" 0 "$HPSEARCH" zfinite.yaml
check "is exhausted" holds zfinite.hpsearch 'len(p) == 3'

# Added by hand, behind its end and while it runs.
expect "add" 0 "$HPSEARCH" add random.hpsearch --point lr=0.02,width=16,name=hand --point lr=0.03
check "says when it is run" has 'added: 2 configurations; the command that began the search runs them' err
expect "the search goes on" 0 "$HPSEARCH" random.yaml
check "with these" holds random.hpsearch \
	'p[6:] == [{"lr": .02, "width": 16}, {"lr": .03, "width": 32}] and [x["origin"] for x in t[6:]] == ["added"] * 2 and t[6]["label"] == "hand"'
check "which is replayed" again random.hpsearch
check "and from the results" again random.hpsearch/results.json
expect "once only" 0 "$HPSEARCH" random.yaml
check "they are run" holds random.hpsearch 'len(p) == 8'
expect "outside of the space" 2 "$HPSEARCH" add random.hpsearch --point lr=7
check "nothing is added" has 'lr cannot be 7' err
expect "no point" 2 "$HPSEARCH" add random.hpsearch
expect "no search" 2 "$HPSEARCH" add nowhere.hpsearch --point lr=1
echo 'nonsense' >>random.hpsearch/added.jsonl
"$HPSEARCH" add random.hpsearch --point lr=0.04 2>err
expect "a bad line in the file" 0 "$HPSEARCH" random.yaml
check "is passed over" holds random.hpsearch 'len(p) == 9 and p[8]["lr"] == .04'
expect "--fresh" 0 "$HPSEARCH" random.yaml --fresh
check "drops what was added" holds random.hpsearch 'not [x for x in t if x["origin"] == "added"]'
cat >slow.py <<'END'
import json, os, time
c = json.load(open(os.environ["HPSEARCH_CONFIG"]))
t = os.environ["HPSEARCH_TRIAL"]
while t == "1" and not os.path.exists("go"): time.sleep(.05)
print(json.dumps({"loss": c["lr"]}))
END
space live.yaml random "$two" 'max_trials: 4'
sed -i 's/train.py/slow.py/' live.yaml
"$HPSEARCH" live.yaml >live.out 2>live.err &
driver=$!
check "it runs" wait_until 30 test -e live.hpsearch/trials/0001/r0/cmd
expect "add while it runs" 0 "$HPSEARCH" add live.hpsearch --point lr=0.05,width=64
check "says so" has 'the search that runs takes them up' err
touch go
check "it ends" wait "$driver"
check "the point was next" holds live.hpsearch 'p[2] == {"lr": .05, "width": 64} and len(p) == 5'
check "and is replayed" again live.hpsearch

# README: trials of Optuna, a W&B export, any table
# Tables of others as a warm start.
cat >optuna.csv <<'END'
,number,value,datetime_start,duration,params_lr,params_width,state
0,0,0.9,2026-11-26 10:00:00,0 days 00:00:01,0.0005,16,COMPLETE
1,1,0.2,2026-11-26 10:00:01,0 days 00:00:01,0.02,64,COMPLETE
2,2,,2026-11-26 10:00:02,0 days 00:00:01,0.09,64,FAIL
3,3,0.7,2026-11-26 10:00:03,0 days 00:00:01,0.03,64,PRUNED
4,4,0.8,2026-11-26 10:00:03,0 days 00:00:01,7.0,64,COMPLETE
END
space warm.yaml bayes "$two" 'max_trials: 3' 'warm_start: optuna.csv'
expect "Optuna's table" 0 "$HPSEARCH" warm.yaml
check "its best is tried behind the defaults" holds warm.hpsearch \
	't[1]["origin"] == "warm_start" and p[1] == {"lr": .02, "width": 64}'
check "what does not fit has its line" grep -q 'line 6: lr cannot be 7' err
check "three fit" holds warm.hpsearch 'len(d["warm_start"][0]["taken"]) == 3'
rm optuna.csv
check "and is replayed without it" again warm.hpsearch/results.json
cat >wandb.csv <<'END'
"Name","State","Notes","User","Tags","Created","Runtime","Sweep","lr","width","loss"
"swift-sweep-2","finished","-","me","","2026-11-26","12","s","0.004","16","0.3"
"calm-sweep-1","crashed","-","me","","2026-11-26","3","s","0.08","32",""
END
space wwarm.yaml bayes "$two" 'max_trials: 2' 'warm_start: [wandb.csv]'
expect "W&B's export" 0 "$HPSEARCH" wwarm.yaml
check "its best is tried" holds wwarm.hpsearch 'p[1] == {"lr": .004, "width": 16}'
printf 'a,b\n1,2\n' >other.csv
space owarm.yaml bayes "$two" 'warm_start: other.csv'
expect "a table of something else" 2 "$HPSEARCH" owarm.yaml
check "is refused" has 'warm_start: other.csv has no trial that fits' err
