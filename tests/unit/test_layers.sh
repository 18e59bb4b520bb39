#!/bin/bash
# The check of the include arrows: the source passes, planted violations do not.
# shellcheck source=tests/e2e/lib.sh
. "$SRCDIR/tests/e2e/lib.sh"
layers=$SRCDIR/tests/layers.sh

check "the arrows of the source point one way" "$layers"

# planted NAME FILE LINE WORDS: a copy of the source with that line in that file is refused,
# with these words.
planted() {
	rm -rf src
	cp -r "$SRCDIR/src" src
	mkdir -p "src/$(dirname "$2")"
	echo "$3" >>"src/$2"
	expect "refused: $1" 1 "$layers" src
	check "with the words: $4" has "$4" err
}
planted "base including space" base/str.c '#include "space/param.h"' "base/ must not include space/"
planted "run including strategy" run/pool.h '  #  include "strategy/strategy.h"' "run/ must not include strategy/"
planted "a strategy that sees trials" strategy/grid.c '#include "search/trial.h"' "strategy/ must not include search/"
planted "a way around by .." strategy/grid.c '#include "../study/trial.h"' 'must not include "../study/trial.h"'
#planted "study including cli" study/study.c '#include "cli/cli.h"' "study/ must not include cli/"
planted "a room that nobody knows" attic/x.h '#include "base/str.h"' "attic/ has no row"
planted "a file deep in a room" base/deep/x.h '#include "run/pool.h"' "base/ must not include run/"
planted "libyaml outside its door" config/spec.c '#include <yaml.h>' "config/spec.c must not include yaml"
planted "GSL outside its door" study/verify.c '#include <gsl/gsl_cdf.h>' "study/verify.c must not include gsl/"
planted "cJSON outside its door" run/scrape.c '#include <cjson/cJSON.h>' "run/scrape.c must not include"
planted "a door in main" main.c '#include "cJSON.h"' "main.c must not include"
