# Helpers of the end-to-end tests: TAP for the shell. Source it as the first thing; every
# script then works in an empty directory of its own, which goes at the end, with the plan.
#
#     check NAME COMMAND…          a test: the command succeeds
#     expect NAME CODE COMMAND…    a test: it exits with CODE; leaves its output in out, err
#     expect_exit CODE COMMAND…    the same as a condition: check NAME expect_exit 3 …
#     skip NAME WHY                a test that cannot be done here
#     wait_until SECONDS COMMAND…  tries it until it succeeds; false when time is up
#     within SECONDS COMMAND…      as timeout(1); 124: it took too long
#                                  The seconds of both are longer where the machine is busy.
#     has TEXT FILE, lacks TEXT FILE
#     holds WHERE EXPRESSION       of a results file, or that of a directory: d (all of it), t (its
#                                  trials by number), r (their first runs), p (their parameters)
#     json FILE EXPRESSION         prints it, of d (the file) and v (its verification)
#     emulated                     is true under valgrind (limits and a failing exec differ)
#     pip_into VENV SECONDS PACKAGES…   what pip may take in that time, in build/venv-VENV; leaves
#                                  its python. What is missing the next script tries again.
#     real NAME MODULE COMMAND…    COMMAND, or a skipped NAME where $python has no such module
#     sanitized                    is true of a build with ASan: three times as slow
#
# Not in a subshell: what is counted there is lost.
# shellcheck shell=bash
set -u
: "${HPSEARCH:?}" "${TOOLS:?}" "${SRCDIR:?}"
FAKE=$TOOLS/fake_train
export FAKE
tap_cpus=$(getconf _NPROCESSORS_ONLN)
tap_n=0
tap_failed=0
tap_dir=$(mktemp -d "${TMPDIR:-/tmp}/hpsearch-e2e.XXXXXX") || exit 1
cd "$tap_dir" || exit 1
trap tap_end EXIT

# For a script to define: what it has begun outside of its jobs ends here, whatever happened.
tap_finally() { :; }
tap_end() {
	tap_rc=$?
	trap - EXIT
	tap_finally
	# A script that stops half way may leave something running.
	for tap_pid in $(jobs -p); do
		kill "$tap_pid" 2>/dev/null
	done
	cd / && rm -rf "$tap_dir"
	echo "1..$tap_n"
	[ "$tap_rc" = 0 ] || exit "$tap_rc"
	[ "$tap_failed" = 0 ] || exit 1
}

tap() { # ok|"not ok" NAME
	tap_n=$((tap_n + 1))
	[ "$1" = ok ] || tap_failed=$((tap_failed + 1))
	echo "$1 $tap_n - $2"
}

check() {
	tap_name=$1
	shift
	if "$@" >"$tap_dir/tap.log" 2>&1; then
		tap ok "$tap_name"
	else
		tap "not ok" "$tap_name"
		echo "# $*"
		tail -n 30 "$tap_dir/tap.log" | sed 's/^/# /'
	fi
}

expect_exit() {
	tap_code=$1
	shift
	"$@" >out 2>err </dev/null
	tap_got=$?
	[ "$tap_got" != "$tap_code" ] || return 0
	echo "exit $tap_got, not $tap_code: $*"
	tail -n 20 err | sed 's/^/err: /'
	tail -n 10 out | sed 's/^/out: /'
	return 1
}

expect() {
	tap_name=$1
	shift
	check "$tap_name" expect_exit "$@"
}

skip() {
	tap ok "$1 # SKIP $2"
}

emulated() { [ -n "${MEMCHECK_LOG:-}" ]; }
sanitized() { [[ $TOOLS = */asan/* ]]; }

wait_until() {
	tap_left=$(($1 * 1000000)) tap_then=${EPOCHREALTIME/./}
	shift
	until "$@" >/dev/null 2>&1; do
		sleep 0.02
		read -r _ _ _ tap_busy _ </proc/loadavg
		tap_busy=$((${tap_busy%/*} - 1)) tap_now=${EPOCHREALTIME/./}
		tap_left=$((tap_left - (tap_now - tap_then) * tap_cpus /
			(tap_busy > tap_cpus ? tap_busy : tap_cpus)))
		tap_then=$tap_now
		[ $tap_left -gt 0 ] || return 1
	done
}

within() { "$SRCDIR/tests/patience.sh" "$@"; }

pip_into() {
	local venv=${TOOLS%/*/*/*}/venv-$1 seconds=$2
	python=$venv/bin/python
	mkdir -p "${venv%/*}"
	PIP_RETRIES=1 PIP_DEFAULT_TIMEOUT=20 within "$seconds" flock "$venv.lock" \
		"$SRCDIR/tests/bench/venv.sh" "$venv" "${@:3}" >>"$tap_dir/pip.log" 2>&1
}
real() {
	if "$python" -c "import $2" 2>>"$tap_dir/pip.log"; then
		"${@:3}"
	else
		skip "$1" "not installed from PyPI: $(tail -n 1 "$tap_dir/pip.log")"
	fi
}

has() { grep -qF -- "$1" "$2"; }
lacks() { ! has "$1" "$2"; }
holds() {
	python3 -c '
import json, os, sys
where = sys.argv[1]
d = json.load(open(where + "/results.json" if os.path.isdir(where) else where))
t = sorted(d["trials"], key=lambda t: t["id"])
r = [(t["runs"] or [None])[0] for t in t]
p = [t["params"] for t in t]
sys.exit(not eval(sys.argv[2]))' "$1" "$2"
}
json() {
	python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
v = d.get("verification") if isinstance(d, dict) else None
exec("print(" + sys.argv[2] + ")")' "$1" "$2"
}
