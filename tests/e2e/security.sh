#!/bin/bash
# Nobody gets in: texts of the file reach no shell and no place outside the search's
# directory, planted links and pipes are not followed, modes obey the umask, a stranger's
# results run nothing.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
pwned() { compgen -G "*pwned*" >/dev/null || [ -e ../pwned ]; }
unharmed() { ! pwned; }

# Values and names full of what a shell would act on.
cat >evil.yaml <<'Y'
command: "echo '{\"loss\": 1}'; printf '%s\\n' ${args} ${param:a}; : ${program}"
shell: true
method: grid
metric: {name: loss}
parameters:
  a: {values: ["'; touch pwned; '", "$(touch pwned)", "`touch pwned`", "x\ntouch pwned\n", "-n; touch pwned", "|touch pwned", "../../pwned"]}
  "$(touch pwned)": {value: 1}
  "'; touch pwned; '": {value: 2}
  "../../../pwned": {value: 3}
program: "; touch pwned"
Y
sed '/^program/d; s/; : ${program}//' evil.yaml >quiet.yaml
expect "values that a shell would run, shell: true" 0 "$HPSEARCH" quiet.yaml
check "nothing of them was run" unharmed
check "the command got them as they are" grep -qF -- "'; touch pwned; '" quiet.hpsearch/trials/0000/r0/stdout
for f in quiet.hpsearch/trials/*/r0/cmd; do sh "$f" >/dev/null 2>&1; done
check "nor by the scripts that run a trial again" unharmed
expect "best -f args" 0 "$HPSEARCH" best quiet.hpsearch -f args
check "can be given to a shell" sh -c 'eval "set -- $(cat out)"'
expect "best -f env" 0 "$HPSEARCH" best quiet.hpsearch -f env
check "can be read by a shell" sh -c '. ./out'
check "nothing was run by that" unharmed
sed '/^shell/d; s/^command:.*/command: [echo, "{\\"loss\\": 1}", "${args}"]/; /^program/d' evil.yaml >plain.yaml
expect "the same without a shell" 0 "$HPSEARCH" plain.yaml
check "nothing was run" unharmed

# Names of files: from the trial's number alone.
mkdir inside && cd inside || exit 1
sed 's/^method: grid/method: grid\nname: "..\/..\/pwned"/' ../plain.yaml >"$(printf 'a\nb.yaml')"
expect "a file name with a newline, a search named ../../pwned" 0 "$HPSEARCH" "$(printf 'a\nb.yaml')"
cd ..
check "it stays in its place" test "$(find . -name '*pwned*' | wc -l)" = 0
check "below: the folders of trials and nothing else" test \
	"$(find inside -mindepth 2 -type d -printf '%f\n' | sort -u | tr '\n' ' ')" = \
	"0000 0001 0002 0003 0004 0005 0006 python r0 trials "

# Links and pipes that somebody has put where we write.
cat >space.yaml <<Y
command: ["$FAKE", quadratic, "\${args}"]
method: random
metric: {name: loss}
parameters: {x: {min: 0.0, max: 1.0, default: 0.9}}
test: {top: 1, repeats: 2}
Y
echo precious >victim
mkdir -p house
untouched() { [ "$(cat victim)" = precious ] && [ -z "$(ls house)" ]; }
# planted NAME CODES KIND…: a search in a directory where NAME is already there.
planted() {
	local name=$1 codes=$2 dir=planted
	rm -rf $dir house && mkdir -p "$dir/$(dirname "$name")" house
	shift 2
	"$@" "$dir/$name"
	within 30 "$HPSEARCH" space.yaml -n 3 --out $dir >out 2>err </dev/null
	code=$?
	[ $code != 5 ] || code=0 # it cannot tell: this training has no seed
	check "$name, ${1##*/}${2:+ $2}: no hang, exit ${codes// / or }" grep -qw -- $code <<<"$codes"
	check "$name, ${1##*/}${2:+ $2}: what it points to is untouched" untouched
}
link() { ln -s "$PWD/$1" "$2"; }
for name in results.json results.json.tmp results.csv.tmp journal.torn .reserve \
	trials/0001/r0/stdout trials/0001/r0/stderr trials/0001/r0/reports.jsonl \
	trials/0001/r0/results.jsonl; do
	planted $name "0" link victim
done
for name in journal.jsonl lock trials/0001/r0/config.json trials/0001/r0/cmd; do
	planted $name "1 2" link victim
done
second_name() { ln "$PWD/$1" "$2"; }
for name in results.json results.json.tmp results.csv results.csv.tmp journal.torn .reserve lock \
	trials/0001/r0/stdout trials/0001/r0/stderr trials/0001/r0/reports.jsonl \
	trials/0001/r0/results.jsonl trials/0001/r0/config.json trials/0001/r0/cmd; do
	planted $name "0" second_name victim
done
planted journal.jsonl "1 2" second_name victim
: >empty
planted journal.jsonl "1" second_name empty
check "an empty file is not taken for a new journal when it has another name" test ! -s empty
check "the reason is said" grep -q "has another name" err
for name in trials trials/0001 trials/0001/r0 verify verify/rerun; do
	planted $name "1" link house
done
for name in journal.jsonl results.json .reserve lock journal.torn results.json.tmp \
	trials/0001/r0/config.json trials/0001/r0/cmd trials/0001/r0/stdout; do
	planted $name "0 1 2" mkfifo
done
rm -rf planted

# A training that puts a file in the place of its stderr: nobody reads that one, neither
# while it runs (a report is on the disk as soon as the files were looked at) nor after.
cat >swap.sh <<'END'
rm "$HPSEARCH_DIR/stderr"
echo '{"step": 2, "loss": -1e9}' >"$HPSEARCH_DIR/stderr"
echo '{"step": 1, "loss": 0.5}'
until [ -s "$HPSEARCH_DIR/reports.jsonl" ]; do sleep 0.02; done
END
cat >swap.yaml <<'END'
command: [sh, swap.sh]
method: grid
metric: {name: loss, goal: minimize}
parameters: {x: {values: [1]}}
END
expect "another file in the place of stderr" 0 within 60 "$HPSEARCH" swap.yaml --out swap
check "is not read" grep -q ',0.5,' swap/results.csv
check "is in no report" test "$(cat swap/trials/0000/r0/reports.jsonl)" = '{"step":1,"value":0.5}'

# Modes.
for mask in 022 077; do
	(umask $mask && exec "$HPSEARCH" space.yaml -n 2 --out m$mask -q) >/dev/null 2>&1
	# The program of a run is the one file that may be executed.
	files=$(find m$mask -type f ! -name cmd -printf '%m\n' | sort -u | tr '\n' ' ')
	folders=$(find m$mask -type d -printf '%m\n' | sort -u | tr '\n' ' ')
	check "umask $mask: files" test "$files" = "$([ $mask = 022 ] && echo '644 ' || echo '600 ')"
	check "umask $mask: folders" test "$folders" = "$([ $mask = 022 ] && echo '755 ' || echo '700 ')"
done

# A results file by a stranger.
"$HPSEARCH" space.yaml -n 3 --out mine -q >/dev/null 2>&1
sed "s|\"command\": *|&|; s|$FAKE|/bin/touch|g; s|quadratic|pwned|g" mine/results.json >stranger.json
expect "reproduce of a stranger's file: exit 2" 2 "$HPSEARCH" reproduce stranger.json
check "shows the command" has "/bin/touch pwned" err
check "says --yes" has "--yes" err
check "runs nothing" unharmed
expect "nor from a pipe that says yes" 2 sh -c 'yes | "$HPSEARCH" reproduce stranger.json'
check "runs nothing, still" unharmed
for c in show best replay; do
	"$HPSEARCH" $c stranger.json >/dev/null 2>&1
done
check "show, best and replay run nothing" unharmed

# What children get: ours, as the manual lists it, and the environment as it was.
sed 's/quadratic/env/; /^test/d' space.yaml >env.yaml
expect "a search that prints its environment" 0 "$HPSEARCH" env.yaml -n 1 --out e
check "no variable of ours that the manual does not name" python3 -c '
import json, re, os
man = open(os.environ["SRCDIR"] + "/src/hpsearch.1").read()
env = json.loads(open("e/trials/0000/r0/stdout").read())
new = {k for k in env if k not in os.environ and k not in ("loss", "_")}
assert "HPSEARCH_SEED" in new, new
unknown = [k for k in new if k not in man]
assert not unknown, unknown'
