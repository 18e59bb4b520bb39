#!/bin/bash
# src/README.md has a line for every file of src, and for none that is not there.
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
