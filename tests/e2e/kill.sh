#!/bin/bash
# A small part of `make torture-kill`: some twenty kills at seeded instants.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
export TMPDIR=$tap_dir
kills=20
! sanitized || kills=6 # which of them lose something does not depend on it
check "$kills kills: nothing lost, done twice or left running" \
	env KILLS=$kills SEED=1 JOBS=2 CASE= python3 "$SRCDIR/tests/torture/kill.py"
