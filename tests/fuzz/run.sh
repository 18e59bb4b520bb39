#!/bin/bash
# Runs every libFuzzer target for so many seconds, starting from its stored corpus; new
# inputs and logs stay under the build directory. Fails when one of them finds something.
#     run.sh TARGETDIR SECONDS
set -u
here=$(cd "$(dirname "$0")" && pwd)
found=$1/found
rc=0
# Two of them write a file for every input: in memory that is several times as fast.
[ -w /dev/shm ] && export TMPDIR=${TMPDIR:-/dev/shm}
for target in "$1"/fuzz_*; do
	case $target in *.o | *.d) continue ;; esac
	name=${target##*/}
	mkdir -p "$found/$name"
	if "$target" -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$found/$name-" "$found/$name" "$here/corpus/$name" \
		>"$found/$name.log" 2>&1; then
		awk -v name="$name" '
			/inline 8-bit counters/ { split($0, a, /[( ]+/); for (i in a) if (a[i] == "inline") edges = a[i - 1] }
			/DONE .*cov:/ { runs = substr($1, 2); for (i = 1; i < NF; i++) if ($i == "cov:") cov = $(i + 1) }
			/^Done / { time = $5 }
			END { printf "%-16s %5d s, %10d executions, %5d of %d edges covered, nothing found\n", name, time, runs, cov, edges }
		' "$found/$name.log"
	else
		rc=1
		echo "$name: FOUND SOMETHING; the input is $found/$name-*" >&2
		tail -n 40 "$found/$name.log" >&2
	fi
done
exit $rc
