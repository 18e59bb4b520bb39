#!/bin/bash
# libhpsearch as it is installed: what it exports, the header in C and in C++, the
# examples in C and in Python, and that its results are those of the program.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
: "${LIBRARY:?}" "${EMBED:?}"
mode=$(basename "$(dirname "$LIBRARY")")

# What is exported is what the header declares, neither more nor less.
grep -o '\bhps_[a-z]*(' "$SRCDIR/include/hpsearch.h" | tr -d '(' | sort -u >declared
nm -D --defined-only "$LIBRARY/libhpsearch.so.0" | awk '$2 != "A" { print $3 }' | grep -v '^__' |
	sort >shared
grep -v '@@HPSEARCH_0$' shared >unversioned
sed -i 's/@@.*//' shared
nm --defined-only "$LIBRARY/libhpsearch.a" |
	awk 'NF == 3 && $2 ~ /^[A-Z]$/ { print $3 }' | grep -v '^__\(asan\|odr_asan\|llvm\|gcov\)' | sort >static
check "the header declares functions" test "$(wc -l <declared)" -gt 15
check "the shared library exports them alone" diff declared shared
check "each with its version" test ! -s unversioned
check "the static library too" diff declared static
check "the shared library has its name" bash -c \
	'readelf -d "$1" | grep -q "SONAME.*\[libhpsearch.so.0\]"' - "$LIBRARY/libhpsearch.so.0"
no_exit() { # (GSL's fprintf has no stream to write to, see src/api/heap.h) nothing that ends the program, prints, or touches a signal
	nm -u "$LIBRARY/libhpsearch.a" | awk '{ print $2 }' |
		grep -E '^(_?exit|_Exit|quick_exit|printf|puts|putchar|perror|stdout|stderr|signal|sigaction|kill|fork|vfork|execve|posix_spawnp?|system|pthread_create)$'
}
case $mode in
asan | cov) skip "no way to end, print, signal or start a process" "other code is in it here" ;;
*) check "no way to end, print, signal or start a process" bash -c "
	$(declare -f no_exit); LIBRARY='$LIBRARY'; ! no_exit" ;;
esac

# The example.
expect "embed: a search in one program" 0 "$EMBED"
cp out first
check "embed: early stopping answered" grep -q ' [1-9][0-9]* trainings were stopped early' out
check "embed: finds a curve" python3 -c '
import re
assert float(re.search(r"error of ([0-9.]+)", open("out").read())[1]) < 0.04'
expect "hpsearch replay agrees with its results" 0 "$HPSEARCH" replay results.json
check "in every proposal and decision" grep -q '^30 proposals and 30 runs and [1-9][0-9]* decisions checked: identical' out
expect "hpsearch show reads them" 0 "$HPSEARCH" show results.json
expect "hpsearch best too" 0 "$HPSEARCH" best results.json
check "it says what embed said" bash -c '
	grep -qF "$(python3 -c "import json; print(\"\\\"degree\\\":%d\" % json.load(open(\"out\"))[\"degree\"])")" first'
expect "hpsearch importance too" 0 "$HPSEARCH" importance results.json
expect "embed: the same again" 0 "$EMBED"
check "word for word" cmp first out

# From Python, and from C++.
export LIBHPSEARCH=$LIBRARY/libhpsearch.so.0
if [ "$mode" = asan ]; then
	skip "python" "the sanitizer insists on being first"
else
	expect "python: a search by ctypes" 0 python3 "$SRCDIR/examples/embed/python/tune.py"
	check "python: finds the floor" python3 -c '
import re
assert float(re.search(r"with (-?[0-9.]+)", open("out").read())[1]) < 0.5'
	expect "python: replay agrees" 0 "$HPSEARCH" replay results.json
	expect "python: an error is an exception with its text" 1 python3 -c "
import sys; sys.path.insert(0, '$SRCDIR/examples/embed/python')
from hpsearch import Search
Search('method: random')"
	check "python: it says what is missing" grep -q 'hpsearch.Error: yaml' err
fi
cxx=$(command -v clang++ || command -v g++)
if [ -z "$cxx" ]; then
	skip "C++" "no compiler"
elif [ "$mode" = release ] || [ "$mode" = debug ]; then
	check "the header is C++" "$cxx" -std=c++17 -Wall -Wextra -pedantic -Werror -I "$SRCDIR/include" \
		"$SRCDIR/tests/api/header.cc" -o cxx -L "$LIBRARY" -lhpsearch -Wl,-rpath,"$LIBRARY"
	expect "and works there" 0 ./cxx
fi
for std in c99 c11 c17; do
	check "the header is $std" cc -std=$std -Wall -Wextra -pedantic -Werror -fsyntax-only -x c "$SRCDIR/include/hpsearch.h"
done
check "and at most 250 lines" test "$(wc -l <"$SRCDIR/include/hpsearch.h")" -le 250

# Installed, found by pkg-config, linked both ways, gone again.
if [ "$mode" = release ] && [ -z "${MEMCHECK_LOG:-}" ]; then
	root=$PWD/root
	# Relative, as the others say it: what is made hangs on the words it is made with.
	build=$(dirname "$(dirname "${LIBRARY#"$SRCDIR"/}")")
	check "make install" make -s -C "$SRCDIR" BUILD="$build" install DESTDIR="$root" PREFIX=/opt/hps
	(cd root && find . -type f -o -type l) | sort >installed
	for f in bin/hpsearch include/hpsearch.h lib/libhpsearch.a lib/libhpsearch.so lib/libhpsearch.so.0 \
		lib/pkgconfig/hpsearch.pc share/man/man1/hpsearch.1; do
		check "$f is installed" grep -qx "./opt/hps/$f" installed
	done
	export PKG_CONFIG_PATH=$root/opt/hps/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
	# shellcheck disable=SC2046
	check "pkg-config: shared" cc -o shared-embed "$SRCDIR/examples/embed/embed.c" \
		$(pkg-config --cflags --libs hpsearch) -lm
	expect "it runs" 0 env LD_LIBRARY_PATH="$root/opt/hps/lib" ./shared-embed
	check "and finds the same" cmp first out
	# The others of its libraries are where they are.
	# shellcheck disable=SC2046 # words
	check "static" cc -o static-embed "$SRCDIR/examples/embed/embed.c" -I"$root/opt/hps/include" \
		"$root/opt/hps/lib/libhpsearch.a" $(PKG_CONFIG_SYSROOT_DIR='' pkg-config --libs gsl yaml-0.1 libcjson)
	expect "it runs too" 0 ./static-embed
	check "and finds the same too" cmp first out
	check "make uninstall" make -s -C "$SRCDIR" BUILD="$build" uninstall DESTDIR="$root" PREFIX=/opt/hps
	check "nothing is left" test -z "$(find root -type f -o -type l)"
fi
