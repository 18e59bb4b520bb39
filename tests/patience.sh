#!/bin/bash
# As timeout(1), by a clock that goes the slower the more there is to run for each processor:
# what counts is the time that a program could have had. Exit 124: it took too long.
#     patience.sh SECONDS COMMAND…        LOADAVG: what to read instead of /proc/loadavg
set -um
exec 3>&2 2>/dev/null # what a shell says of its jobs is of no interest
left=$(($1 * 1000)) # milliseconds
cpus=$(getconf _NPROCESSORS_ONLN)
shift
"$@" 2>&3 3>&- &
pid=$!
trap 'kill -TERM -- -$pid 2>/dev/null' TERM INT HUP

watch() {
	local busy
	while [ $left -gt 0 ]; do
		sleep 0.5
		read -r _ _ _ busy _ <"${LOADAVG:-/proc/loadavg}"
		busy=$((${busy%/*} - 1)) # but for this very reader
		left=$((left - 500 * cpus / (busy > cpus ? busy : cpus)))
	done
	trap 'exit 124' TERM
	kill -TERM -- -$pid
	sleep 10
	kill -KILL -- -$pid
	exit 124
}
watch >/dev/null 3>&- &
watcher=$!
wait $pid
rc=$?
# A signal to this script ends the wait, not the program.
while kill -0 $pid 2>/dev/null; do
	wait $pid
	rc=$?
done
kill -TERM -- -$watcher 2>/dev/null
wait $watcher
[ $? != 124 ] || rc=124
exit $rc
