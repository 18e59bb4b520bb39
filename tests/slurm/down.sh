#!/bin/bash
# Ends what up.sh has started in DIR, by the process ids that are written there: down.sh DIR
set -u
D=$(realpath "$1") || exit 0
[ -d "$D/run" ] || exit 0
# shellcheck source=/dev/null
[ ! -f "$D/env.sh" ] || . "$D/env.sh"

# Is the process with the id in that file there, and of that name? A zombie is not.
is() {
	local pid
	pid=$(cat "$1" 2>/dev/null) && grep -q "^$pid ($2) [^ZX]" "/proc/$pid/stat" 2>/dev/null
}
stop() { # NAME FILE…
	local name=$1 file i
	shift
	for file in "$@"; do
		is "$file" "$name" && kill "$(cat "$file")" 2>/dev/null
	done
	for file in "$@"; do
		for ((i = 0; i < 100; i++)); do
			is "$file" "$name" || break
			sleep 0.1
		done
		is "$file" "$name" && kill -KILL "$(cat "$file")" 2>/dev/null
		rm -f "$file"
	done
}

# Jobs first: what belongs to them would outlive its slurmd.
if is "$D/run/slurmctld.pid" slurmctld; then
	timeout 5 scancel --full -u "$(id -un)" 2>/dev/null
	for ((i = 0; i < 50; i++)); do
		[ -n "$(timeout 5 squeue -h -t pending,running,completing 2>/dev/null)" ] || break
		sleep 0.1
	done
fi
stop slurmd "$D"/run/slurmd-*.pid
stop slurmctld "$D/run/slurmctld.pid"
stop munged "$D/run/munged.pid"
exit 0
