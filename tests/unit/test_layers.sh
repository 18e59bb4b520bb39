#!/bin/bash
# The check of the arrows: the source passes, planted violations do not.
# shellcheck source=tests/e2e/lib.sh
. "${SRCDIR:?}/tests/e2e/lib.sh" || exit 1
layers=$SRCDIR/tests/layers.sh
built=${HPSEARCH%/*}/src

check "the arrows of the source point one way" "$layers" "$SRCDIR/src" "$built"

# A copy of the source, and of its objects.
fresh() {
	rm -rf src objects
	cp -r "$SRCDIR/src" src
	cp -rs "$built" objects
}
# refused NAME WORDS: what is planted is found, and nothing else.
refused() {
	expect "refused: $1" 1 "$layers" src objects
	check "with the words: $2" has "layers: $2" err
	check "and no others" test "$(wc -l <err)" = 1
}
# planted NAME FILE LINE WORDS: with that line in that file.
planted() {
	fresh
	mkdir -p "src/$(dirname "$2")"
	echo "$3" >>"src/$2"
	refused "$1" "$4"
}
# compiled FILE LINE: a file of its own, and its object.
compiled() {
	echo "$2" >"src/$1"
	cc -std=c17 -Isrc -c -o "objects/${1%.c}.o" "src/$1" || exit 1
}

planted "base including space" base/str.c '#include "space/param.h"' "base/ must not include space/"
planted "run including strategy" run/pool.h '  #  include "strategy/strategy.h"' "run/ must not include strategy/"
planted "a strategy that sees trials" strategy/grid.c '#include "study/study.h"' "strategy/ must not include study/"
planted "a way around by .." strategy/grid.c '#include "../study/study.h"' 'strategy/grid.c must not include "../study/study.h"'
planted "study including cli" study/study.c '#include "cli/cli.h"' "study/ must not include cli/"
planted "a room that nobody knows" attic/x.h '#include "attic/y.h"' "attic/ has no row"
planted "a file deep in a room" base/deep/x.h '#include "run/pool.h"' "base/ must not include run/"
planted "libyaml outside its door" config/spec.c '#include <yaml.h>' "config/spec.c must not include yaml"
planted "GSL outside its door" study/verification.c '#include <gsl/gsl_cdf.h>' "study/verification.c must not include gsl/"
planted "cJSON outside its door" run/scrape.c '#include <cjson/cJSON.h>' "run/scrape.c must not include"
planted "a door in main" main.c '#include "cJSON.h"' "main.c must not include"
planted "what is not built" base/planted.c 'int planted;' "base/planted.c is not built"

# What no #include gives away.
fresh
compiled run/planted.c 'extern const char *search_state_name(int); const char *planted(void) { return search_state_name(1); }'
refused "a symbol of a room above" "run/ must not use "
fresh
compiled base/planted.c 'extern int main(void); int planted(void) { return main(); }'
refused "a use of main" "base/planted.c must not use main of main.c"

fresh
compiled base/egg.c 'extern int hen(void); int egg(void) { return hen(); }'
compiled base/hen.c 'extern int egg(void); int hen(void) { return egg(); }'
refused "a circle of two files" "a circle of files: base/egg.c base/hen.c"
fresh
compiled base/egg.c 'extern int hen(void); int egg(void) { return hen(); }'
compiled base/hen.c 'extern int farmer; int hen(void) { return farmer; }'
compiled base/farmer.c 'extern int egg(void); int farmer; int hungry(void) { return egg(); }'
refused "a circle of three, one by way of a variable" "a circle of files: base/egg.c base/farmer.c base/hen.c"
fresh
compiled base/egg.c 'static int hen(void) { return 1; } int egg(void) { return hen(); }'
compiled base/hen.c 'extern int egg(void); int hen(void) { return egg(); }'
expect "a static function of the same name is no arrow" 0 "$layers" src objects

# The list of what is known.
compiled base/egg.c 'extern int hen(void); int egg(void) { return hen(); }'
{ cat "$SRCDIR/tests/layers.known" 2>/dev/null; echo "a circle of files: base/egg.c base/hen.c"; } >known
expect "what is known is let through" 0 "$layers" src objects known
compiled base/egg.c 'int egg(void) { return 1; }'
expect "what is known and no longer so is refused" 1 "$layers" src objects known
check "by its line" has "layers: known, but no longer so: a circle of files: base/egg.c base/hen.c" err
