#!/bin/sh
# The same search on another architecture: builds the library and the tests for arm64
# with Debian's cross compiler, runs them under qemu-user and compares what method bayes
# computes, bit for bit, with this machine. Nothing is installed for arm64: its libraries
# are unpacked into the build's folder, from lists of packages of its own.
#     check.sh BUILD PROPOSALS     (a folder; the native tests/tools/proposals)
# QUICK=1 leaves out the tests that take many minutes under emulation.
set -eu
build=$1
own=$2
root=$build/root
libs=$root/usr/lib/aarch64-linux-gnu
tests=$(dirname "$0")/..

"$tests/deps.sh" gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
mkdir -p "$build/apt/lists/partial" "$build/apt/cache/archives/partial" "$root"
if [ ! -e "$libs/libsqlite3.so" ]; then
	: >"$build/apt/status"
	apt="apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64
		-o Dir::State::Lists=$(realpath "$build/apt/lists")
		-o Dir::State::status=$(realpath "$build/apt/status")
		-o Dir::Cache=$(realpath "$build/apt/cache")"
	$apt update
	(cd "$build/apt" && $apt download libgsl-dev libgslcblas0 libyaml-dev \
		libcjson-dev libcjson1 libsqlite3-dev libsqlite3-0)
	for deb in "$build"/apt/*.deb; do
		dpkg -x "$deb" "$root"
	done
fi

# What starts programs of its own is left out: qemu-user runs one, not what that starts.
# Those of many minutes come last.
long='advice cblas claim gp importance stopping strategy study'
programs=
for f in "$tests"/unit/test_*.c; do
	name=$(basename "$f" .c)
	case " $long " in
	*" ${name#test_} "*) ;;
	*)
		grep -lqE '"run/|fork\(|getenv\("(HPSEARCH|TOOLS)"' "$f" ||
			programs="$programs $build/release/tests/unit/$name"
		;;
	esac
done
[ -n "${QUICK:-}" ] || {
	for name in $long; do
		programs="$programs $build/release/tests/unit/test_$name"
	done
	programs="$programs $build/release/tests/matrix/test_matrix"
}
unset MAKEFLAGS MFLAGS MAKELEVEL
# shellcheck disable=SC2086
make --no-print-directory -j"${JOBS:-2}" BUILD="$build" CC=aarch64-linux-gnu-gcc \
	AR=aarch64-linux-gnu-ar DEP_CFLAGS="-isystem $root/usr/include -isystem $root/usr/include/cjson" \
	DEP_LIBS="$libs/libgsl.a $libs/libgslcblas.a $libs/libyaml.a -L$libs -lcjson -lsqlite3 -lm" \
	"$build/release/tests/tools/proposals" $programs

arm="qemu-aarch64 -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH=$(realpath "$libs")"
rc=0
"$own" >"$build/here"
$arm "$build/release/tests/tools/proposals" >"$build/there"
if cmp "$build/here" "$build/there"; then
	echo "ok - $(wc -l <"$build/here") lines of proposals are the same bits"
else
	diff "$build/here" "$build/there" | head -20
	rc=1
fi
for p in $programs; do
	log=$build/$(basename "$p").log
	if SRCDIR=$(realpath "$tests/..") $arm "$p" >"$log" 2>&1; then
		echo "ok - $(basename "$p") ($(grep -c '^ok' "$log"))"
	else
		echo "not ok - $(basename "$p"): $log"
		rc=1
	fi
done
exit $rc
