#!/bin/bash
# What `make help` offers can be made: every target has its rules and its scripts, and every
# bench does a small piece of its work.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# The build that is under test, whoever began it; its jobs are not ours.
mode=${HPSEARCH%/*}
mode=${mode##*/}
build=${HPSEARCH%/"$mode"/hpsearch}
build=${build#"$SRCDIR/"} # as it was said: the archive knows its objects by it
case ${MAKEFLAGS:-} in
*' -- '*) MAKEFLAGS="-- ${MAKEFLAGS#* -- }" ;;
*) unset MAKEFLAGS ;;
esac
export MAKEFLAGS
unset MAKELEVEL MFLAGS
made() { within 250 make --no-print-directory -C "$SRCDIR" -j2 MODE="$mode" "$@"; }

made help >help
check "help lists what there is" test "$(wc -l <help)" -gt 30
awk 'length($0) > 100' "$SRCDIR/Makefile" "$SRCDIR"/tests/*.mk "$SRCDIR"/tests/*/*.mk >wide
check "nothing is wider than a screen" cmp wide /dev/null
mapfile -t targets < <(awk '{ print $1 }' help)
if made -n BUILD="$tap_dir/none" "${targets[@]}" >dry 2>err; then
	tap ok "every target has its rules"
else
	# Which one?
	for target in "${targets[@]}"; do
		expect "$target has its rules" 0 made -n BUILD="$tap_dir/none" "$target"
	done
fi
grep -oE '(tests|examples)/[a-z/_]+\.(sh|py)' dry | sort -u >scripts
check "they run scripts" test "$(wc -l <scripts)" -gt 12
while read -r script; do
	check "$script can be run" test -x "$SRCDIR/$script"
done <scripts

# Twelve rows of a table that is not worth searching.
mkdir prob kept
cat >prob/tiny.prob <<'E2'
NAME tiny
STAT 0 5
DIR min
TAB tiny.f32 12 1
P x 1 0 0 0 4 1 2 3 4 0
P y 1 0 0 0 3 1 2 3 0
E2
python3 -c 'import struct, sys; sys.stdout.buffer.write(struct.pack("<12f", *range(12)))' >tiny.f32
# bench TARGET WORDS…: what make is told so that the work is small.
benches=
bench() {
	benches="$benches $1"
	expect "$1 starts" 0 made BUILD="$build" BENCHDATA="$tap_dir/none" \
		CACHE="$tap_dir/kept" PROBS="$tap_dir/prob/tiny.prob" SEEDS=0 TRIALS=5 "$@"
}
bench bench N=5 ROUNDS=1
check "it says how many trials a second" grep -qE '^-j2: hpsearch [0-9]+ trials/s' out
check "and what the logic alone takes" grep -qE '500 trials with files.*resume' out
bench bench-gp N=30
check "it measures a proposal" grep -qE '^ +30 +20 +[0-9]' out
bench bench-regret METHOD=random
check "it measures the regret" grep -qE '^tiny +0 ' out
peers=(PEERS='' PEERS_HEBO='' PEERS_EARLY='')
bench bench-peers "${peers[@]}" PEER=smac
check "hpsearch has played" has '"peer": "hpsearch"' kept/peers-cache/peers.jsonl
bench bench-early "${peers[@]}" \
	EARLY='--no-peers --families mlp --mlp 4 --n 2 --seeds 1 --workers 1 --only random'
check "curves were recorded" test -s kept/early/mlp/results.json
if [ "$mode" = release ]; then
	bench bench-trust SEARCHES=1 SCENARIO=flat FOLDER="$tap_dir/trust"
	check "a search was judged" grep -qE '^ +flat +' out
	bench bench-statements TIMES=1
	check "something was stated" test -s out
	bench bench-judge N=20 LAW=normal
	check "searches were judged" grep -qE '^normal +0' out
	bench bench-facets N=2
	check "fronts were judged" grep -qE '^normal +0' out
	bench bench-items N=1 ITEMS=200
	check "races were run" grep -qE '^random, ties +1 ' out
	bench bench-ablate TIMES=1
	check "winners were taken apart" grep -qE '^.* 1 +[0-9.]+ +[0-9.]+ ' out
	bench bench-recheck TIMES=1
	check "winners were rechecked" grep -qE '^the same, repeatable +1 +100' out
	bench bench-refine TIMES=1 FUNCTION=wall
	check "ranges were refined" grep -qE '^wall +sobol +60 ' out
	bench bench-pbt PEERS_PBT= PBT='--seeds 1 --mlp-seeds 0'
	check "a population has trained" test -s out
else
	benches="$benches bench-trust bench-statements bench-judge bench-ablate bench-recheck"
	benches="$benches bench-refine bench-pbt bench-facets bench-items"
	skip "the benches of statements start" "they take minutes in this build"
fi
if command -v gnuplot >/dev/null; then
	python3 -c 'import json
for seed in range(3):
    print(json.dumps({"peer": "hpsearch", "problem": "tiny", "seed": seed, "trials": 100,
                      "regret": [1 / (k + seed + 1) for k in range(6)]}))' >kept/peers-cache/peers.jsonl
	bench bench-plot PLOT="$tap_dir/plot.svg"
	check "a picture was drawn" has "<svg" plot.svg
else
	benches="$benches bench-plot"
	skip "bench-plot starts" "gnuplot is not installed"
fi
bench bench-fronts PEERS_FRONTS= PROBLEM=zdt1 PEER=sobol TRIALS=30
check "a front was found" test -s out
bench bench-cluster N=8 ROUNDS=1
check "agents ran beside the pool" grep -q . out
bench bench-scale
check "it says which data are missing" grep -q 'is not there: skipped' out
check "every bench was begun" test "$(xargs -n 1 <<<"$benches" | sort)" = \
	"$(grep -oE '^ +bench[a-z-]*' help | tr -d ' ' | sort)"

expect "install" 0 made BUILD="$build" install DESTDIR="$tap_dir/root" PREFIX=/usr
check "the program works where it was put" "$tap_dir/root/usr/bin/hpsearch" --version
expect "uninstall" 0 made BUILD="$build" uninstall DESTDIR="$tap_dir/root" PREFIX=/usr
check "nothing is left of it" test -z "$(find root -type f)"
