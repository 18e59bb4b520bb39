#!/bin/bash
# Settings that answer the same items: batches, who leaves, answers kept through kills and
# exit 75, what is refused, and all of it shown and replayed.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

# Answers items with a chance that hangs on t alone; bought says what was paid for. MODE
# makes it leave items out, answer some twice, or give up half way with 75.
cat >ask.py <<'P'
import json, os, random, sys, time
t, mode = float(sys.argv[1].split("=")[1]), os.environ.get("MODE", "")
given = [json.loads(line)["id"] for line in open(os.environ["HPSEARCH_ITEMS"])]
bought = os.open("bought", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for i, q in enumerate(given):
    if mode == "slow":
        time.sleep(0.02)
    if mode == "twice" and i == 3 and not os.path.exists(os.environ["HPSEARCH_DIR"] + "/before"):
        open(os.environ["HPSEARCH_DIR"] + "/before", "w").close()
        sys.exit(75)
    if mode == "lazy" and q.endswith("5"):
        continue
    score = int(random.Random(f"{q} {t}").random() < 0.9 - 0.8 * abs(t - 0.4))
    os.write(bought, f"{t} {q}\n".encode())
    print(json.dumps({"item": q, "score": 7 if mode == "wide" and q.endswith("5") else score, "cost": 0.25, "latency": 2}),
          flush=True)
    if mode == "noisy":
        print(json.dumps({"item": q, "score": 1 - score, "cost": 9}))
        print(json.dumps({"item": "nobody", "score": 1}), '{"item": "q', sep="\n")
P
for i in $(seq 60); do echo "{\"id\": \"q$i\", \"kind\": \"k$((i % 3))\", \"text\": \"…\"}"; done >q.jsonl

three="{values: [0.0, 0.4, 1.0], default: 1.0}"
# space FILE METHOD REST [RANGE]: a search of t over the items.
space() {
	cat >"$1" <<Y
command: [python3, ask.py, "\${args}"]
method: $2
metric: {name: accuracy, goal: maximize}
items: {file: q.jsonl, batch: 20, test: ${share:-0}, stratum: kind}
parameters: {t: ${4:-$three}}
$3
Y
}
once() { [ "$(sort bought | uniq -d | wc -l)" = 0 ]; }
bought() { wc -l <bought; }
more() { [ "$(bought)" -gt "$1" ]; }
fresh() { rm -rf bought; }

share=0.2 space a.yaml grid "parallel: 2"
"$HPSEARCH" a.yaml >out 2>err
verdict=$?
check "a race of three settings" [ $verdict = 0 -o $verdict = 5 ]
check "ends with the best" holds a.hpsearch 't[1]["rank"] == 1 and t[1]["outcome"] == "ok"'
check "the worst have left, and it says behind whom" holds a.hpsearch \
	't[2]["outcome"] == "stopped" and t[2]["left"]["leader"] == 1 and 0 < t[2]["left"]["at_least"] < t[2]["left"]["behind"]'
check "with fewer answers than all" test "$(bought)" -lt 168
check "none of them bought twice" once
check "money is counted by answer, but for the test" holds a.hpsearch "d[\"search\"][\"cost\"] == $(($(bought) - 24)) / 4"
check "every batch is the same items for all" holds a.hpsearch \
	'all(sorted(x[0] for x in u["runs"][0]["reports"]) == list(range(20)) for u in t)'
expect "it is shown" 0 "$HPSEARCH" show a.yaml
check "with the answers of each" has "answers" out
check "and why it left" has "worse than trial 1 by" out
expect "the journal replays" 0 "$HPSEARCH" replay a.hpsearch
check "its decisions too" has "decision" out
expect "the results replay" 0 "$HPSEARCH" replay a.hpsearch/results.json
check "a decision that the answers do not bear is found" python3 - <<'P'
import json, re, subprocess, sys, os
text = open("a.hpsearch/results.json").read()
open("bad.json", "w").write(re.sub(r'"behind":[0-9.]+', '"behind":0.75', text, count=1))
sys.exit(subprocess.run([os.environ["HPSEARCH"], "replay", "bad.json"], capture_output=True).returncode != 5)
P
check "the winner and the defaults are asked what was kept, item by item" holds a.hpsearch \
	'd["verification"]["test_items"] == {"use": "paired", "n": 12, "why": None, "again": 0, "unread": 0} and d["verification"]["test_uses"] == 2'
check "and that is no item of the search" python3 - <<'P'
import json
reports = [json.loads(line) for line in open("a.hpsearch/journal.jsonl") if "report" in line]
seen, tested = ({r["item"] for r in reports if r["e"] == kind} for kind in ("report", "verify_report"))
assert len(seen) == 48 and len(tested) == 12 and not seen & tested
P
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	check "the results fit their schema" /usr/bin/python3 -c "import json, jsonschema
jsonschema.validate(json.load(open('a.hpsearch/results.json')), json.load(open('$SRCDIR/tests/data/results.schema.json')))"
fi
expect "the race as a picture" 0 "$HPSEARCH" plot a.hpsearch race -o race.svg
check "the mean of every setting after every batch, in the order of its items" python3 - <<'P'
import json, re
text, places = open("race.svg").read(), []
for t in json.load(open("a.hpsearch/results.json"))["trials"]:
    score, ends = [], []
    for run in t["runs"]:
        if run["outcome"] != "ok" or len(run["reports"]) < min(20, 48 - len(score)):
            break
        score += [r[1] for r in sorted(run["reports"])]
        ends.append(sum(score) / len(score))
    d = re.search(r'class="curve (?:ok|stopped)" data-t="%d" d="([^"]*)"' % t["id"], text)[1]
    drawn = [tuple(map(float, p)) for p in re.findall(r"[ML]([\d.]+) ([\d.]+)", d)]
    assert len(drawn) == len(ends) > 0, (t["id"], drawn, ends)
    places += [(mean, y) for mean, (_, y) in zip(ends, drawn)]
(low, a), (high, b) = min(places), max(places)
assert high - low > 0.3 and all(abs(a + (b - a) * (m - low) / (high - low) - y) < 0.11 for m, y in places), places
P
expect "and on the page" 0 "$HPSEARCH" report a.hpsearch -o race.html
check "with what it came to" grep -q "^<pre>items .* answers, .* left early" race.html
check "and no curve of answers" eval '! grep -q "id=.h-curves" race.html'
n=$(bought)
expect "run again it buys nothing" "$verdict" "$HPSEARCH" a.yaml
check "indeed" test "$n" = "$(bought)"
sed -i 's/q60/q61/' q.jsonl
expect "another file of items is refused" 2 "$HPSEARCH" a.yaml
check "with the way out" has "--fresh discards" err
sed -i 's/q61/q60/' q.jsonl

sed 's/"cost": 0.25/"price": 1/' ask.py >free.py
space f.yaml list "points: [{t: 0.4}]
budget: {cost: 5}"
sed -i 's/ask.py/free.py/' f.yaml
fresh
expect "a budget that nothing uses up ends no search" 0 "$HPSEARCH" f.yaml
check "and it says which line of an answer counts" has 'that of an answer, as in {"item"' err

space k.yaml grid "env: {MODE: slow}"
fresh
"$HPSEARCH" k.yaml >/dev/null 2>&1 &
pid=$!
wait_until 30 test -s bought
wait_until 30 more 15
for _ in 1 2 3; do
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	n=$(bought)
	"$HPSEARCH" k.yaml >/dev/null 2>&1 &
	pid=$!
	wait_until 30 more $((n + 4))
done
expect "killed three times it ends" 0 wait "$pid"
check "and no answer was bought twice but those that a kill cut off" \
	test "$(sort bought | uniq -d | wc -l)" -le 3
expect "that journal replays" 0 "$HPSEARCH" replay k.hpsearch
check "to the same end" holds k.hpsearch 't[1]["rank"] == 1'

space p.yaml list "points: [{t: 0.4}]
env: {MODE: twice}"
fresh
expect "exit 75 asks for the rest only" 0 "$HPSEARCH" p.yaml
check "of every batch" once
check "and all are answered" holds p.hpsearch 'all(len(u["reports"]) == 20 for u in t[0]["runs"])'

space n.yaml list "points: [{t: 0.4}]
env: {MODE: noisy}"
fresh
expect "of an item answered twice the first answer counts" 0 "$HPSEARCH" n.yaml
check "and a note of each run says so" holds n.hpsearch 'all(u["note"].endswith("to items that it was not given; '"\
"'20 answers to items that had one, of which the first counts") for u in t[0]["runs"])'
check "and costs" holds n.hpsearch 'd["search"]["cost"] == 60 / 4'
check "as without the second" test "$(json n.hpsearch/results.json 'd["trials"][0]["value"]')" = \
	"$(json p.hpsearch/results.json 'd["trials"][0]["value"]')"

space l.yaml list "points: [{t: 0.4}]
env: {MODE: lazy}"
fresh
expect "an item that is never answered fails the run" 3 "$HPSEARCH" l.yaml
check "by name" holds l.hpsearch '"items were not answered (no answer: q" in t[0]["reason"]'
check "after the rest of it was asked for again" holds l.hpsearch 'r[0]["attempts"] == 3'
check "and the others are not bought again" once

space w.yaml list "points: [{t: 0.4}]
env: {MODE: wide}"
fresh
expect "a score beyond its range is none" 3 "$HPSEARCH" w.yaml
check "and said so" holds w.hpsearch '"outside of items.range [0, 1] (q" in t[0]["reason"]'

space b.yaml bayes "max_trials: 11
seed: 3" '{min: 0.0, max: 1.0, default: 0.9}'
fresh
expect "a strategy that learns races too" 0 "$HPSEARCH" b.yaml
check "most have left early" holds b.hpsearch 'sum("left" in u for u in t) >= 3'
expect "its proposals replay" 0 "$HPSEARCH" replay b.hpsearch/results.json
for again in ablate recheck reproduce; do
	expect "$again has no items to give" 2 "$HPSEARCH" $again b.hpsearch/results.json
	check "and $again says so" has "a search over items is not run again in this version" err
done
expect "refine writes a file that has them" 0 "$HPSEARCH" refine b.hpsearch/results.json
check "as they were" has "items: {file: q.jsonl" out

space m.yaml grid "repeats: 2
budget: {cost: 15}"
fresh
expect "what is spent ends a search" 0 "$HPSEARCH" m.yaml
check "by its answers" holds m.hpsearch 'd["search"]["state"] == "budget" and 15 <= d["search"]["cost"] < 21'

expect "check says what is asked" 0 "$HPSEARCH" check a.yaml
check "of which items" has "48 of q.jsonl, in 3 batches of 20; 12 others are kept for the test" out

# How fast: a rate of items, and back-off after exit 75.
space r.yaml list "points: [{t: 0.4}]
concurrency: 2
rate: 100/s"
fresh
expect "check says how long a rate takes" 0 "$HPSEARCH" check r.yaml
check "of all items" has "rate         100/s: so many items may begin; all take 0.6 s at the least" out
expect "items at a rate" 0 "$HPSEARCH" r.yaml
check "a batch begins when the one before it has flowed in again" python3 - <<'P'
import json
at = [e["time"] for e in map(json.loads, open("r.hpsearch/journal.jsonl")) if e["e"] == "start"]
assert len(at) == 3 and all(b - a > 0.2 - 0.002 for a, b in zip(at, at[1:])), at
P
cat >busy.sh <<'END'
[ -e go ] || exit 75
exec python3 ask.py "$@"
END
waits() { grep -q '"wait":' "$1.hpsearch/journal.jsonl"; }
# later NAME BACKOFF: a search whose first run says 75.
later() {
	space "$1.yaml" list "points: [{t: 0.4}]
backoff: $2"
	sed -i 's/\[python3, ask.py/[sh, busy.sh/' "$1.yaml"
	rm -f go
	fresh
	"$HPSEARCH" "$1.yaml" >log 2>&1 &
	pid=$!
	wait_until 30 waits "$1"
}
later c 1h
check "a back-off is shown" wait_until 30 grep -Eq '^trial 0 run 0 preempted: queued again in [3-6][0-9]m' log
kill -USR1 $pid # as Ctrl-C, which a job of a script does not hear
wait $pid
check "a stop ends one of an hour" test $? = $((128 + 10))
touch go
sed -i 's/backoff: 1h/backoff: {base: 10ms, max: 10ms}/' c.yaml
expect "a shorter one counts at once" 0 "$HPSEARCH" c.yaml
later d '{base: 2s, max: 4s}'
kill -9 $pid
wait $pid 2>/dev/null
touch go
expect "killed in its back-off it goes on" 0 "$HPSEARCH" d.yaml
check "not before that is over" python3 - <<'P'
import json
e = [e for e in map(json.loads, open("d.hpsearch/journal.jsonl")) if e["e"] in ("start", "end")]
assert e[1]["wait"] >= 1 and e[2]["time"] >= e[1]["time"] + e[1]["wait"] - 0.002, e
P
check "and no answer is bought twice" once
expect "its journal replays" 0 "$HPSEARCH" replay d.hpsearch
