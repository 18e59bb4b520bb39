#!/bin/bash
# src/README.md has a line for every file of src, and for none that is not there; every row of
# the table "What you have, what you write" of README.md is a test.
# shellcheck source=tests/e2e/lib.sh
. "${SRCDIR:?}/tests/e2e/lib.sh" || exit 1

# shellcheck disable=SC2016 # the quotes of the text
listed() { sed -n 's,^- `\([a-z_/0-9]*\)`: .*,\1,p' "$1" | sort; }
there() {
	(cd "$1" && find . -name '*.[ch]' -printf '%P\n') | sed 's/[.][ch]$//' | sort -u
}

listed "$SRCDIR/src/README.md" >has
there "$SRCDIR/src" >is
check "every file has its line, and every line its file" diff is has
check "no file has two lines" [ -z "$(uniq -d has)" ]
# The test itself: a file that is not listed is found.
mkdir -p room && touch room/known.c room/new.h
# shellcheck disable=SC2016
printf -- '- `room/known`: known\n' >README
listed README >has
there . | grep room >is
check "a file without a line is noticed" [ "$(diff is has)" = "$(printf '2d1\n< room/new')" ]

# Its first cells; and the markers "# README: CELL" of scripts that have a test behind them.
rows() {
	awk '/^## / { on = /^## What you have/ } on && /^\| / && !/^\| you have/' "$1" |
		sed 's/^| \([^|]*\) |.*/\1/' | sort
}
markers() {
	awk 'FNR == 1 { cell = "" }
		sub(/^[ \t]*# README: /, "") { cell = $0 }
		cell != "" && /^[ \t]*(expect|check|stores|scripts) / { print cell; cell = "" }' "$@" | sort -u
}
rows "$SRCDIR/README.md" >has
markers "$SRCDIR"/tests/e2e/*.sh >is
check "there are rows" [ "$(wc -l <has)" -gt 10 ]
check "every row is a test, and every test has its row" diff has is
printf '## What you have\n| you have | x |\n|---|---|\n| a | b |\n| c | d |\n' >README
printf '# README: a\nexpect x 0 true\n# README: c\n' >script
check "a row without one is noticed" \
	[ "$(diff <(rows README) <(markers script))" = "$(printf '2d1\n< c')" ]
