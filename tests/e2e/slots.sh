#!/bin/bash
# What every run has for itself: processors, threads, memory, niceness, variables; in the
# search, its verification, reproduce, recheck and ablate alike, as the kernel tells it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
unset OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS NUMEXPR_NUM_THREADS

# Reports where it is, then a metric.
cat >train.py <<'PY'
import json, os, sys
seen = {n: os.environ[n] for n in sorted(os.environ) if n.endswith("_NUM_THREADS") or n in ("GREETING", "SEVEN", "PYTHONUNBUFFERED")}
seen["cpus"] = sorted(os.sched_getaffinity(0))
seen["nice"] = os.getpriority(os.PRIO_PROCESS, 0)
with open(os.path.join(os.environ["HPSEARCH_DIR"], "seen.json"), "w") as f:
    json.dump(seen, f)
x = float(sys.argv[1].split("=")[1])
print(json.dumps({"loss": x + int(os.environ["HPSEARCH_SEED"]) % 7 * 0.01}))
PY
cat >seen.py <<'PY'
import glob, json, os, sys
own = sorted(os.sched_getaffinity(0))
nice = min(19, os.getpriority(os.PRIO_PROCESS, 0) + 3)
files = glob.glob(sys.argv[1] + "/**/seen.json", recursive=True)
assert len(files) >= int(sys.argv[2]), files
for name in files:
    s = json.load(open(name))
    assert s["cpus"] in ([c] for c in own), (name, s)
    assert s["nice"] == nice, (name, s)
    assert s["GREETING"] == "a  b; ${x}" and s["SEVEN"] == "007", (name, s)
    for n in ("OMP", "MKL", "OPENBLAS", "NUMEXPR"):
        assert s[n + "_NUM_THREADS"] == "1", (name, s)
PY
cat >place.yaml <<'Y'
command: [python3, train.py, "${args}"]
method: grid
metric: {name: loss}
parameters: {x: {values: [0.1, 0.2, 0.3], default: 0.3}}
cpus: 1
nice: 3
memory: 2G
env: {GREETING: "a  b; ${x}", SEVEN: 007}
test: {repeats: 2, top: 1}
Y
expect "a search with all of it" 0 "$HPSEARCH" place.yaml
check "every run of search and verification has it" python3 seen.py place.hpsearch 5
check "that a text is not expanded is said" has 'env takes its texts as they are: nothing is put in for ${...} in GREETING' err
expect "reproduce asks first" 2 "$HPSEARCH" reproduce place.hpsearch --out again
check "and shows the variables, which could make a command another one" has "'GREETING=a  b; \${x}' SEVEN=007 python3 train.py --x=0.1" err
expect "reproduce" 0 "$HPSEARCH" reproduce place.hpsearch --out again --yes
check "has it, too" python3 seen.py again 1
expect "a recheck, as far as two runs go" 6 "$HPSEARCH" recheck place.hpsearch --yes --budget runs=2 --out later
check "so has recheck" python3 seen.py later 2
expect "check" 0 "$HPSEARCH" check place.yaml
first=$(python3 -c 'import os; print(min(os.sched_getaffinity(0)))')
check "shows a slot's processor" grep -qE '^slots +1: cpus 1 each: [0-9]+$' out
check "its memory" grep -qE '^memory +2G for each run$' out
check "its niceness" grep -qE '^nice +3$' out
check "its variables" has 'env          GREETING=a  b; ${x} SEVEN=007' out
check "the script of a run has the variables" has "OMP_NUM_THREADS=1" place.hpsearch/trials/0000/r0/cmd
expect "resume where other numbers fit the machine" 0 "$HPSEARCH" place.yaml --set cpus=2 --set memory=3G --set nice=0
expect "but variables make another training" 2 "$HPSEARCH" place.yaml --set env.SEVEN=8
check "which is said" has "env.SEVEN: was" err
expect "replay" 0 "$HPSEARCH" replay place.hpsearch
check "the results file keeps what a slot had" holds place.hpsearch 'd["search"]["slots"].startswith("cpus ")'

# Two at once, which wait for each other, are not on the same processor.
cat >pair.sh <<'END'
#!/bin/sh
grep Cpus_allowed_list /proc/self/status >"$HPSEARCH_DIR/cpus"
until [ "$(cat pair.hpsearch/trials/*/r0/cpus | wc -l)" = 2 ]; do sleep 0.02; done
echo '{"loss": 1}'
END
chmod +x pair.sh
sed -e 's/^command.*/command: [.\/pair.sh]/' -e 's/^parameters.*/parameters: {x: {values: [1, 2]}}\nargs: none/' -e '/^test/d' place.yaml >pair.yaml
if [ "$(nproc)" -gt 1 ]; then
	expect "two at once" 0 within 60 "$HPSEARCH" pair.yaml -j 2
	check "have a processor each, as the kernel tells them" test \
		"$(cat pair.hpsearch/trials/*/r0/cpus | sort -u | grep -cE '^Cpus_allowed_list:[[:space:]]*[0-9]+$')" = 2
else
	skip "a processor for each of two" "there is one"
fi

# What the user has said of threads stays.
expect "threads in the environment" 0 env OMP_NUM_THREADS=5 "$HPSEARCH" place.yaml --out own
check "are left alone" holds own 'all(json.load(open(f"own/trials/{i:04}/r0/seen.json")).get("OMP_NUM_THREADS") == "5" for i in range(3))'
check "with those that follow them" holds own '"MKL_NUM_THREADS" not in json.load(open("own/trials/0000/r0/seen.json"))'
expect "threads in the file" 0 "$HPSEARCH" place.yaml --out told --set env.MKL_NUM_THREADS=3
check "are left alone, too" holds told 'json.load(open("told/trials/0000/r0/seen.json"))["MKL_NUM_THREADS"] == "3" and json.load(open("told/trials/0000/r0/seen.json"))["OMP_NUM_THREADS"] == "1"'

# More than there are.
expect "more processors than there are" 0 taskset -c "$first" "$HPSEARCH" place.yaml --out shared -j 3
check "is said" has "notice: cpus: 1 for each of 3 at once is more than the 1 there is: the runs share it" err
check "they share" python3 seen.py shared 3

# A training that takes too much, parent and child together, beside one that does not.
cat >hog.yaml <<'Y'
command: ["$FAKE", hog, "${args}", --epochs=0]
method: grid
metric: {name: loss}
parameters: {bytes: {values: [48000000]}}
memory: 64M
kill_grace: 60s
Y
sed -i "s|\$FAKE|$FAKE|" hog.yaml
sed 's/hog, /"--mode=${param:mode}", /; s/^param.*/parameters: {mode: {values: [hog, slow]}, bytes: {value: 48000000}}/; s/ --epochs=0/ "--epochs=0", "--sleep-ms=1500"/' hog.yaml >both.yaml
expect "a hog and its neighbour" 0 "$HPSEARCH" both.yaml -j 2
check "the hog is oom, and why" holds both.hpsearch '[(x["outcome"], (x["reason"] or "")[:16]) for x in t] == [("oom", "over memory: 64M"), ("ok", "")]'
check "which was no signal of others" holds both.hpsearch 'r[0]["signal"] == 15'
expect "replay knows that" 0 "$HPSEARCH" replay both.hpsearch
