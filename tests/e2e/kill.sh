#!/bin/bash
# A small part of `make torture-kill`: some twenty kills at seeded instants.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
export TMPDIR=$tap_dir
check "20 kills: nothing lost, done twice or left running" \
	env KILLS=20 SEED=1 JOBS=2 CASE= python3 "$SRCDIR/tests/torture/kill.py"
