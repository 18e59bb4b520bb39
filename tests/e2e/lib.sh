# Helpers of the end-to-end tests: TAP for the shell. Source it, then `check NAME COMMAND…`;
# the plan is printed at the end. Each script works in a directory of its own.
set -u
: "${HPSEARCH:?}" "${TOOLS:?}" "${SRCDIR:?}"
FAKE=$TOOLS/fake_train
export FAKE
tap_n=0
tap_failed=0
tap_dir=$(mktemp -d "${TMPDIR:-/tmp}/hpsearch-e2e.XXXXXX")
cd "$tap_dir" || exit 1
trap 'tap_end' EXIT

tap_end() {
	tap_rc=$?
	cd / && rm -rf "$tap_dir"
	echo "1..$tap_n"
	[ "$tap_rc" = 0 ] || exit "$tap_rc"
	[ "$tap_failed" = 0 ] || exit 1
}

tap() { # ok|"not ok" NAME
	tap_n=$((tap_n + 1))
	echo "$1 $tap_n - $2"
}

# check NAME COMMAND…: the command succeeds.
check() {
	tap_name=$1
	shift
	if "$@" >tap.log 2>&1; then
		tap ok "$tap_name"
	else
		tap_failed=$((tap_failed + 1))
		tap "not ok" "$tap_name"
		echo "# $*"
		sed 's/^/# /' tap.log | tail -n 30
	fi
}

# expect NAME CODE COMMAND…: exits with CODE; its output is left in out and err.
expect() {
	tap_name=$1 tap_code=$2
	shift 2
	"$@" >out 2>err </dev/null
	tap_got=$?
	if [ "$tap_got" = "$tap_code" ]; then
		tap ok "$tap_name"
	else
		tap_failed=$((tap_failed + 1))
		tap "not ok" "$tap_name"
		echo "# exit $tap_got, not $tap_code: $*"
		tail -n 20 err | sed 's/^/# err: /'
		tail -n 10 out | sed 's/^/# out: /'
	fi
}

skip() { # NAME WHY
	tap "ok" "$1 # SKIP $2"
}

# wait_until SECONDS COMMAND…: tries it until it succeeds.
wait_until() {
	tap_end_at=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$tap_end_at" ] || return 1
		sleep 0.02
	done
}

has() { grep -qF -- "$1" "$2"; }      # has TEXT FILE
lacks() { ! grep -qF -- "$1" "$2"; }
