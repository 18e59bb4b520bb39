#!/bin/bash
# A small part of `make torture-fault`: system calls that fail. First the points that once
# found something, then some drawn from all.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
export TMPDIR=$tap_dir
if [ -z "${FAULT_SO:-}" ]; then
	skip "system calls that fail" "this build cannot be preloaded to"
	exit 0
fi
# point NAME OUTCOME SCENARIO ROLE CALL N HOW
point() {
	local name=$1 outcome=$2
	shift 2
	check "$name" is "$outcome" "$*"
}
is() { # OUTCOME POINT
	local got
	got=$(POINT=$2 CALL='' POINTS='' python3 "$SRCDIR/tests/torture/fault.py" 2>&1)
	echo "$got"
	[ "${got%% *}" = "$1" ]
}
point "a fork that fails is tried again" survived fresh supervisor vfork 1 EAGAIN
point "no process to be had: the search ends, and goes on later" ended \
	fresh supervisor vfork 2 EAGAIN+
point "a results file that cannot be read is tried again" survived fresh driver pread 1 EIO
point "and when it cannot be opened" survived \
	fresh driver open@results.jsonl 1 ENFILE
point "a supervisor that dies: its run is queued again" survived \
	fresh driver recv 1 ECONNRESET
point "in the verification, too" survived fresh driver recv 9 ECONNRESET
for n in 1 3 7; do
	point "decided to pause, its supervisor dies: not begun again ($n)" survived \
		promote driver recv $n ECONNRESET
done
point "a supervisor without a pipe for the output takes no run" survived \
	promote supervisor fcntl 2 EMFILE
point "a checkpoint is ahead of the journal: the training says where it is" ended \
	promote driver write 6 EIO
cat >lost.yaml <<END
command: ["$TOOLS/fake_train", quadratic, "\${args}"]
method: random
metric: {name: loss}
parameters: {x: {min: 0.0, max: 1.0}}
END
expect "a supervisor that is lost" 0 env LD_PRELOAD="$FAULT_SO" \
	HPS_FAULT="driver recv 1 ECONNRESET" "$HPSEARCH" lost.yaml -n 3 --out lost
check "is spoken of" grep -q \
	"trial 0 run 0 is queued again, through no fault of its own: its supervisor was lost" err
check "60 points drawn from all" \
	env POINTS=60 SEED=1 JOBS=2 CALL= POINT= python3 "$SRCDIR/tests/torture/fault.py"
