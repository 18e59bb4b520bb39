#!/bin/bash
# Tables in every format and width; ls, diff and log: what stands in them is what the
# searches are, whatever their names hold.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

# A terminal of COLUMNS for a command's output, into out, without carriage returns.
on_terminal() { # COLUMNS WORDS…
	local columns=$1
	shift
	COLUMNS=$columns script -qec "$(printf '%q ' "$@")" /dev/null >out.raw 2>err </dev/null
	local code=$?
	tr -d '\r' <out.raw >out
	return $code
}
# No line is wider than that, but a label with one word.
narrow() { # COLUMNS
	python3 -c '
import sys
wide = [l for l in open("out", encoding="utf-8").read().splitlines()
        if len(l) > int(sys.argv[1]) and len(l.split()) > 2]
print("\n".join(wide))
sys.exit(bool(wide))' "$1"
}

# Twenty parameters, of which two matter: loss = (p03 - 0.3)^2 + lr.
{
	cat <<Y
command: [python3, -c, 'import json, os; p = json.load(open(os.environ["HPSEARCH_CONFIG"])); print(json.dumps({"loss": round((p["p03"] - 0.3) ** 2 + p["lr"], 9)}))']
args: none
method: random
metric: {name: loss}
max_trials: 12
parallel: 2
parameters:
  lr: {min: 0.0, max: 0.5}
  optimizer: {values: [adam, sgd]}
  note: {values: [a_constant]}
Y
	for i in $(seq -w 0 16); do echo "  p$i: {min: 0.0, max: 1.0}"; done
} >twenty.yaml
expect "twenty parameters" 0 "$HPSEARCH" twenty.yaml -q
check "in a pipe every column is there, on one line a trial" python3 -c '
lines = open("out").read().splitlines()
head = lines[0].split()
assert head == ["rank", "trial", "outcome", "loss", "lr", "optimizer"] + ["p%02d" % i for i in range(17)], head
assert all(len(l.split()) == 23 for l in lines[:11]), lines
assert "1 parameter that did not differ: note = a_constant" in lines'
check "numbers have four digits" python3 -c '
import re
cells = [c for l in open("out").read().splitlines()[1:11] for c in l.split()[3:] if "." in c]
digits = [len(re.sub(r"e.*|^-?[0.]*|\.", "", c)) for c in cells]
assert max(digits) <= 5 and sum(n > 4 for n in digits) < 12, cells'
"$HPSEARCH" show twenty.hpsearch --full >out
check "--full has them all" python3 -c '
import json
d = json.load(open("twenty.hpsearch/results.json"))
assert all(repr(t["params"]["p07"]) in open("out").read() for t in d["trials"] if t["params"]["p07"] > 1e-3)'
if command -v script >/dev/null; then
	for width in 60 80 120 250; do
		check "shown in $width columns" on_terminal $width "$HPSEARCH" show twenty.hpsearch
		check "nothing is wider" narrow $width
		check "the end of a run in $width columns" on_terminal $width "$HPSEARCH" twenty.yaml -q
		check "nothing is wider there" narrow $width
	done
	on_terminal 60 "$HPSEARCH" show twenty.hpsearch
	check "what is left out is said" has "parameters left out, for which the terminal is too" out
	check "and named" has "p16" out
	on_terminal 80 "$HPSEARCH" show twenty.hpsearch --top 3
	check "few trials are turned" grep -qE '^trial +[0-9]+ +[0-9]+ +[0-9]+$' out
	check "with a line for each parameter" grep -qE '^p16 +[0-9.e-]+ +[0-9.e-]+ +[0-9.e-]+$' out
	check "nothing is left out then" lacks "left out" out
	on_terminal 60 "$HPSEARCH" show twenty.hpsearch --wide
	check "--wide has all" grep -qE '^rank .* p16$' out
	check "those that do not differ, too" grep -q '^rank .* note ' out
	kept() { # TRIALS
		echo '{"trials":'"$1"',"parameters":[{"name":"p16"},{"name":"p16"},{"name":"none"},{"name":7},5]}'
	}
	ok=$(python3 -c 'import json; print(sum(t["outcome"] == "ok" for t in json.load(open("twenty.hpsearch/results.json"))["trials"]))')
	kept $((ok - 1)) >twenty.hpsearch/importance.json
	on_terminal 60 "$HPSEARCH" show twenty.hpsearch
	check "what was kept of fewer trials is no order" lacks "of less importance" out
	kept "$ok" >twenty.hpsearch/importance.json
	on_terminal 60 "$HPSEARCH" show twenty.hpsearch
	check "in the order of importance, where that is known" grep -qE '^rank +trial +outcome +loss +p16 +lr ' out
	check "and that is said" has "of less importance left out" out
	head -c 100 /dev/urandom >twenty.hpsearch/importance.json
	check "what is no such file does no harm" on_terminal 60 "$HPSEARCH" show twenty.hpsearch
else
	skip "tables in a terminal" "script(1) is not there"
fi

# Importance: of x there is a hundred times as much as of a.
cat >i.yaml <<Y
command: ["$FAKE", quadratic, "\${args}"]
method: sobol
metric: {name: loss}
max_trials: 24
parameters: {a: {min: 0.49, max: 0.51}, x: {min: 0.0, max: 1.0}}
Y
expect "a search" 0 "$HPSEARCH" i.yaml -q
check "columns in the order of importance" grep -qE '^rank +trial +outcome +loss +x +a$' out
for f in csv markdown latex yaml json table; do
	expect "importance -f $f" 0 "$HPSEARCH" importance i.hpsearch -f $f
	check "x first" python3 -c '
import re
t = open("out").read()
assert re.search(r"\bx\b", t).start() < re.search(r"\ba\b[^l]", t).start()'
done
expect "shown afterwards" 0 "$HPSEARCH" show i.hpsearch
check "the most important one comes first" grep -qE '^rank +trial +outcome +loss +x +a$' out

# Names that mean something to a format.
cat >hostile.yaml <<Y
command: ["$FAKE", exit, 3]
args: none
method: grid
metric: {name: "a<b>&\"|_\$%"}
parameters:
  "x|<&>\"'_%#{}~^": {values: ["]]>", "-->\\\\ \$\`\e[31m", "a,b\nc"]}
Y
expect "hostile names" 4 "$HPSEARCH" hostile.yaml -q -f junit
cp out junit.xml
check "JUnit of it is well formed, as its readers want it" python3 "$SRCDIR/tests/tools/junit_shape.py" junit.xml
check "trials, verification and exit code are in it" python3 -c '
import xml.etree.ElementTree as t
r = t.parse("junit.xml").getroot()
s = {x.get("name"): x for x in r}
assert list(s) == ["trials", "verification", "search"]
assert [c.find("failure").get("type") for c in s["trials"]] == ["failed"] * 3
assert s["verification"][0].find("skipped").get("message") == "not asked for"
assert s["search"][0].find("failure").get("message").startswith("exit code 4: ")
assert r.get("tests") == "5" and r.get("failures") == "4" and r.get("errors") == "0"'
for f in markdown latex csv yaml json junit table; do
	expect "show -f $f" 0 "$HPSEARCH" show hostile.hpsearch -f $f
	case $f in
	csv | json) ;;
	*) check "no escape sequence in it" lacks $'\e' out ;;
	esac
	[ $f != markdown ] || check "three rows of five cells" python3 -c '
import re
rows = open("out").read().splitlines()
assert len(rows) == 5 and all(len(re.findall(r"(?<!\\)\|", r)) == 7 for r in rows), rows'
	[ $f != json ] || check "a parser reads it" python3 -c 'import json; json.load(open("out"))'
	[ $f != csv ] || check "a reader reads it" python3 -c '
import csv
rows = list(csv.DictReader(open("out", newline="", encoding="utf-8")))
assert [r["x|<&>\"\x27_%#{}~^"] for r in rows] == ["]]>", "-->\\ $`\x1b[31m", "a,b\nc"], rows'
	if [ $f = yaml ] && /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
		check "PyYAML reads it" /usr/bin/python3 -c '
import yaml
d = yaml.safe_load(open("out"))
assert [list(t["params"].values()) for t in d["trials"]] == [["]]>"], ["-->\\ $`\x1b[31m"], ["a,b\nc"]], d'
	fi
	[ $f != latex ] || check "nothing special is left" python3 -c '
import re
body = open("out").read().split("\\hline\n")[1:3]
text = re.sub(r"\\[&%$#_{}]|\\[a-z]+\{\}|\{(?:[\[\]*]|\\char\d+)?\}|\\\\\n", "", "".join(body))
assert not re.search(r"[%$#_{}~^<>|\"\\\\]", text), text
assert [l.count("&") - l.count("\\&") for l in "".join(body).splitlines()] == [5] * 4'
done
expect "show --runs" 0 "$HPSEARCH" show hostile.hpsearch --runs -f json
check "a row for each run" python3 -c '
import json
d = json.load(open("out"))
assert [(r["trial"], r["run"], r["phase"], r["outcome"], r["exit"], r["signal"]) for r in d] == [
    (i, 0, "search", "failed", 3, None) for i in range(3)], d'
for words in "show hostile.hpsearch -f xml" "show hostile.hpsearch --runs -f junit" "importance twenty.hpsearch -f junit" \
	"diff a b -f junit" "best twenty.hpsearch -f junit" "check twenty.yaml -f junit" "scale twenty.hpsearch -f junit" \
	"recheck twenty.hpsearch -f args"; do
	# shellcheck disable=SC2086
	expect "refused, with the list: $words" 2 "$HPSEARCH" $words
	check "the list" grep -qE "help: .*json" err
done
expect "check -f csv" 0 "$HPSEARCH" check twenty.yaml --set early_terminate='{type: asha, max_iter: 27, eta: 3}' -f csv
check "parameters and rungs" python3 -c '
import csv
rows = list(csv.DictReader(open("out")))
assert [r["section"] for r in rows] == ["parameter"] * 20 + ["rung"] * 2, rows
assert [r["step"] for r in rows[-2:]] == ["3", "9"] and rows[0]["range"] == "uniform 0 … 0.5", rows'
expect "but not with its runs" 2 "$HPSEARCH" check twenty.yaml --run -f csv
expect "reproduce" 0 "$HPSEARCH" reproduce twenty.hpsearch/results.json --yes -f junit
cp out junit.xml
check "in the shape of JUnit" python3 "$SRCDIR/tests/tools/junit_shape.py" junit.xml
sed -E 's/"value":-?[0-9][0-9.e-]*/"value":7/g' twenty.hpsearch/results.json >other.json
expect "what differs" 5 "$HPSEARCH" reproduce other.json --yes -f junit
check "is a failure" grep -q 'failures="1"' out
expect "and a row" 5 "$HPSEARCH" reproduce other.json --yes -f json
check "that says so" python3 -c '
import json
d = json.load(open("out"))
assert [(r["recorded"], r["compared"]) for r in d] == [(7, "differs")] and d[0]["now"] < 7, d'
# What a command can print is in one table: its help, the manual.
"$HPSEARCH" --help | sed -n 's/^  \([a-z-]*\) .*/\1/p' >commands
check "the manual has the formats of every command's help" bash -c '
	man=$(sed -n "/^.SH TABLES/,/^.SH LOG/p" "$SRCDIR/src/hpsearch.1" | tr -d "\\\\")
	while read -r c; do
		"$HPSEARCH" "$c" --help | sed -n "/--format/,/--[a-z]* /{/--format\|^ *-[a-z], --\|^      --/!p}" |
			sed "s/^ *//" | grep -v "^$" | while read -r line; do
			case $line in
			--*) want="$c ${line%%:*}: ${line#*: }" ;;
			*) want="$c: $line" ;;
			esac
			grep -qxF -- "$want" <<<"$man" || { echo "not in the manual: $want"; exit 1; }
		done || exit 1
	done <commands'
for f in csv markdown latex; do
	expect "best -f $f" 0 "$HPSEARCH" best twenty.hpsearch -f $f
	check "note" grep -q "note.*a.*constant" out
done

# The verification in JUnit: yes passes, anything else fails, as the exit code says.
cat >v.yaml <<Y
command: ["$FAKE", noisy, "\${args}"]
method: random
metric: {name: loss}
max_trials: 6
parameters: {x: {min: 0.0, max: 1.0, default: 0.9}}
test: {command: ["$FAKE", noisy, "\${args}"], repeats: 3}
Y
expect "a verification that holds" 0 "$HPSEARCH" v.yaml -q -f junit
cp out junit.xml
check "its shape" python3 "$SRCDIR/tests/tools/junit_shape.py" junit.xml
check "passes" python3 -c '
import xml.etree.ElementTree as t
s = {x.get("name"): x for x in t.parse("junit.xml").getroot()}
assert [len(x) for x in s["verification"]] == [0] and s["search"].get("failures") == "0"'
sed 's/default: 0.9/default: 0.3/' v.yaml >no.yaml
expect "one that does not" 5 "$HPSEARCH" no.yaml -q -f junit
cp out junit.xml
check "its shape, too" python3 "$SRCDIR/tests/tools/junit_shape.py" junit.xml
check "fails" python3 -c '
import xml.etree.ElementTree as t
s = {x.get("name"): x for x in t.parse("junit.xml").getroot()}
assert s["verification"][0].find("failure").get("type") == "no"
assert s["search"][0].find("failure").get("message").startswith("exit code 5: ")'

# One of a thing is one.
sed 's/max_trials: 12/max_trials: 1/' twenty.yaml >one.yaml
expect "a search of one trial" 0 "$HPSEARCH" one.yaml
cat err >>out
check "has no plural" bash -c '! grep -nE "\b1 (trials|runs|proposals|parameters|columns)\b" out'
expect "replayed" 0 "$HPSEARCH" replay one.hpsearch
check "likewise" has "1 proposal and 1 run checked: identical" out

# ls.
mkdir -p place/deep/er place/none
cp -r v.hpsearch place/deep/er/good
cp -r no.hpsearch place/bad
cp -r hostile.hpsearch "place/deep/$(printf 'na\e[31mme\n')"
mkdir place/broken && echo '{"n":0,"e":"search"}' >place/broken/journal.jsonl
mkdir place/fifo && mkfifo place/fifo/journal.jsonl
ln -s .. place/deep/loop
ln -s /dev/zero place/none/results.json
mkdir place/.hidden && cp -r v.hpsearch place/.hidden/s
expect "ls" 0 within 60 "$HPSEARCH" ls place -f json
check "what there is, and how it stands" python3 -c '
import json
d = {r["search"]: r for r in json.load(open("out"))}
got = {k: (r["state"], r["trials"], r["verified"]) for k, r in d.items()}
assert got == {"place/bad": ("done", 6, "no"), "place/broken": ("unreadable", None, None),
    "place/deep/er/good": ("done", 6, "yes"), "place/deep/na\x1b[31mme": ("failed", 3, None)} or got == {
    "place/bad": ("done", 6, "no"), "place/broken": ("unreadable", None, None),
    "place/deep/er/good": ("done", 6, "yes"), "place/deep/na\x1b[31mme\n": ("failed", 3, None)}, got
assert d["place/deep/er/good"]["best"] == json.load(open("v.hpsearch/results.json"))["trials"][0]["value"]
assert 0 <= d["place/bad"]["age"] < 3600'
check "why one cannot be read is said" has "place/broken" err
expect "ls as a table" 0 "$HPSEARCH" ls place
check "no name moves the cursor" lacks $'\e' out
expect "ls as JUnit" 0 "$HPSEARCH" ls place -f junit
cp out ls.xml
check "is what its readers want" python3 "$SRCDIR/tests/tools/junit_shape.py" ls.xml
"$HPSEARCH" ls place -f json >ls.json 2>err
check "and says of each how it stands" python3 -c '
import json, xml.etree.ElementTree as t
seen = {c.get("name"): c[0].tag if len(c) else "passed" for c in t.parse("ls.xml").getroot().iter("testcase")}
want = {r["search"].replace("\x1b", "\\x1b"): {"done": "passed", "failed": "failure", "unreadable": "failure"}.get(r["state"], "skipped") for r in json.load(open("ls.json"))}
assert seen == want and len(set(want.values())) > 1, (seen, want)'
(cd place && expect_exit 0 "$HPSEARCH" ls deep) >/dev/null
check "of one directory" test "$(grep -c ' done ' place/out)" = 1
expect "ls where there is nothing" 0 "$HPSEARCH" ls place/none
check "says so" has "there is no search here" err
expect "ls of what is not there" 2 "$HPSEARCH" ls nothing
expect "ls of a file" 2 "$HPSEARCH" ls v.yaml

# diff: x^2 + 5 and x^2 + x + 7 on grids that share three of four values.
for s in A B; do
	cat >$s.yaml <<Y
command: [python3, -c, 'import sys, json; x = float(sys.argv[1]); print(json.dumps({"loss": x * x + FUNCTION}))', "\${x}"]
method: grid
metric: {name: loss}
parameters:
  x: {values: [0, 1, 2, 3]}
  only_here: {values: [7]}
Y
done
sed -i 's/FUNCTION/5/' A.yaml
sed -i 's/FUNCTION/x + 7/; s/, 3\]/, 4]/; /only_here/d; s/method: grid/method: grid\nretries: 1/' B.yaml
expect "one" 0 "$HPSEARCH" A.yaml --out A -q
expect "another" 0 "$HPSEARCH" B.yaml --out B -q
expect "diff" 0 "$HPSEARCH" diff A B -f json
check "spaces, settings, points" python3 -c '
import json
d = json.load(open("out"))
assert [(p["parameter"], p["what"]) for p in d["parameters"]] == [("only_here", "removed"), ("x", "changed")], d
assert ("retries", None, "1") in [(s["setting"], s["a"], s["b"]) for s in d["settings"]], d["settings"]
p = d["points"]
assert [(q["a"], q["b"]) for q in p["pairs"]] == [(5, 7), (6, 9), (9, 13)], p
# Differences 2, 3, 4: mean 3, standard error 1/sqrt(3), t(0.975, 2) = 4.302652729696142.
assert p["n"] == 3 and p["mean"] == 3 and p["b_better"] == 0 and p["level"] == 0.95
half = 4.302652729696142 / 3 ** 0.5
assert abs(p["low"] - (3 - half)) < 1e-9 and abs(p["high"] - (3 + half)) < 1e-9, p'
expect "diff as a table" 0 "$HPSEARCH" diff A B
check "says what the interval is for" has "is for the mean difference over points like these" out
check "with the numbers" has "B - A: 3.0 ± 2.5 (less is better); B is better at 0 of 3" out
expect "of a search with itself" 0 "$HPSEARCH" diff A A
check "all the same" has "parameters: all the same" out
check "and the winner" has "winners: the same configuration" out
sed 's/name: loss/name: loss, goal: maximize/' A.yaml >other.yaml
expect "the other way round" 0 "$HPSEARCH" other.yaml --out C -q
expect "is not compared" 0 "$HPSEARCH" diff A C
check "and that is said" has "points: not compared, the searches have different metrics" out
for f in csv yaml markdown latex; do
	expect "diff -f $f" 0 "$HPSEARCH" diff A/results.json B -f $f
	check "the points" has "trial 0, trial 0" out
done
# Why a search is over may be the words of a stranger.
for state in "done" guard; do
	sed 's/"why":"[^"]*"/"why":"red \\u001b[31m"/; s/"state":"done"/"state":"'$state'"/' A/results.json >why.json
	expect "show" 0 "$HPSEARCH" show why.json
	check "what it says moves no cursor ($state)" lacks $'\e' out
	check "and is there" has 'red \x1b[31m' out
done
expect "diff of one" 2 "$HPSEARCH" diff A
expect "diff of what is not there" 2 "$HPSEARCH" diff A nothing

# log.
schema() {
	/usr/bin/python3 -c '
import json, sys
try:
    import jsonschema
except ImportError:
    jsonschema = None
lines = [json.loads(l) for l in open(sys.argv[1])]
schema = json.load(open(sys.argv[2]))
assert [l["n"] for l in lines] == list(range(len(lines))) and lines[-1]["event"] == "summary"
known = {k for s in schema["oneOf"] for k in s["properties"]["event"].get("enum", [s["properties"]["event"].get("const")])}
for l in lines:
    assert l["event"] in known, l
    if jsonschema:
        jsonschema.validate(l, schema)' "$1" "$SRCDIR/tests/data/log.schema.json"
}
for s in v.hpsearch no.hpsearch twenty.hpsearch hostile.hpsearch v.hpsearch/results.json; do
	expect "log $s" 0 "$HPSEARCH" log $s
	cp out log.jsonl
	check "fits its schema" schema log.jsonl
done
"$HPSEARCH" log v.hpsearch >log.jsonl
check "a line for each of the journal" test "$(wc -l <log.jsonl)" = $(($(wc -l <v.hpsearch/journal.jsonl) + 1))
check "with its time" python3 -c '
import json, datetime
def seconds(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
log = [json.loads(l) for l in open("log.jsonl")]
times = [(a["time"], seconds(b["time"])) for a, b in zip(map(json.loads, open("v.hpsearch/journal.jsonl")), log) if "time" in a]
assert len(times) > 6 and all(round(1000 * a) == round(1000 * b) for a, b in times), times'
check "it ends with what came of it" python3 -c '
import json
s = json.loads(open("log.jsonl").read().splitlines()[-1])
assert (s["state"], s["running"], s["finished"], s["verified"], s["exit"]) == ("done", False, 6, "yes", 0), s'
check "nothing that is a secret" python3 -c '
import json
text = open("log.jsonl").read()
assert "fake_train" not in text and json.load(open("v.hpsearch/results.json"))["search"]["host"] + "\"" not in text'
"$HPSEARCH" log hostile.hpsearch >log.jsonl
check "nor what a training printed" lacks "reason" log.jsonl

cat >slow.yaml <<Y
command: ["$FAKE", quadratic, "\${args}"]
method: random
metric: {name: loss}
max_trials: 3
parameters: {x: {min: 0.0, max: 1.0}}
launcher_none: {}
Y
sed -i '/launcher_none/d; s/quadratic/quadratic, --sleep=300/' slow.yaml
"$HPSEARCH" slow.yaml -q >/dev/null 2>&1 &
search=$!
wait_until 30 test -s slow.hpsearch/journal.jsonl
expect "--follow goes on until the end" 0 within 120 "$HPSEARCH" log slow.hpsearch --follow
cp out log.jsonl
wait $search
check "and has all of it" schema log.jsonl
check "to its last line" test "$(wc -l <log.jsonl)" = $(($(wc -l <slow.hpsearch/journal.jsonl) + 1))
check "over when it was over" has '"state":"done","running":false' log.jsonl
# A line that is written in two parts waits for the second.
mkdir torn && cp slow.hpsearch/journal.jsonl whole
head -c $(($(stat -c %s whole) - 20)) whole >torn/journal.jsonl
exec 8>torn/lock
flock 8
"$HPSEARCH" log torn --follow >torn.log 2>&1 8>&- &
follower=$!
wait_until 30 test "$(wc -l <whole)" -gt 0 -a -s torn.log
check "a torn line is not there yet" lacks '"finish"' torn.log
tail -c 20 whole >>torn/journal.jsonl
wait_until 30 grep -q '"finish"' torn.log
check "a whole one is" has '"finish"' torn.log
check "a reader that goes away is no error though nothing new comes" \
	within 60 bash -c 'set -o pipefail; "$HPSEARCH" log torn --follow 8>&- | head -n 1 >/dev/null'
"$HPSEARCH" log torn --follow >int.log 2>&1 8>&- &
interrupted=$!
wait_until 30 grep -q '"finish"' int.log
kill -TERM $interrupted
wait $interrupted
check "a signal ends it as it ends any reader" test $? = 143
check "with whole lines alone" python3 -c 'import json; [json.loads(line) for line in open("int.log")]'
exec 8>&-
wait $follower
check "and its end, when nobody is at work" has '"summary"' torn.log
expect "a results file cannot be followed" 2 "$HPSEARCH" log v.hpsearch/results.json --follow
sed '3s/"t"/"x"/' whole >torn/journal.jsonl
expect "damage is an error with its place" 2 "$HPSEARCH" log torn
check "the line" has "line 3 (offset" err
check "a reader that goes away is no error" bash -c 'set -o pipefail; "$HPSEARCH" log twenty.hpsearch | head -n 1 >/dev/null'
