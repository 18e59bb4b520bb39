#!/bin/bash
# What trainings print, as they print it: numbers of other languages, dicts, stderr, lines
# that cannot be read, steps that do not rise; and runs that go on from a checkpoint.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
cd "$tap_dir" || exit 1

# space FILE METRIC [LINE…]: runs train.sh with x = 1, 2, 3.
space() {
	cat >"$1" <<END
command: [sh, ./train.sh, "\${param:x}"]
method: grid
metric: {name: $2}
parameters: {x: {values: [1, 2, 3]}}
END
	printf '%s\n' "${@:3}" >>"$1"
}
reports() { holds "$1" "[[v for s, v in r['reports']] for r in r] == $2"; }

cat >train.sh <<'END'
awk -v x="$1" 'BEGIN {
	for (e = 1; e <= 4; e++) {
		loss = x == 3 && e > 2 ? log(-1) : x / e
		printf "{\"epoch\": %d, \"loss\": %g}\n", e, loss
	}
}'
END
space awk.yaml loss
expect "awk's nan" 0 "$HPSEARCH" awk.yaml
check "is divergence" holds awk.hpsearch '[t["outcome"] for t in t] == ["ok", "ok", "diverged"]'
check "and all is read" reports awk.hpsearch '[[1, .5, .333333, .25], [2, 1, .666667, .5], [3, 1.5, "nan", "nan"]]'
space early.yaml loss 'early_terminate: {type: median, step: epoch}'
expect "under a rule" 0 "$HPSEARCH" early.yaml
check "which compared none" has 'only 2 runs came so far: it could stop nothing else' out
check "it ends a run at once" holds early.hpsearch 't[2]["reason"].startswith("stopped at step 3") and t[2]["outcome"] == "diverged"'

cat >train.sh <<'END'
echo "{'epoch': 1, 'loss': None, 'when': datetime.date(2026, 11, 26)}"
echo "INFO:root:{'epoch': 2, 'loss': np.float64(0.5), 'note': \"it's\", 'ok': True}"
echo "{\"epoch\": 3, \"loss\": 1.0D-0$1, \"lr\": tensor(0.1)}"
END
space dicts.yaml loss
expect "Python's dicts" 0 "$HPSEARCH" dicts.yaml
check "are read; None is nothing" reports dicts.hpsearch '[[.5, .1], [.5, .01], [.5, .001]]'
check "with their steps" holds dicts.hpsearch '[s for s, v in r[0]["reports"]] == [2, 3]'

cat >train.sh <<'END'
for e in 1 2; do
	echo "{\"epoch\": $e, \"loss\": $1}"
	echo "INFO:root:{\"epoch\": $e, \"loss\": $1}" >&2
done
printf 'last {"epoch": 3, "loss": 0.%s}' "$1" >&2
END
space both.yaml loss
expect "a metric on both streams" 0 "$HPSEARCH" both.yaml
check "counts once, and stderr alone counts" reports both.hpsearch '[[1, 1, .1], [2, 2, .2], [3, 3, .3]]'
printf 'INFO:root:{"epoch": 1, "loss": 1}\nINFO:root:{"epoch": 2, "loss": 1}\nlast {"epoch": 3, "loss": 0.1}' >want
check "stderr is kept byte for byte" cmp want both.hpsearch/trials/0000/r0/stderr

cat >train.sh <<'END'
echo '{"epoch": 1, "loss": 0.5}' >&2
exec sleep 600
END
space live.yaml loss 'early_terminate: {type: threshold, max: 0.25}' 'kill_grace: 1'
expect "stderr is read while it grows" 3 timeout 60 "$HPSEARCH" live.yaml
check "so that a run is stopped by it" holds live.hpsearch 'all(t["outcome"] == "stopped" for t in t)'

cat >train.sh <<'END'
head -c 100000000 /dev/zero | tr '\0' 'x' >&2
yes '{"other": {' | head -n 200000 >&2
echo '{"loss": 1}' >&2
END
space flood.yaml loss
expect "a flood on stderr" 0 timeout 100 "$HPSEARCH" flood.yaml -j3
check "hides nothing behind it" reports flood.hpsearch '[[1], [1], [1]]'
rm -rf flood.hpsearch

cat >train.sh <<'END'
echo "{'epoch': 1, 'loss': tensor(0.5)}"
echo '{"epoch": 2, "loss": 0,25}'
echo '{"epoch": 3, "loss": [1]}'
[ -z "$GOOD" ] || echo '{"epoch": 4, "loss": 1}'
echo 'a word on stderr' >&2
END
space unread.yaml loss
expect "a metric that cannot be read" 3 "$HPSEARCH" unread.yaml
check "is counted" has '3 lines named loss and no number of it could be read; the first:' err
check "with one example" has "| {'epoch': 1, 'loss': tensor(0.5)}" err
check "and a way out" has 'x.item()' err
check "never denied" lacks 'no line' err
check "the tail is printed once" sh -c 'test "$(grep -c "0,25" err)" = 1 && test "$(grep -c "a word on" err)" = 1'
GOOD=1 expect "beside one that can" 0 "$HPSEARCH" unread.yaml --out good
check "it is in the summary" has '9 lines of 3 runs named loss and no number of it could be read; in trial 0' out
expect "and in show" 0 "$HPSEARCH" show good
check "from the journal" has '9 lines of 3 runs' out
expect "and from the results alone" 0 "$HPSEARCH" show good/results.json
check "too" has '9 lines of 3 runs' out
expect "check --log" 3 "$HPSEARCH" check --log unread.hpsearch/trials/0000/r0/stdout unread.yaml
check "counts them" has '3 lines named loss and no number of it could be read' out
expect "check --run" 3 "$HPSEARCH" check --run unread.yaml
check "says the same" has '3 lines named loss' err
check "and names no folder that is gone" lacks 'its folder' err

# Objects that are cut, in a text, or printed over several lines.
while IFS='|' read -r line help; do
	printf 'cat <<"END"\n%b\nEND\n' "$line" >train.sh
	expect "$line" 3 "$HPSEARCH" unread.yaml --fresh
	check "is counted" has '1 line named loss and no number of it could be read' err
	check "$help" has "help: $help" err
done <<'END'
{\n  "epoch": 1,\n  "loss": 0.3\n}|print a whole object on one line
{"epoch": 1, "loss": 0.3|print a whole object on one line
"{\\"loss\\": 0.3}"|print the object itself, not a text that holds it
{"loss"=0.3}|print one number
END

echo 'echo "{\"nested\": {\"valLoss\": $1}, \"valLoss2\": 1}"' >train.sh
space name.yaml valLoss
expect "another name" 3 "$HPSEARCH" name.yaml
check "the exact one at another depth is meant" has 'did you mean metric: {name: nested.valLoss}?' err
expect "check --log asks the same" 3 "$HPSEARCH" check --log name.hpsearch/trials/0000/r0/stdout name.yaml
check "question" has 'did you mean metric: {name: nested.valLoss}?' out
printf '%s\n' 'echo "{\"valLoss\": $1}"; exit 1' >train.sh
expect "check --run of a run that fails" 3 "$HPSEARCH" check --run name.yaml
check "does not say that the metric was never printed" lacks 'never printed' err

cat >train.sh <<'END'
for e in 1 2 3 2 50; do echo "{\"epoch\": $e, \"loss\": $1}"; done
END
space steps.yaml loss 'early_terminate: {type: median, step: epoch}'
expect "steps that fall" 0 "$HPSEARCH" steps.yaml
check "one warning" test "$(grep -c 'warning: the steps of trial 0 run 0 fall (2 after 3)' err)" = 1
check "no more of them" test "$(grep -c 'warning: the steps' err)" = 1
check "in the summary" has 'steps of 3 runs do not rise' out
check "which counts none" has 'steps fall, jump or lie below 0, so what that saved is not known' out

cat >train.sh <<'END'
for e in -7 -6 -5 -4 -3; do echo "{\"epoch\": $e, \"loss\": 0.$1}"; done
END
space below.yaml loss 'early_terminate: {type: median, step: epoch, min_trials: 1}'
expect "steps below 0" 0 "$HPSEARCH" below.yaml
check "are no measure, which is said" has 'lie below 0, so what that saved is not known' out
check "and nothing that is not so" lacks 'nothing ran to its end' out
check "of any run" lacks 'looks at runs from' err

# A training that writes a checkpoint at every epoch, and is cut in its middle.
cat >train.sh <<'END'
f=$HPSEARCH_DIR/checkpoint
e=$(cat "$f" 2>/dev/null || echo 0)
while [ "$e" -lt 9 ]; do
	e=$((e + 1))
	echo "{\"epoch\": $e, \"loss\": $1.$e}"
	echo "$e" >"$f"
	if [ $e = 4 ] && [ ! -e "$HPSEARCH_DIR/cut" ]; then
		: >"$HPSEARCH_DIR/cut"
		exit "$CUT"
	fi
done
END
all='[[x + e / 10 for e in range(1, 10)] for x in (1, 2, 3)]'
for early in '' 'early_terminate: {type: median, min_trials: 2}' \
	'early_terminate: {type: asha, max_iter: 9, step: epoch, control: 1}'; do
	space cut.yaml loss 'retries: 1' 'backoff: 0' "$early"
	CUT=75 expect "a run that is preempted, ${early:-no rule}" 0 "$HPSEARCH" cut.yaml --out cut
	check "keeps what it reported" holds cut "all(len(r['reports']) == 9 for r in r if r['outcome'] == 'ok')"
	[ -z "$early" ] && check "value by value" reports cut "$all"
	CUT=1 expect "one that fails and is tried again" 0 "$HPSEARCH" cut.yaml --out again
	check "comes to the same" sh -c 'cut -d, -f1-5 cut/results.csv >a; cut -d, -f1-5 again/results.csv >b; cmp a b'
	expect "replay" 0 "$HPSEARCH" replay cut
	rm -rf cut again
done
sed -i 's/^e=.*/e=0/' train.sh
space cut.yaml loss 'retries: 1'
CUT=1 expect "one that starts again" 0 "$HPSEARCH" cut.yaml --out anew
check "replaces its curve" reports anew "$all"

if emulated; then
	skip "too small a stack" "valgrind has its own"
else
	space stack.yaml loss
	for kb in 64 256; do
		check "a stack of $kb KiB" expect_exit 1 sh -c "ulimit -S -s $kb && exec $HPSEARCH stack.yaml"
		check "is named" has "the stack is limited to $kb KiB" err
	done
fi
