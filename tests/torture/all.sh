#!/bin/bash
# Every kind of torture, one after the other, and at the end one table of its figures.
#     all.sh LOGDIR     KILLS, SEED, FULL, N and SECONDS (of each fuzzer) as for the parts
set -u
logs=$1
mkdir -p "$logs"
rc=0
part() { # NAME MAKE-WORDS…
	local name=$1 start=$SECONDS
	shift
	"${MAKE:-make}" --no-print-directory "$@" >"$logs/$name.log" 2>&1 || rc=1
	echo "$name: $((SECONDS - start)) s" >&2
}
seconds=${FUZZ_SECONDS:-60}
part kill torture-kill
part asktell torture-asktell
part fault torture-fault
part children torture-children
part scale torture-scale
part fuzz fuzz SECONDS="$seconds"
echo
grep -hE '^FAIL|FOUND SOMETHING' "$logs"/*.log
grep -hE '^kill: ' "$logs/kill.log"
grep -hE '^asktell: ' "$logs/asktell.log"
sed -n '/^in .*points/,$p' "$logs/fault.log"
sed -n '/^children  /,$p' "$logs/children.log"
grep -hE '^(/bin/true|at once|wide|scale:)|trials (in memory|with files)' "$logs/scale.log"
grep -hE '^fuzz_.*executions' "$logs/fuzz.log"
exit $rc
