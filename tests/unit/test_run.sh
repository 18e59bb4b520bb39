#!/bin/bash
# The sum at the end of the tests counts what went wrong, however it went wrong.
# shellcheck source=tests/e2e/lib.sh
. "${SRCDIR:?}/tests/e2e/lib.sh" || exit 1
unset V BUILD_FAILED

mkdir suite
# program NAME LINES…: a test program of a few shell lines.
# shellcheck disable=SC2016  # they are not for this shell
program() {
	local file=suite/$1
	shift
	printf '%s\n' '#!/bin/bash' "$@" >"$file"
	chmod +x "$file"
}
# summed NAME EXIT SUM PROGRAMS…: run.sh exits so and ends with that line.
summed() {
	local name=$1 code=$2 sum=$3
	shift 3
	expect "$name: exit $code" "$code" env TEST_TIMEOUT="${limit:-20}" \
		"$SRCDIR/tests/run.sh" logs "${@/#/suite/}"
	check "$name: $sum" test "$(tail -n 1 out)" = "$sum"
}

program good 'echo "ok 1 - a"' 'echo "ok 2 - b # SKIP no disk"' 'echo 1..2'
program bad 'echo "not ok 1 - a"' 'echo "# why"' 'echo "ok 2 - c"' 'echo 1..2' 'exit 1'
program crash 'echo "ok 1 - a"' 'kill -SEGV $$'
program short 'echo "ok 1 - a"' 'echo 1..2'
program noplan 'echo "ok 1 - a"'
program twice 'echo "ok 1 - a"' 'echo 1..1' 'echo 1..1'
program nothing 'echo 1..0'
program whole_skip 'echo "1..0 # SKIP no python"'
program code 'echo "ok 1 - a"' 'echo 1..1' 'exit 5'
program slow 'echo "ok 1 - a"' 'sleep 60' 'echo 1..1'
program san 'f=${ASAN_OPTIONS#*log_path=}' 'echo "ERROR: leak" >"${f%%:*}.123"' \
	'echo "ok 1 - a"' 'echo 1..1'
program loud 'trap "" INT' 'for i in {1..200}; do echo "ok $i - $i"; done' 'echo 1..200'

summed "passes and skips" 0 "1 passed, 0 failed, 1 skipped" good
check "a skipped test is shown" has "no disk" out
summed "a failed test" 1 "2 passed, 1 failed, 1 skipped" good bad
check "a failed test is shown" has "not ok 1 - a" out
check "with its reason" has "# why" out
check "passed ones are not" lacks "ok 2 - c" out
summed "a crash" 1 "1 passed, 1 failed" crash
check "a crash is named" has "died of signal 11" out
summed "an unfulfilled plan" 1 "1 passed, 1 failed" short
summed "no plan" 1 "1 passed, 1 failed" noplan
summed "two plans" 1 "1 passed, 1 failed" twice
summed "an empty plan" 1 "0 passed, 1 failed" nothing
summed "all skipped" 1 "0 passed, 0 failed, 1 skipped" whole_skip
summed "an exit code" 1 "1 passed, 1 failed" code
summed "what was not built" 1 "1 passed, 1 failed, 1 skipped" good missing
check "is named" has "was not built" out
limit=1 summed "a time-out" 1 "1 passed, 1 failed" slow
check "a time-out is named" has "timed out" out
# Where forty want a processor, one of them waits the longer.
program brief 'sleep 3' 'echo "ok 1 - a"' 'echo 1..1'
cpus=$(getconf _NPROCESSORS_ONLN)
echo "40 40 40 $((40 * cpus + 1))/999 1" >busy
echo "0 0 0 2/999 1" >idle
LOADAVG=$PWD/idle limit=1 summed "three seconds of one" 1 "0 passed, 1 failed" brief
LOADAVG=$PWD/busy limit=1 summed "the same where forty run" 0 "1 passed, 0 failed" brief
program stubborn 'trap "" TERM' 'echo "ok 1 - a"' 'sleep 30 & wait' 'while :; do sleep 1; done'
LOADAVG=$PWD/idle limit=1 summed "one that ignores SIGTERM" 1 "1 passed, 1 failed" stubborn
check "is killed" has "timed out" out
summed "a sanitizer's report" 1 "1 passed, 1 failed" san
check "a sanitizer's report is shown" has "ERROR: leak" out
expect "a failed build" 1 env BUILD_FAILED=1 "$SRCDIR/tests/run.sh" logs suite/good
check "a failed build is counted" test "$(tail -n 1 out)" = "1 passed, 1 failed, 1 skipped"
TEST_JOBS=4 summed "several at a time" 1 "204 passed, 3 failed, 1 skipped" \
	loud bad good crash short
expect "nothing to run" 1 "$SRCDIR/tests/run.sh" logs
