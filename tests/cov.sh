#!/bin/bash
# Line and branch coverage per room, from the .gcda files of a `make cov` build.
#     cov.sh BUILDDIR
set -eu
top=$PWD
for room in "$1"/src/*/; do
	files=$(find "$room" -name '*.gcda')
	[ -n "$files" ] || continue
	# shellcheck disable=SC2086  # a list of files on purpose
	(cd "$top" && gcov -b -c -n $files) 2>/dev/null |
		awk -v room="$(basename "$room")" '
			/^File .src/ { ours = index($0, "src/" room "/") > 0 }
			/^Lines executed/ && ours { split($0, a, /[:% ]+/); l += a[3] * a[5] / 100; ln += a[5] }
			/^Taken at least once/ && ours { split($0, a, /[:% ]+/); b += a[5] * a[7] / 100; bn += a[7]; ours = 0 }
			END { if (ln) printf "%-10s %5.1f %% of %5d lines, %5.1f %% of %5d branches\n", room, 100 * l / ln, ln, bn ? 100 * b / bn : 100, bn }'
done
