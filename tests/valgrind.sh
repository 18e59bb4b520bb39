#!/bin/sh
# A whole search, its continuation, its verification and a replay under valgrind: no error,
# no leak, no descriptor left open by the driver.
set -eu
dir=$(mktemp -d "${TMPDIR:-/tmp}/hpsearch-valgrind.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >space.yaml <<Y
command: ["$TOOLS/fake_train", curve, --epochs=3, "\${args}"]
method: sobol
metric: {name: loss}
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
  y: {min: -1.0, max: 1.0, default: 0.5}
parallel: 2
test: {top: 2, repeats: 2}
Y
grind() { # EXPECTED-EXIT WORDS…
	want=$1
	shift
	rc=0
	valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
		--track-fds=yes --log-file=vg.%p "$HPSEARCH" "$@" >out 2>err || rc=$?
	[ "$rc" = "$want" ] || {
		echo "exit $rc, not $want: $*"
		cat err vg.*
		exit 1
	}
}
# This training has no seed: its verification cannot tell.
grind 5 space.yaml -n 5
grind 5 space.yaml -n 8
grind 0 replay space.hpsearch/results.json
grind 0 show space.hpsearch
grind 0 best space.hpsearch -f args
grind 0 check space.yaml
cat >early.yaml <<Y
command: ["$TOOLS/fake_train", checkpoint, --epochs=9, "\${args}"]
method: bayes
metric: {name: loss}
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
early_terminate: {type: asha, mode: promote, grace: 1, max_iter: 9, step: epoch, control: 0.2}
Y
grind 0 early.yaml -n 5
grind 0 early.yaml -n 9
grind 0 replay early.hpsearch/results.json
# A descriptor that was there before the program began is none of ours.
left=$(awk '/Open (file descriptor|AF_)/ { open = $0; next }
	open != "" { if (!/inherited from parent/) print FILENAME ": " open "\n" $0; open = "" }' vg.*)
[ -z "$left" ] || {
	echo "descriptors left open: $left"
	exit 1
}
echo "valgrind: clean"
