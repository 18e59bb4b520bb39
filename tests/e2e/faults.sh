#!/bin/bash
# What a user meets first who comes with what worked elsewhere: files, scripts and habits
# of other tools, and the exact thing that is done or said.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$tap_dir" || exit 1

# holds DIR EXPRESSION: of d (results.json) and t (its trials by number).
holds() {
	python3 -c '
import json, sys
d = json.load(open(sys.argv[1] + "/results.json"))
t = sorted(d["trials"], key=lambda t: t["id"])
sys.exit(not eval(sys.argv[2]))' "$1" "$2"
}

# Runs start where the script is.
mkdir -p sub/inner
cat >sub/train.sh <<'END'
echo "{\"loss\": $1, \"here\": \"$PWD\"}"
END
chmod +x sub/train.sh
cat >sub/space.yaml <<'END'
command: [sh, train.sh, "${param:x}"]
method: grid
metric: {name: loss}
parameters: {x: {values: [2, 1]}}
END
expect "a script beside the file, and not here" 0 "$HPSEARCH" sub/space.yaml
check "is found there, which is said" has "runs start in sub, the directory of this file, because train.sh is there and not here" err
check "the run begins there" has "\"here\": \"$PWD/sub\"" space.hpsearch/trials/0000/r0/stdout
check "the search is kept here" test -e space.hpsearch/results.json -a ! -e sub/space.hpsearch
expect "cmd" 0 sh space.hpsearch/trials/0001/r0/cmd
check "runs the same there" has "\"here\": \"$PWD/sub\"" out
expect "reproduce" 0 "$HPSEARCH" reproduce --yes --all space.hpsearch/results.json
expect "the same command, again" 0 "$HPSEARCH" sub/space.yaml
check "goes on" has "2 of 2 trials are done" err
echo '# changed' >>sub/train.sh
expect "once the script there has changed" 0 "$HPSEARCH" sub/space.yaml -n 2 --set retries=1 --out space.hpsearch
check "that is noticed" has "train.sh" err
expect "--out" 0 "$HPSEARCH" sub/space.yaml --out sub/inner/kept
check "is as seen from here" test -e sub/inner/kept/results.json
sed 's/^method.*/method: random/' sub/space.yaml >sub/warm.yaml
echo 'warm_start: [space.hpsearch]' >>sub/warm.yaml
expect "warm_start" 0 "$HPSEARCH" sub/warm.yaml
check "too" holds warm.hpsearch 'len(d["warm_start"]) == 1'
sed 's/sh, train.sh/.\/train.sh/' sub/space.yaml >sub/first.yaml
sed -i '1i #!/bin/sh' sub/train.sh
expect "a first word that is only there" 0 "$HPSEARCH" "$PWD/sub/first.yaml"
check "the same, by an absolute path" has "\"here\": \"$PWD/sub\"" first.hpsearch/trials/0000/r0/stdout
expect "check" 0 "$HPSEARCH" check sub/first.yaml
check "says it, too" has "runs start in sub" err
expect "check --run" 0 "$HPSEARCH" check --run sub/first.yaml
cp sub/train.sh train.sh
expect "a script that is here" 0 "$HPSEARCH" sub/space.yaml --out both
check "is taken" has "\"here\": \"$PWD\"" both/trials/0000/r0/stdout
check "and nothing said" lacks "runs start in" err
printf '%s\n' 'program: inner/p.py' 'method: grid' 'metric: {name: loss}' 'parameters: {x: {values: [2, 1]}}' >sub/program.yaml
# shellcheck disable=SC2016
printf '%s\n' 'import os' 'print({"loss": 1.5, "here": os.getcwd()})' >sub/inner/p.py
if command -v python >/dev/null; then
	expect "program:" 0 "$HPSEARCH" sub/program.yaml
	check "as well" has "'here': '$PWD/sub'" program.hpsearch/trials/0000/r0/stdout
else
	skip "program:" "there is no python"
	skip "as well" "there is no python"
fi
