#!/bin/bash
# A part of `make torture-children`, in small sizes: every mode of fake_train with its
# outcome, a fork bomb, floods, endless lines, files with our own names; nothing is left
# running and the driver stays under 50 MB.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
export TMPDIR=$tap_dir
# What a sanitizer keeps is not the driver's.
[ -n "${FAULT_SO:-}" ] || export DRIVER_MB=100000
for what in "every mode, -j4" "fork bomb" "200 MB of output" "300,000 JSON lines" \
	"one line of 100 MB" "files with the driver's names"; do
	check "$what" env ONLY="$what" FULL= python3 "$SRCDIR/tests/torture/children.py"
done
