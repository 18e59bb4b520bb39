#!/bin/bash
# What method bayes proposes to a seed is what it proposed in the version before: a change of
# any bit must be meant, for `replay` derives no proposal of an older version again. Then
#     build/release/tests/tools/proposals | grep ^search >tests/data/gp/proposals.txt
# and the version of the program says it.
# shellcheck source=tests/e2e/lib.sh
. "${SRCDIR:?}/tests/e2e/lib.sh" || exit 1

name="the proposals of five searches are the same to the last bit"
if [ -n "${BLAS-}" ]; then
	skip "$name" "$BLAS has sums of its own"
else
	"$TOOLS/proposals" | grep ^search >found
	check "$name" diff "$SRCDIR/tests/data/gp/proposals.txt" found
fi
