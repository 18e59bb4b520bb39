#!/bin/bash
# budget.cost: the model weighs what it may gain against what a trial would cost, less and
# less as the budget is used up; all of it can be made again.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

# Two equal valleys; a trial in the right one costs ten times as much.
cat >train.sh <<'E2'
#!/bin/sh
exec awk -v x="$1" -v y="$2" 'BEGIN {
	to = x < 0.5 ? 0.25 : 0.75
	printf "{\"hpsearch\": {\"cost\": %.17g}, \"loss\": %.17g}\n", x < 0.5 ? 0.1 : 1, (x - to) ^ 2 + (y - 0.3) ^ 2 }'
E2
chmod +x train.sh
space() { # lines of the file
	# shellcheck disable=SC2016 # ${x} is hpsearch's
	echo 'command: ["./train.sh", "${x}", "${y}"]'
	printf '%s\n' "method: bayes" "metric: {name: loss}" \
		"parameters: {x: {min: 0.0, max: 1.0}, y: {min: 0.0, max: 1.0}}" "$@"
}
of() { # FILE PYTHON-EXPRESSION on r
	python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); r["trials"].sort(key=lambda t: t["id"]); print(eval(sys.argv[2]))' "$1" "$2"
}

space "budget: {cost: 30}" >limited.yaml
space >free.yaml
expect "a search with a cost budget" 0 "$HPSEARCH" limited.yaml -n 40
expect "one without" 0 "$HPSEARCH" free.yaml -n 40
l=limited.hpsearch/results.json f=free.hpsearch/results.json
check "where it is cheap, it tries more" test "$(of $l 'sum(t["params"]["x"] < 0.5 for t in r["trials"][12:])')" -gt \
	"$(of $f 'sum(t["params"]["x"] < 0.5 for t in r["trials"][12:])')"
check "the whole of it is much cheaper" test \
	"$(python3 -c "print($(of $l 'sum(t["runs"][0]["cost"] for t in r["trials"])') < 0.7 * $(of $f 'sum(t["runs"][0]["cost"] for t in r["trials"])'))")" = True
check "and no worse" test "$(of $l 'r["trials"] and min(t["value"] for t in r["trials"]) < 1e-4')" = True
check "the weight is in the file" test "$(of $l 'all(0 < t["cost_weight"] <= 1 for t in r["trials"][1:])')" = True
check "not where there is no such budget" test "$(of $f 'any("cost_weight" in t for t in r["trials"])')" = False
check "it fits the schema" python3 -c '
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' $l "$SRCDIR/tests/data/results.schema.json"
expect "show says what was expected" 0 "$HPSEARCH" show limited.hpsearch --trial 30 --why
check "of the cost" grep -qE "expected cost [0-9.]+; the improvement is divided by its power (1|0[.][0-9]+)" out
expect "replay" 0 "$HPSEARCH" replay $l
expect "replay of the journal" 0 "$HPSEARCH" replay limited.hpsearch

# With a time budget that is short for so many trials, what they take is what they cost; a
# search that is killed goes on so.
cat >slow.sh <<'E2'
#!/bin/sh
[ "${1#0.[5-9]}" = "$1" ] || sleep 0.1
exec awk -v x="$1" -v y="$2" 'BEGIN {
	to = x < 0.5 ? 0.25 : 0.75
	printf "{\"loss\": %.17g}\n", (x - to) ^ 2 + (y - 0.3) ^ 2 }'
E2
chmod +x slow.sh
space "budget: {time: 1h}" | sed 's/train.sh/slow.sh/' >timed.yaml
ended() { test "$(grep -c '"e":"end"' timed.hpsearch/journal.jsonl 2>/dev/null)" -ge "$1"; }
t=timed.hpsearch/results.json
"$HPSEARCH" timed.yaml -n 100000000 -j2 -q >out 2>err &
driver=$!
wait_until 60 ended 12
kill -KILL $driver
wait $driver 2>/dev/null
"$HPSEARCH" timed.yaml -n 100000000 -j2 -q >out 2>err &
driver=$!
wait_until 60 ended 24
kill -TERM $driver
wait $driver
check "it goes on after a kill" test $? = 143
check "the weight of the time is in the file" test \
	"$(of $t 'all(0 < x["time_weight"] <= 1 and "cost_weight" not in x for x in r["trials"] if x["seen"])')" = True
check "it fits the schema" python3 -c '
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' $t "$SRCDIR/tests/data/results.schema.json"
expect "show says what was expected" 0 "$HPSEARCH" show timed.hpsearch --trial 22 --why
check "of the time" grep -qE "expected time [0-9.e-]+ s; the improvement is divided by its power (1|0[.][0-9]+)" out
expect "replay" 0 "$HPSEARCH" replay $t
expect "replay of the journal" 0 "$HPSEARCH" replay timed.hpsearch
# Which of the two was weighed is told of each proposal: another budget changes those to come.
had=$(of $t 'len(r["trials"])')
expect "it goes on with a budget of cost" 0 "$HPSEARCH" timed.yaml -n $((had + 2)) --set budget.cost=9
check "the rest weighs cost" test "$(of $t "['cost_weight' in x for x in r['trials'][1:]] == [i >= $had for i in range(1, $had + 2)]")" = True
expect "replay of both" 0 "$HPSEARCH" replay $t
expect "and from the journal" 0 "$HPSEARCH" replay timed.hpsearch
expect "time that is not short" 0 "$HPSEARCH" timed.yaml -n 6 --set budget.time=90d --fresh
check "has no say" test "$(of $t 'any("time_weight" in x for x in r["trials"])')" = False
space "budget: {time: 1h}" "deterministic: true" "max_trials: 6" >same.yaml
expect "where proposals are not to depend on what finishes first" 0 "$HPSEARCH" same.yaml -j2
check "it has none either" test "$(of same.hpsearch/results.json 'any("time_weight" in x for x in r["trials"])')" = False

# It goes on with more money: what was proposed with less in sight stays as it was.
space "budget: {cost: 9}" >more.yaml
expect "a small budget" 0 "$HPSEARCH" more.yaml -n 200 -j2
check "at the end the cost counts less" test \
	"$(of more.hpsearch/results.json '0 < r["trials"][-1]["cost_weight"] < 0.5')" = True
expect "replay of that" 0 "$HPSEARCH" replay more.hpsearch/results.json
had=$(of more.hpsearch/results.json 'len(r["trials"])')
expect "a larger one" 0 "$HPSEARCH" more.yaml -n 200 -j2 --set budget.cost=18
# (Spent by then: less than 9 and two runs of 1; the weight is 2 (1 - 11 / 18) at the least.)
check "it counts again" test "$(of more.hpsearch/results.json "r['trials'][$had]['cost_weight'] > 0.7")" = True
expect "replay of both" 0 "$HPSEARCH" replay more.hpsearch/results.json
# Runs that ended at once may have been added up the other way round.
added() { python3 - "$1" <<'P'
import json, os, sys
sys.path.insert(0, os.environ["SRCDIR"] + "/tests/tools")
sys.dont_write_bytecode = True
import edit_results
d = json.load(open("more.hpsearch/results.json"))
d["search"]["cost"] *= 1 + float(sys.argv[1])
edit_results.write(d, "added.json")
P
}
added 4e-16
expect "a sum in another order" 0 "$HPSEARCH" replay added.json
added 1e-11
expect "another sum" 5 "$HPSEARCH" replay added.json
expect "and from the journal" 0 "$HPSEARCH" replay more.hpsearch

# Of what is never reported nothing is ever spent.
space "budget: {cost: 6}" | sed 's/train.sh/silent.sh/' >silent.yaml
# shellcheck disable=SC2016 # of the script
printf '#!/bin/sh\necho "{\\"loss\\": $1}"\n' >silent.sh
chmod +x silent.sh
expect "no cost is reported" 0 "$HPSEARCH" silent.yaml -n 6
check "which is said once" test "$(grep -c "no run has reported a cost" err)" = 1
expect "with costs" 0 "$HPSEARCH" more.yaml -n 3 --fresh
check "nothing is said" lacks "reported a cost" err

# Runs that are interrupted have cost what they had said by then: a budget that is interrupted
# often is spent all the same.
# shellcheck disable=SC2016 # of the script
printf '#!/bin/sh\necho "{\\"hpsearch\\": {\\"cost\\": 5}}"\ntouch said\nsleep 1000\n' >long.sh
chmod +x long.sh
space "budget: {cost: 12}" | sed 's/train.sh/long.sh/' >long.yaml
for session in 1 2 3; do
	rm -f said
	"$HPSEARCH" long.yaml -q >out 2>err &
	driver=$!
	wait_until 60 test -e said
	sleep 0.2 # until what it has said is read
	kill -TERM $driver
	wait $driver
	check "session $session is interrupted" test $? = 143
	check "what it had said is counted" test \
		"$("$HPSEARCH" show long.hpsearch -f json | python3 -c '
import json, sys
print(json.load(sys.stdin)["search"]["cost"])')" = $((session * 5))
done
expect "then the budget is spent" 3 within 60 "$HPSEARCH" long.yaml -q
check "and said to be" has "the cost budget of 12 is spent" long.hpsearch/journal.jsonl
expect "replay of a search that was interrupted" 0 "$HPSEARCH" replay long.hpsearch
