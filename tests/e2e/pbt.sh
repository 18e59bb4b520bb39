#!/bin/bash
# method: pbt: a population that trains in intervals, its schedule, and what becomes of both
# when everything is killed on the way.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

population() { # FILE EPOCH_MS EXTRA…
	cat >"$1" <<-EOF
		command: [$FAKE, descent, --noise=0, --epoch-ms=$2, "\${args}"]
		method: pbt
		metric: {name: loss, goal: minimize}
		pbt: {population: 6, interval: 4, max_iter: 20, step: epoch, quantile: 0.33}
		parameters:
		  lr: {min: 0.01, max: 1, log: true}
		  unused: {values: [1, 2, 3]}
		report: false
		seed: 8
	EOF
	shift 2
	printf '%s\n' "$@" >>"$FILE"
}
FILE=p.yaml population p.yaml 0
FILE=slow.yaml population slow.yaml 4

expect "a population trains" 0 "$HPSEARCH" p.yaml -j1
check "every member comes to the end" \
	holds p.hpsearch 'len(t) == 30 and all(x["outcome"] == "ok" for x in t)'
check "each interval begins where another one ended" holds p.hpsearch 'all(
	r[i]["reports"][0][0] == r[x["from"]]["reports"][-1][0] + 1
	for i, x in enumerate(t) if "from" in x)'
check "and with what was reached there" holds p.hpsearch 'all(abs(r[i]["reports"][0][1] -
	((1 - p[i]["lr"])**2 * r[x["from"]]["reports"][-1][1] + p[i]["lr"]**2)) < 1e-12
	for i, x in enumerate(t) if "from" in x)'
check "the two worst of six copy one of the two best" holds p.hpsearch '[
	t[x["from"]]["member"] != x["member"] for x in t[6:12]].count(True) == 2 and all(
	sorted(y["value"] for y in t[:6]).index(t[x["from"]]["value"]) < 2
	for x in t[6:12] if t[x["from"]]["member"] != x["member"])'
check "who goes on keeps its parameters" holds p.hpsearch 'all(
	p[i] == p[x["from"]] for i, x in enumerate(t)
	if "from" in x and t[x["from"]]["member"] == x["member"])'
check "a lineage has one seed" holds p.hpsearch 'all(
	r[i]["seed"] == r[x["from"]]["seed"] for i, x in enumerate(t) if "from" in x)'
# A rate c comes to (1-c)^40 + c/(2-c) (1 - (1-c)^40), 0.0666 at the best; the best schedule to 1/21.
check "the schedule does what no constant rate can" holds p.hpsearch '(1/21 <
	min(x["value"] for x in t) < min((1-c)**40 + c/(2-c) * (1 - (1-c)**40)
	for c in [i / 1000 for i in range(1, 1000)]))'
expect "replay decides the same again" 0 "$HPSEARCH" replay p.hpsearch
expect "and from the results file" 0 "$HPSEARCH" replay p.hpsearch/results.json

# Elsewhere, where nobody sees our folders: a checkpoint travels with the run that goes on from it.
FILE=far.yaml population far.yaml 4 "launcher: [env]" "transfer: none" "parallel: 2"
"$HPSEARCH" far.yaml -q >out 2>err &
driver=$!
nine() { [ "$(grep -c '"e":"end"' far.hpsearch/journal.jsonl)" -ge 9 ]; }
check "agents without our folders train a population" wait_until 30 nine
kill -KILL $driver
wait $driver 2>/dev/null
expect "and go on with it after a kill" 0 "$HPSEARCH" far.yaml
check "each interval goes on with what was reached" holds far.hpsearch 'len(t) == 30 and all(
	r[i]["reports"][0][0] == r[x["from"]]["reports"][-1][0] + 1 and abs(r[i]["reports"][0][1] -
	((1 - p[i]["lr"])**2 * r[x["from"]]["reports"][-1][1] + p[i]["lr"]**2)) < 1e-12
	for i, x in enumerate(t) if "from" in x)'
expect "its schedule runs there again" 0 "$HPSEARCH" rerun-schedule far.hpsearch --yes --pairs 6 -q
expect "replay" 0 "$HPSEARCH" replay far.hpsearch

expect "the schedule as JSON" 0 "$HPSEARCH" best p.hpsearch -f schedule
cp out schedule.json
check "its steps and values are those of the lineage" python3 -c '
import json
s, d = json.load(open("schedule.json")), json.load(open("p.hpsearch/results.json"))
t = {x["id"]: x for x in d["trials"]}
i = s["intervals"]
assert [x["from"] for x in i] == [0, 4, 8, 12, 16] and i[-1]["to"] == s["steps"] == 20
assert all(t[b["trial"]]["from"] == a["trial"] for a, b in zip(i, i[1:]))
assert all(x["params"] == t[x["trial"]]["params"] for x in i)
at = lambda lr, step: [v for b, v in lr if b <= step][-1]
assert all(at(s["parameters"]["lr"], x["from"]) == x["params"]["lr"] for x in i)
assert s["value"] == i[-1]["value"] == min(x["value"] for x in t.values())'
expect "the schedule as a picture" 0 "$HPSEARCH" plot p.hpsearch schedule -o schedule.svg
check "which changes where the schedule does" python3 -c '
import json, re
changes = [b for b, v in json.load(open("schedule.json"))["parameters"]["lr"]]
text = open("schedule.svg").read()
panel = text[text.index(">lr over the training</text>"):].split("</g></g>")[0]
first, level, rest = re.search(r"class=.best. d=.M([\d.]+) ([\d.]+)([HV\d.]*)", panel).groups()
places, end = [float(first)], None
for x, y in re.findall(r"H([\d.]+)V([\d.]+)", rest):
    end = float(x)
    if y != level:
        places.append(end)
    level = y
assert len(places) == len(changes) > 1, (places, changes)
assert all(abs(x - places[0] - (end - places[0]) * s / 20) < 0.2 for x, s in zip(places, changes)), (places, changes)'
expect "on the page" 0 "$HPSEARCH" report p.hpsearch -o pbt.html
check "each interval of the schedule is a row" [ "$(sed -n '/id="schedule"/,$p' pbt.html | sed '/id="ablation"\|id="file"/,$d' | grep -c '^<tr data-row')" = 5 ]
expect "there is no race in it" 2 "$HPSEARCH" plot p.hpsearch race
expect "the schedule as YAML" 0 "$HPSEARCH" best p.hpsearch -f schedule-yaml
check "which says the same" sh -c 'grep -q "^steps: 20$" out && grep -q "^  lr: \[\[0, " out'
copied=$(json p.hpsearch/results.json 'min(x["id"] for x in d["trials"] if "from" in x and
	[y for y in d["trials"] if y["id"] == x["from"]][0]["member"] != x["member"])')
expect "why it copies" 0 "$HPSEARCH" show p.hpsearch --trial "$copied" --why
check "is said" sh -c 'grep -q "6 members were known to have come to step 4;" out &&
	grep -q "the last 2 of them copy one of the first 2: it copies trial" out'

# --- what a checkpoint may be: here a tebibyte, of which a few bytes are there ---
sed -e "s/^command: .*/command: [sh, hollow, '\${args}']/" -e 's/max_iter: 20/max_iter: 8/' p.yaml >hollow.yaml
cat >hollow <<-EOF
	"$FAKE" descent --noise=0 --epoch-ms=0 "\$@" || exit
	big="\$HPSEARCH_DIR/big"
	[ -e "\$big" ] || truncate -s 1T "\$big.new"
	[ -e "\$big" ] || { printf head | dd of="\$big.new" conv=notrunc; printf tail >>"\$big.new"; mv "\$big.new" "\$big"; } 2>/dev/null
EOF
if truncate -s 1T sparse 2>/dev/null; then
	expect "a checkpoint with a hole" 0 within 60 "$HPSEARCH" hollow.yaml -j1 -q
	check "is copied with it" python3 -c '
import json, os
d = json.load(open("hollow.hpsearch/results.json"))
later = [t for t in d["trials"] if "from" in t]
assert later
for t in later:
    name = "hollow.hpsearch/trials/%04d/r0/big" % t["id"]
    with open(name, "rb") as f:
        assert f.read(5) == b"head\0" and os.path.getsize(name) == 2**40 + 4
        f.seek(2**40 - 1)
        assert f.read() == b"\0tail"
    assert os.stat(name).st_blocks < 1000'
	rm -rf hollow.hpsearch sparse
else
	skip "a checkpoint with a hole" "no file can be that large here"
fi

# --- killed, and taken up again ---
"$HPSEARCH" slow.yaml -j1 >/dev/null 2>&1 &
driver=$!
trials() { [ "$(grep -c '"e":"trial"' slow.hpsearch/journal.jsonl)" -ge "$1" ]; }
check "it is under way" wait_until 60 trials 8
kill -9 $driver
wait $driver 2>/dev/null
"$HPSEARCH" slow.yaml -j1 >/dev/null 2>&1 &
driver=$!
check "it goes on" wait_until 60 trials 19
kill -9 $driver
wait $driver 2>/dev/null
# A copy that was not finished is none.
mkdir -p slow.hpsearch/trials/0029/r0.copy && echo torn >slow.hpsearch/trials/0029/r0.copy/model
expect "it comes to its end" 0 "$HPSEARCH" slow.yaml -j1
"$HPSEARCH" best slow.hpsearch -f schedule >again.json 2>/dev/null
check "killed twice: the same schedule" cmp schedule.json again.json
check "nothing that had ended ran twice" sh -c \
	'! grep "\"e\":\"end\"" slow.hpsearch/journal.jsonl | grep -o "\"t\":[0-9]*" | sort | uniq -d | grep .'
check "no copy is left" sh -c '! ls -d slow.hpsearch/trials/*/r0.copy 2>/dev/null'
expect "replay of it" 0 "$HPSEARCH" replay slow.hpsearch

# In step with one another it does not matter who is first.
sed 's/^seed: 8/seed: 8\ndeterministic: true/; s/population: 6/population: 4/; s/max_iter: 20/max_iter: 12/' \
	p.yaml >d.yaml
expect "members that wait for one another" 0 "$HPSEARCH" d.yaml -j1 --out d1
expect "in parallel" 0 "$HPSEARCH" d.yaml -j4 --out d4
"$HPSEARCH" best d1 -f schedule >d1.json 2>/dev/null
"$HPSEARCH" best d4 -f schedule >d4.json 2>/dev/null
check "come to the same schedule" cmp d1.json d4.json

# --- checkpoints that nobody needs any more ---
(cat p.yaml && echo 'artifacts: [model]' && echo 'keep: 1') >k.yaml
expect "a population that keeps one checkpoint" 0 "$HPSEARCH" k.yaml -j1
"$HPSEARCH" best k.hpsearch -f schedule >k.json 2>/dev/null
check "finds the same schedule" cmp schedule.json k.json
check "and keeps that of the winner alone" sh -c \
	'[ "$(ls k.hpsearch/trials/*/r0/model)" = "$(printf "k.hpsearch/trials/%04d/r0/model" \
	"$(grep -o "\"trial\":[0-9]*" k.json | head -1 | cut -d: -f2)")" ]'

# --- trained afresh: without noise the very same comes out ---
expect "the schedule is trained afresh" 0 "$HPSEARCH" rerun-schedule p.hpsearch --pairs 3 -j2
check "and said to be what it is" sh -c 'grep -q "^the schedule of trial .*, trained afresh with 3 seeds in 5 intervals$" out &&
	grep -q "^  better than the constant parameters of trial .* over 3 pairs$" out'
check "what it comes to is what the search saw" python3 -c '
import json
x = json.load(open("p.hpsearch/schedule/schedule.json"))["candidates"]
assert x[0]["values"] == [json.load(open("schedule.json"))["value"]] * 3
best = x[1]["schedule_better_by"]
assert best["pairs"] == 3 and best["mean"] == x[1]["values"][0] - x[0]["values"][0] > 0'
cp p.hpsearch/schedule/schedule.json whole.json
"$HPSEARCH" rerun-schedule p.hpsearch --pairs 3 -j1 --fresh >/dev/null 2>&1 &
driver=$!
ended() { [ "$(grep -c '"e":"verify_end"' p.hpsearch/schedule/journal.jsonl)" -ge "$1" ]; }
wait_until 60 ended 7
kill -9 $driver
wait $driver 2>/dev/null
expect "killed, it goes on" 0 "$HPSEARCH" rerun-schedule p.hpsearch --pairs 3
check "to the same" cmp whole.json p.hpsearch/schedule/schedule.json
expect "show shows it" 0 "$HPSEARCH" show p.hpsearch/schedule -f json
check "as it stands there" cmp whole.json out
expect "replay of it" 0 "$HPSEARCH" replay p.hpsearch/schedule
sed -i 's/"seeds":3/"seeds":4/' p.hpsearch/schedule/schedule.json
expect "which an edit does not pass" 5 "$HPSEARCH" replay p.hpsearch/schedule
expect "with other seeds it is another one" 2 "$HPSEARCH" rerun-schedule p.hpsearch --pairs 4
expect "a directory of it is no search" 2 "$HPSEARCH" rerun-schedule p.hpsearch/schedule
check "is said" has "is no search but a schedule trained afresh" err
sed '/^pbt:/d; s/^method: pbt/method: random/; s/"${args}"/--epochs=2, &/' p.yaml >r.yaml
"$HPSEARCH" r.yaml -n 2 >/dev/null 2>&1
expect "nor has another method a schedule" 2 "$HPSEARCH" rerun-schedule r.hpsearch
check "is said, too" has "method: random finds no schedule" err
expect "nor best" 2 "$HPSEARCH" best r.hpsearch -f schedule

cp -r p.hpsearch gone && expect "a search that begins again" 0 "$HPSEARCH" p.yaml --fresh --out gone -n 2
check "takes what was made of it away" test ! -e gone/schedule

# --- what is edited is found ---
edited() { # EXPRESSION: on t, the trials by number
	python3 - "$1" <<-'EOF'
		import json, sys, re
		lines = open("p.hpsearch/journal.jsonl").read().splitlines()
		table = []
		for i in range(256):
		    c = i
		    for _ in range(8):
		        c = c >> 1 ^ (0x82F63B78 if c & 1 else 0)
		    table.append(c)
		def crc(b):
		    c = 0xFFFFFFFF
		    for x in b:
		        c = c >> 8 ^ table[(c ^ x) & 255]
		    return c ^ 0xFFFFFFFF
		was, now = sys.argv[1].split(" => ")
		out, n = [], 0
		for l in lines:
		    body = l[:l.rindex(',"crc"')]
		    if not n and re.search(was, body):
		        body, n = re.sub(was, now, body), 1
		        l = body + ',"crc":"%08x"}' % crc(body.encode())
		    out.append(l)
		assert n == 1
		import os
		os.makedirs("edited", exist_ok=True)
		open("edited/journal.jsonl", "w").write("\n".join(out) + "\n")
	EOF
}
check "a decision is edited" edited "(\"t\":$copied,.*\"from\":)[0-9]+ => \\g<1>$((copied - 6))"
expect "which replay finds" 5 "$HPSEARCH" replay edited
check "and says" has "trial $copied: recorded that member" out
check "a parameter is edited" edited "(\"t\":$copied,.*\"u\":\\[)[0-9.e-]+ => \\g<1>0.5"
expect "which replay finds, too" 5 "$HPSEARCH" replay edited
check "a lineage that cannot be" edited "(\"t\":7,.*\"from\":)[0-9]+ => \\g<1>7"
expect "is refused" 2 "$HPSEARCH" show edited
check "with its line" has "a trial of a population that does not fit what came before it" err

# --- trainings that a population cannot work with ---
sed 's/descent, --noise=0/curve/' p.yaml >curve.yaml
expect "no checkpoint is left" 3 "$HPSEARCH" curve.yaml
check "is said, with the way out" sh -c 'grep -q "trial 0 has ended and left no checkpoint" err &&
	grep -q "help: a training under method: pbt begins with the checkpoint" err'
cat >forgets.sh <<'EOF'
for e in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ $e -gt "$HPSEARCH_STEP_BUDGET" ] || echo "{\"epoch\": $e, \"loss\": 1}"
done
touch "$HPSEARCH_DIR/model"
EOF
sed 's,^command: .*,command: [sh\, forgets.sh\, "${args}"],' p.yaml >forgets.yaml
expect "the checkpoint is not read" 3 "$HPSEARCH" forgets.yaml
check "is said" has "behind step 4, and began at step 1" err
cat >beyond.sh <<'EOF'
for e in 1 2 3 4 5; do echo "{\"epoch\": $e, \"loss\": 1}"; done
touch "$HPSEARCH_DIR/model"
EOF
sed 's,^command: .*,command: [sh\, beyond.sh\, "${args}"],' p.yaml >beyond.yaml
expect "the interval is not kept" 3 "$HPSEARCH" beyond.yaml
check "is said, too" has "was to end at step 4 (HPSEARCH_STEP_BUDGET) and has come to step 5" err

# --- members that fail are replaced ---
cat >fails.sh <<'EOF'
[ "$HPSEARCH_TRIAL" != 2 ] || exit 1
exec "$FAKE" descent --noise=0 --epoch-ms=0 "$@"
EOF
sed 's,^command: .*,command: [sh\, fails.sh\, "${args}"],; s/max_iter: 20/max_iter: 12/' \
	p.yaml >fails.yaml
expect "a member fails" 0 "$HPSEARCH" fails.yaml -j1
check "and copies a better one" holds fails.hpsearch '(len(t) == 18 and
	t[2]["outcome"] == "failed" and not any(x.get("from") == 2 for x in t) and
	sum(x["member"] == 2 for x in t) == 3)'
expect "replay of that" 0 "$HPSEARCH" replay fails.hpsearch
echo 'exit 1' >fails.sh
expect "nothing trains afresh" 3 "$HPSEARCH" rerun-schedule fails.hpsearch --pairs 3
check "so nothing is compared" grep -q '^  not compared with the .*: no seed has a value of both$' out
# Only the schedule's own trainings forget where they were, at their second interval.
cat >fails.sh <<'EOF'
case $PWD/$HPSEARCH_DIR in *schedule*) [ "$HPSEARCH_STEP_BUDGET" != 8 ] || rm -f "$HPSEARCH_DIR/model" ;; esac
exec "$FAKE" descent --noise=0 --epoch-ms=0 "$@"
EOF
expect "trainings that begin again" 3 "$HPSEARCH" rerun-schedule fails.hpsearch --pairs 3 --fresh
check "are seen" grep -qE '^[0-9]+ trainings began again instead of going on' out
check "and trained no further" python3 -c '
import json, sys
c = json.load(open("fails.hpsearch/schedule/schedule.json"))["candidates"]
sys.exit(not all(x["forgot"] == x["failed"] == 3 and x["values"] == [None] * 3 for x in c))'
expect "replay sees the same" 0 "$HPSEARCH" replay fails.hpsearch/schedule
if python3 -c 'import jsonschema' 2>/dev/null; then
	check "the schema holds" python3 -c '
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' \
		fails.hpsearch/results.json "$SRCDIR/tests/data/results.schema.json"
else
	skip "the schema holds" "no python3-jsonschema"
fi

# --- what is about single configurations ---
for what in importance refine reproduce verify ablate recheck; do
	expect "$what is refused" 2 "$HPSEARCH" $what p.hpsearch
	check "$what: with the way out" has "what method: pbt finds is a schedule" err
done
expect "so is diff" 2 "$HPSEARCH" diff p.hpsearch fails.hpsearch
check "diff: with the way out" has "what method: pbt finds is a schedule" err
expect "so is ask" 2 "$HPSEARCH" init p.yaml --out asked
check "with its way out" has "hpsearch run FILE.yaml" err
