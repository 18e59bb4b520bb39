#!/bin/sh
# Runs every libFuzzer target for so many seconds, starting from its stored corpus; new
# inputs stay under the build directory.
#     run.sh TARGETDIR SECONDS
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for target in "$1"/fuzz_*; do
	case $target in *.o | *.d) continue ;; esac
	name=${target##*/}
	mkdir -p "$1/found/$name"
	echo "== $name, $2 s"
	"$target" -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$1/found/$name-" "$1/found/$name" "$here/corpus/$name" \
		2>&1 | grep -E '^stat::|cov:|ERROR|SUMMARY' | tail -n 12
done
