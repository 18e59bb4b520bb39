#!/bin/bash
# What tools find in the source without running it: gcc's analyzer, cppcheck, clang-tidy
# (.clang-tidy says what), shellcheck.
#     analyze.sh FILE.c …          with CFLAGS: what the files are compiled with
set -u
cd "$(dirname "$0")/.." || exit 1
read -ra flags <<<"$CFLAGS"
jobs=${TEST_JOBS:-2}
failed=0

part() { # NAME COMMAND…
	local name=$1
	shift
	if "$@"; then
		echo "analyze: $name is content"
	else
		echo "analyze: $name is not content" >&2
		failed=1
	fi
}
# each COMMAND…: with every file in the place of {}, several at a time.
each() { printf '%s\0' "${files[@]}" | xargs -0 -P "$jobs" -I{} "$@"; }
analyzer() {
	printf '%s\n' "${files[@]}" | grep -vE '^src/(base/error|api/heap)[.]c$' |
		xargs -P "$jobs" -I{} gcc "${flags[@]}" -include tests/analyze.h -O1 \
			-fanalyzer -Werror -S -o /dev/null {}
}
# Its findings go to stdout, its chatter does not. The analyzer gives a function up after so
# many states: with the default of 225000 it takes four times as long, and of bugs planted
# (an initialisation, a guard, a call of free left out) finds the same ones.
tidy() {
	each clang-tidy --quiet {} -- "${flags[@]}" -Xclang -analyzer-config \
		-Xclang max-nodes=40000 2>/dev/null
}
# Suppressed is what it gets wrong: a range check by way of two comparisons, a compound
# literal behind "?".
check_c() {
	cppcheck -q -j "$jobs" --std=c11 --enable=warning,portability,performance --inline-suppr \
		--suppress=missingIncludeSystem --suppress=incorrectLogicOperator \
		--suppress=internalAstError --error-exitcode=1 '-DHPS_VERSION=""' -D__linux__ \
		-Isrc "${files[@]}"
}
scripts() { shellcheck -S warning -x tests/*.sh tests/*/*.sh src/dist/*.sh examples/*.sh .ci/run; }

files=("$@")
part "gcc -fanalyzer" analyzer
part cppcheck check_c
part clang-tidy tidy
part shellcheck scripts
exit $failed
