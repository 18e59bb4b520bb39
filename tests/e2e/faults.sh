#!/bin/bash
# What a user meets first who comes with what worked elsewhere: files, scripts and habits
# of other tools, and the exact thing that is done or said.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
cd "$tap_dir" || exit 1


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

# Other tools' words: what the help says to write is accepted.
for e in "$SRCDIR"/tests/data/bad/word-*.err "$SRCDIR"/tests/data/bad/slip-*.err; do
	entry=$(sed -n 's/^  help: write \([a-z]*: {.*}\)$/\1/p' "$e")
	case $entry in
	'' | *…*) continue ;;
	metric:* | stop:*) printf '%s\n' 'command: [x, "${args}"]' "$entry" 'parameters: {lr: {min: 0.1, max: 1.0}}' >native.yaml
		case $entry in stop:*) echo 'metric: loss' >>native.yaml ;; esac ;;
	*) printf '%s\n' 'command: [x, "${args}"]' 'metric: loss' "parameters: {$entry}" >native.yaml ;;
	esac
	expect "${e##*/}: $entry" 0 "$HPSEARCH" check --strict native.yaml
done

# space FILE COMMAND PARAMETERS [LINE…]
space() {
	printf '%s\n' "command: $2" 'metric: {name: loss}' "parameters: $3" "${@:4}" >"$1"
}
one='[sh, -c, "echo {\"loss\": 1}; echo \"$@\" >&2", sh, "${args}"]'
said() { cat "$1"/trials/*/r0/stderr; }

# A run that has converged is ranked; one that is complete is not stopped.
cat >train.sh <<'END'
for e in 1 2 3 4 5 6 7 8 9; do echo "{\"epoch\": $e, \"loss\": $1}"; sleep 0.02; done
END
space converged.yaml '[sh, train.sh, "${param:x}"]' '{x: {values: [0.5, 0.25]}}' 'method: grid' \
	'early_terminate: {type: patience, patience: 2, step: epoch}'
expect "patience" 0 "$HPSEARCH" converged.yaml
check "ranks what has converged" holds converged.hpsearch '[(x["outcome"], x["rank"], x["value"]) for x in t] == [("ok", 2, 0.5), ("ok", 1, 0.25)]'
check "says so" has "trial 1 ok loss 0.25, converged at step" err
expect "best" 0 "$HPSEARCH" best converged.hpsearch
check "is the best of them" has '{"x":0.25}' out
cat >train.sh <<'END'
echo "{\"epoch\": 9, \"loss\": $1}"
touch "$HPSEARCH_DIR/model"
END
space complete.yaml '[sh, train.sh, "${param:x}"]' '{x: {values: [5, 9, 7, 6, 5.5, 4, 8, 3, 2, 9.5, 9.7, 9.9]}}' 'method: grid' \
	'early_terminate: {type: asha, max_iter: 9, eta: 3, step: epoch}'
for type in '{type: asha, max_iter: 9, eta: 3, step: epoch}' '{type: median, min_trials: 2, step: epoch}' \
	'{type: hyperband, max_iter: 9, s: 2, step: epoch}'; do
	expect "runs that are complete at their one report, $type" 0 "$HPSEARCH" complete.yaml --fresh --set "early_terminate=$type"
	check "all ended" holds complete.hpsearch '[x["outcome"] for x in t] == ["ok"] * 12'
	check "and no trust is made of one report" lacks "agrees with" out
done
check "all have saved their models" test "$(ls complete.hpsearch/trials/*/r0/model | wc -l)" = 12

# The guard shows a run that failed.
space guard.yaml '[sh, -c, "[ $((HPSEARCH_TRIAL % 3)) = 0 ] && echo \"{\\\"loss\\\": 1}\" || { printf \"no data in here\\\\302\\\\233\\\\033[2J\" >&2; exit 7; }", sh, "${args}"]' \
	'{x: {min: 0.0, max: 1.0}}' 'method: random' 'max_trials: 14'
expect "more than half of ten fail" 4 "$HPSEARCH" guard.yaml
check "the first of them is shown" has "6 of 10 runs failed; the first one: trial 1, failed (exit 7" err
check "with what it said" has "no data in here" err
check "and nothing in it reaches a terminal" lacks "$(printf '\302\233')" err
check "its folder" has "guard.hpsearch/trials/0001/r0" err
check "and how to go on" has "--retry-failed" err
check "the end of the session has its summary" grep -q "^stopped: 10 trials (4 ok, 6 failed) in " err
check "with where the results are" has "results  guard.hpsearch" err

# Texts that YAML 1.1 makes numbers of.
space octal.yaml "$one" '{fold: {values: [003, "008", 009, 9]}, at: {values: [2_2, 10:20:30, 0x1F, 0b11]}}' 'method: grid'
expect "numbers in disguise" 0 "$HPSEARCH" check octal.yaml
for text in '003 is the number 3 (octal)' '009 is taken as the text 009 (no octal number)' '2_2 is the number 22' \
	'10:20:30 is the number 37230 (in sixties)' '0x1F is the number 31' '0b11 is the number 3 (binary)'; do
	check "warning: $text" has "$text" err
done
check "nothing is said of what is in quotes" lacks '"008"' err
expect "--strict refuses it" 2 "$HPSEARCH" octal.yaml --strict --dry-run
expect "a seed in disguise" 2 "$HPSEARCH" check complete.yaml --strict --set seed=010

# None is no value.
cat >train.sh <<'END'
for e in 1 2 3; do
	[ $e = 2 ] && echo "{\"epoch\": $e, \"loss\": $1}" || echo "{\"epoch\": $e, \"loss\": null}"
done
END
space null.yaml '[sh, train.sh, "${param:x}"]' '{x: {values: [0.5, 0.25]}}' 'method: grid' \
	'early_terminate: {type: asha, max_iter: 3, step: epoch}'
expect "null under a rule" 0 "$HPSEARCH" null.yaml
check "is no report, and no divergence" holds null.hpsearch '[(x["outcome"], x["runs"][0]["reports"]) for x in t] == [("ok", [[2, 0.5]]), ("ok", [[2, 0.25]])]'

# A metric that nothing changes.
space constant.yaml "$one" '{x: {min: 0.0, max: 1.0}, y: {min: 0.0, max: 1.0}}' 'method: random' 'max_trials: 22'
expect "a constant metric" 0 "$HPSEARCH" constant.yaml
check "is named" has "every trial gave exactly 1: do the parameters reach the script?" out
check "no noise is made up" lacks "the noise" out
check "all share a rank" holds constant.hpsearch '{x["rank"] for x in t} == {1}'
expect "importance" 3 "$HPSEARCH" importance constant.hpsearch
check "says the same" has "every trial gave exactly 1" err
check "not more repeats" lacks "repeats" err

# Nothing to try; too much to say.
space empty.yaml "$one" '{x: {values: [1, 2, 3]}}' 'method: grid' 'constraints: ["x > 3"]'
expect "check of a grid without a cell" 2 "$HPSEARCH" check empty.yaml
check "names the constraint" has 'no cell of the grid holds the constraint "x > 3"' err
expect "run agrees" 2 "$HPSEARCH" empty.yaml
check "in every word" has 'no cell of the grid holds the constraint "x > 3"' err
check "and leaves nothing behind" test ! -e empty.hpsearch
for method in random sobol bayes; do
	expect "$method: check" 2 "$HPSEARCH" check empty.yaml --set method=$method
	expect "$method: run" 2 "$HPSEARCH" empty.yaml --set method=$method
done
space cells.yaml "$one" '{a: {min: 1, max: 40}, b: {min: 1, max: 40}}' 'method: grid' 'constraints: ["a + b <= 5"]'
expect "a grid with a constraint" 0 "$HPSEARCH" check cells.yaml
check "is counted" has "trials       10, the cells that hold the constraints" out
check "to its last line" has "… up to 10" out
expect "when it runs" 0 "$HPSEARCH" cells.yaml
check "too" has "[10/10]" err
expect "-n beyond it" 0 "$HPSEARCH" cells.yaml -n 500
check "is no more" has "10 of 10 trials are done" err
if emulated; then
	skip "a word that is too long" "valgrind does not survive it"
else
	printf '%s\n' "command: $one" 'metric: {name: loss}' 'method: grid' \
		"parameters: {v: {values: [$(head -c 132000 /dev/zero | tr '\0' y)]}}" >long.yaml
	expect "a word that is too long" 3 "$HPSEARCH" long.yaml
	check "is named" has "cannot be executed: Argument list too long" err
	check "with the way out" has 'put ${args_json_file} in the place of ${args}' err
	check "which is no other" lacks "chmod" err
	# shellcheck disable=SC2016
	sed -i '1s/.*/command: [sh, -c, "wc -c <$1 >\&2; echo {\\"loss\\": 1}", sh, "${args_json_file}"]/' long.yaml
	expect "that way" 0 "$HPSEARCH" long.yaml --fresh
	check "all of it arrives" test "$(said long.hpsearch)" -gt 132000
fi

# Different values, the same word.
space words.yaml "$one" '{n: {values: [null, "None", 2, "2", true, "True"]}}' 'method: grid'
expect "values that print alike" 0 "$HPSEARCH" words.yaml
for pair in 'null and "None"' '2 and "2"' 'true and "True"'; do
	check "a notice: $pair" has "$pair are the same word on the command line" err
done
check "they are kept apart" holds words.hpsearch '[x["params"]["n"] for x in t] == [None, "None", 2, "2", True, "True"]'
# shellcheck disable=SC2016
expect "in JSON they differ" 0 "$HPSEARCH" check words.yaml --command 'x ${args_json}'
check "so nothing is said" lacks "same word" err

# Steps.
space steps.yaml "$one" '{u: {distribution: q_uniform, min: 3, max: 20, q: 8}, b: {distribution: q_log_uniform_values, min: 1, max: 50, q: 20}}' \
	'method: random' 'max_trials: 5'
expect "W&B's steps" 0 "$HPSEARCH" check steps.yaml
check "leave their bounds, which is said" has "parameter u: q_uniform rounds to 0, below min, as W&B does; {min: 3, max: 20, q: 8} without distribution" err
check "of a log scale, too" has "parameter b: q_log_uniform_values rounds to 0, below min" err
space lattice.yaml "$one" '{a: {min: 2, max: 7, q: 2}, b: {min: 0.1, max: 0.3, q: 0.1}, c: {min: 50.1, max: 50.3, q: 0.1}}' 'method: grid'
expect "steps" 0 "$HPSEARCH" lattice.yaml
check "are printed as they are written" sh -c '[ "$(cat lattice.hpsearch/trials/*/r0/stderr | tr " " "\n" | sort -u | tr "\n" " ")" = "--a=2 --a=4 --a=6 --b=0.1 --b=0.2 --b=0.3 --c=50.1 --c=50.2 --c=50.3 " ]'
check "every one of them once" holds lattice.hpsearch 'len(t) == 27 == len({str(x["params"]) for x in t})'

# Numbers of one value are one; every configuration comes once, and the search ends.
space same.yaml "$one" '{v: {values: [1, 1.0, 2e3, 2000, 2000.0, -0.0, 1e22, 1.0e+22, 1e300]}}' 'method: random' 'max_trials: 50'
expect "one number in many forms" 0 "$HPSEARCH" same.yaml
check "is one" test "$(said same.hpsearch | sort | tr '\n' ' ')" = "--v=-0 --v=1 --v=1e+22 --v=1e+300 --v=2000 "
for method in random sobol bayes; do
	space lists.yaml "$one" '{m: {values: [[a, [1, 2]], [b, [3, 4]]]}, k: {values: [x, y, z]}}' "method: $method" 'max_trials: 40'
	expect "lists as values, $method" 0 "$HPSEARCH" lists.yaml --fresh
	check "arrive whole" test "$(said lists.hpsearch | grep -cF -- "--m=['a', [1, 2]]")" = 3
	check "each configuration once" test "$(said lists.hpsearch | sort | uniq -c | grep -c ' 1 ')" = 6
done

# Not a number is never the best.
cat >train.sh <<'END'
case $HPSEARCH_TRIAL in
0) v=nan ;; 1) v=-inf ;; 2) v=Infinity ;; 3) v=5 ;; 4) v=-nan ;; 5) v=6 ;; *) v=inf ;;
esac
echo "{\"loss\": $v}"
END
for goal in minimize:5 maximize:6; do
	space first.yaml '[sh, train.sh, "${args}"]' '{x: {min: 0.0, max: 1.0}}' 'method: random' 'max_trials: 9'
	expect "what is not finite, ${goal%:*}" 0 "$HPSEARCH" first.yaml --fresh --set "metric.goal=${goal%:*}" --out finite
	check "never wins" holds finite "[x['value'] for x in d['trials'] if x['rank'] == 1] == [${goal#*:}]"
	check "is diverged" holds finite '[x["id"] for x in t if x["outcome"] == "diverged"] == [0, 1, 2, 4, 6, 7, 8]'
	expect "replay" 0 "$HPSEARCH" replay finite
	rm -rf finite
done

# A value that is too good to be one; a penalty, and a spread of ten times, are none.
for found in -1e300:1 0.0001:0 1e300:0 '-9e5 -1e6:2' '-7 -8 -9:0'; do
	space alone.yaml '[sh, -c, "echo {\"loss\": $1}", sh, "${param:x}"]' \
		"{x: {values: [0.5, 0.75, 0.9, 1, 4, ${found%:*}]}}" 'method: grid'
	sed -i 's/\([0-9]\) -/\1, -/g' alone.yaml
	expect "beside 0.5 to 4: ${found%:*}" 0 "$HPSEARCH" alone.yaml --fresh
	case $found in
	*:0) check "nothing is said of it" lacks "slip of the script" out ;;
	*:1) check "is asked about" has "the best value, -1e+300, lies over 1000 times as far from the next, 0.5" out ;;
	*) check "are asked about" has "the best two values, down to -900000, lie over 1000 times as far from the next, 0.5" out ;;
	esac
done

# Nothing outlives its run.
space child.yaml '[sh, -c, "sleep 863.25 & setsid sleep 863.25 & echo {\"loss\": 1}", sh, "${args}"]' '{x: {min: 0.0, max: 1.0}}' 'method: random' 'max_trials: 3'
expect "children left behind" 0 "$HPSEARCH" child.yaml
gone() { ! grep -qsz '^863.25$' /proc/[0-9]*/cmdline; }
check "are gone" wait_until 10 gone

# A bound that is the best.
space bound.yaml '[sh, -c, "echo {\"loss\": $1}", sh, "${param:x}"]' '{x: {min: 0.0, max: 1.0}}' 'method: bayes' 'max_trials: 25'
expect "an optimum at the bound" 0 "$HPSEARCH" bound.yaml
check "is found itself" holds bound.hpsearch 'd["trials"][0]["params"]["x"] == 0'
check "no configuration twice" holds bound.hpsearch 'len({x["params"]["x"] for x in t}) == 25'

# Names of metrics.
for name in 'metrics/F1(B)' 'P@0.5:0.9' a.b.c 'Val loss | x' 'Ошибка' 'q"x' "it's" .loss; do
	NAME=$name python3 -c '
import json, os
n = os.environ["NAME"]
json.dump({"command": ["cat", "line"], "method": "grid", "args": "none", "metric": {"name": n},
           "parameters": {"x": {"values": [1]}}}, open("name.yaml", "w"))
open("line", "w").write(json.dumps({n: 0.5}) + "\n")'
	expect "a metric called $name" 0 "$HPSEARCH" name.yaml --fresh
	check "is read" holds name.hpsearch 't[0]["value"] == 0.5'
done

# Nested choices.
space nested.yaml "$one" '{opt: {values: [sgd, adam, none]}, nest: {parameters: {on: {values: [1, 2]}}, when: {opt: sgd}}, deep: {values: [a, b], when: {nest.on: 2}}}' 'method: grid'
expect "conditions below conditions" 0 "$HPSEARCH" nested.yaml
check "every branch once" holds nested.hpsearch 'sorted(sorted(map(str, x["params"].items())) for x in t) == sorted(sorted(map(str, c.items())) for c in [{"opt": "sgd", "nest.on": 1}, {"opt": "sgd", "nest.on": 2, "deep": "a"}, {"opt": "sgd", "nest.on": 2, "deep": "b"}, {"opt": "adam"}, {"opt": "none"}])'

# What each macro produces, word by word, as the manual says.
json='{"flag": true, "lr": 0.1, "opt": {"name": "adam"}}'
words() { # MACRO WORD…: the command line has these words
	macro=$1
	shift
	printf '%s\n' "$@" >want
	space macro.yaml "[sh, -c, 'echo {\\\"loss\\\": 1}; for w; do echo \"\$w\"; done >&2', sh, \"$macro\"]" \
		'{lr: {value: 0.1}, flag: {value: true}, opt: {parameters: {name: {value: adam}}}}' 'method: grid'
	expect "$macro" 0 "$HPSEARCH" macro.yaml --fresh
	check "$*" cmp want macro.hpsearch/trials/0000/r0/stderr
	check "is what the manual says" has "$macro" "$SRCDIR/src/hpsearch.1"
}
# shellcheck disable=SC2016
{
	words '${args}' --flag=True --lr=0.1 "--opt={'name': 'adam'}"
	words '${args_no_equals}' --flag True --lr 0.1 --opt "{'name': 'adam'}"
	words '${args_no_hyphens}' flag=True lr=0.1 opt.name=adam
	words '${args_append_hydra}' +flag=True +lr=0.1 +opt.name=adam
	words '${args_override_hydra}' ++flag=True ++lr=0.1 ++opt.name=adam
	words '${args_no_boolean_flags}' --flag --lr=0.1 "--opt={'name': 'adam'}"
	words '${args_json}' "$json"
	words '${args_json_file}' "$PWD/macro.hpsearch/trials/0000/r0/config.json"
	check "a file that holds the same" python3 -c '
import json, sys
sys.exit(json.load(open("macro.hpsearch/trials/0000/r0/config.json")) != json.loads(sys.argv[1]))' "$json"
	words '${args_dict}' flag lr opt
	words '${param:lr}' 0.1
	words '${lr}' 0.1
	words '${param:opt.name}' adam
	words '${dir}' "$PWD/macro.hpsearch/trials/0000/r0"
	words '${env}' /usr/bin/env
	words '${interpreter}' python
}
