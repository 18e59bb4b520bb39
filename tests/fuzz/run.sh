#!/bin/bash
# Runs every libFuzzer target for so many seconds, starting from its stored corpus; new
# inputs and logs stay under the build directory. Fails when one of them finds something.
#     run.sh TARGETDIR SECONDS
set -u
here=$(cd "$(dirname "$0")" && pwd)
found=$1/found
rc=0
for target in "$1"/fuzz_*; do
	case $target in *.o | *.d) continue ;; esac
	name=${target##*/}
	mkdir -p "$found/$name"
	if "$target" -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$found/$name-" "$found/$name" "$here/corpus/$name" \
		>"$found/$name.log" 2>&1; then
		echo "$name, $2 s: $(grep -E 'DONE' "$found/$name.log" | tail -n 1)"
	else
		rc=1
		echo "$name: FOUND SOMETHING; the input is $found/$name-*" >&2
		tail -n 40 "$found/$name.log" >&2
	fi
done
exit $rc
