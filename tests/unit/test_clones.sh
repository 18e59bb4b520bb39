#!/bin/sh
# A search is the same on every kind of x86-64 processor: what gp/ computes is compiled
# for each kind alone, and run with the C library's functions of an old one.
set -u
n=0
# same WHAT COMMAND…: the output is that of the program as it is.
same() {
	what=$1
	shift
	n=$((n + 1))
	if "$@" >"$tmp/other" 2>&1 && cmp -s "$tmp/own" "$tmp/other"; then
		echo "ok $n - $what"
	else
		diff "$tmp/own" "$tmp/other" | head -6 | sed 's/^/# /'
		echo "not ok $n - $what"
	fi
}
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
"$TOOLS/proposals" >"$tmp/own" || {
	echo "not ok 1 - proposals"
	echo 1..1
	exit
}
for kind in avx512f avx2 sse2; do
	if [ ! -x "$TOOLS/proposals-$kind" ]; then
		skip "compiled for $kind" "not built in this mode"
	elif grep -qw "$kind" /proc/cpuinfo; then
		same "compiled for $kind" "$TOOLS/proposals-$kind"
	else
		skip "compiled for $kind" "this processor has none"
	fi
done
same "the C library without AVX2 and FMA" env \
	GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX2_Usable,-FMA,-FMA_Usable,-FMA4 \
	"$TOOLS/proposals"
echo "1..$n"
