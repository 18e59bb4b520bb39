#!/bin/bash
# Trials a second of the whole program with a trivial child, journal on disk, folders and
# scraping included, beside the same commands by a bare spawn-and-wait loop (tests/bench/launch),
# xargs and GNU parallel in the same run; then the logic of a search without processes.
#     search.sh [TRIALS] [ROUNDS]     (default: 1000 3; without processes 100 times as many)
set -eu
: "${HPSEARCH:?}" "${BENCH:?}"
n=${1:-1000}
rounds=${2:-3}
dir=$(mktemp -d "${TMPDIR:-/tmp}/hpsearch-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >space.yaml <<'Y'
command: [/bin/echo, "{\"loss\": ${param:x}}"]
method: random
metric: {name: loss}
parameters: {x: {min: 0.0, max: 1.0}}
Y

rate() { # COMMAND…: prints N / seconds
	local start end
	start=$(date +%s%N)
	"$@" >/dev/null 2>&1
	end=$(date +%s%N)
	awk -v n="$n" -v t=$((end - start)) 'BEGIN { printf "%.0f\n", n * 1e9 / t }'
}
bare() { "$BENCH/launch" -b "$1" -n "$n" /bin/echo '{"loss": 1}' | tail -n 1; }
search() { rate "$HPSEARCH" space.yaml -n "$n" -j "$1" -q --out "s$1.$2"; }
with_xargs() { rate sh -c "seq $n | xargs -P $1 -I{} /bin/echo '{\"loss\": {}}'"; }
with_parallel() { rate sh -c "seq $n | parallel --will-cite -j $1 /bin/echo '{\"loss\": {}}'"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for j in 1 2; do
	for what in bare search with_xargs with_parallel; do : >$what; done
	for r in $(seq "$rounds"); do
		bare $j >>bare
		search $j "$r" >>search
		with_xargs $j >>with_xargs
		if command -v parallel >/dev/null; then with_parallel $j >>with_parallel; fi
	done
	ours=$(median <search)
	echo "-j$j: hpsearch $ours trials/s"
	for what in bare with_xargs with_parallel; do
		[ -s $what ] || continue
		awk -v a="$ours" -v b="$(median <$what)" -v w="${what#with_}" -v j=$j \
			'BEGIN { printf "      %-8s %6.0f /s, hpsearch / %s = %.2f\n", w, b, w, a / b }'
	done
done
echo "without processes:"
"$BENCH/study" -n $((100 * n))
