#!/bin/bash
# The journal is the only truth: what a search makes of a clock that is set back, of places
# that cannot be written, of files that vanish, of five drivers at once.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

cat >space.yaml <<Y
command: ["$FAKE", slow, 5, "\${args}"]
method: random
metric: {name: loss}
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
  y: {values: [-1, 0, 1], default: 1}
budget: {time: 1h}
kill_grace: 1
Y
export FAKE_LEDGER=$PWD/ledger
ranks() { cut -d, -f1-6,8- "$1/results.csv"; }
begun() { grep -c "^begin .*/$1/" ledger; }
no_training_left() { # DIR
	local e
	for e in /proc/[0-9]*/environ; do
		tr '\0' '\n' <"$e" 2>/dev/null | grep -qx "HPSEARCH_DIR=$PWD/$1/.*" && return 1
	done
	return 0
}
expect "a search in one go" 0 "$HPSEARCH" space.yaml -n 9 --out whole

# The clock. A day back, then a day ahead, between sessions: the budget of an hour is not
# touched by it and the time spent is that of a stop-watch.
if [ -n "${FAULT_SO:-}" ]; then
	at() { # SECONDS COMMAND…
		local off=$1
		shift
		HPS_FAULT_CLOCK=$off LD_PRELOAD=$FAULT_SO "$@"
	}
	expect "today" 0 "$HPSEARCH" space.yaml -n 3 --out clock
	expect "the clock goes back a day" 0 at -86400 "$HPSEARCH" space.yaml -n 6 --out clock
	expect "and ahead by one" 0 at 86400 "$HPSEARCH" space.yaml -n 8 --out clock
	expect "and back again" 0 "$HPSEARCH" space.yaml -n 9 --out clock
	check "the same ranking as in one go" cmp <(ranks whole) <(ranks clock)
	check "the time spent is not of the calendar" python3 -c '
import json
t = json.load(open("clock/results.json"))["search"]["elapsed"]
assert 0 < t < 300, t'
	expect "replay agrees" 0 "$HPSEARCH" replay clock/results.json
	expect "the clock is set ahead by a year within a session" 0 \
		at 31536000@4 "$HPSEARCH" space.yaml -n 5 --out ahead
	expect "and the next session has time left" 0 "$HPSEARCH" space.yaml -n 9 --out ahead
	check "the same ranking again" cmp <(ranks whole) <(ranks ahead)
	check "and it took no year" python3 -c '
import json
t = json.load(open("ahead/results.json"))["search"]["elapsed"]
assert 0 < t < 300, t'
else
	skip "the clock goes back" "this build cannot be preloaded to"
fi

# Zeros at the end are what a power cut leaves of a line.
head -c 4096 /dev/zero >>whole/journal.jsonl
expect "a tail of zero bytes is cut off" 0 "$HPSEARCH" space.yaml -n 10 --out whole
check "and kept aside" test "$(stat -c %s whole/journal.torn)" = 4096

# results.json is only a copy.
rm whole/results.json whole/results.csv
before=$(begun whole)
expect "show works without results.json" 0 "$HPSEARCH" show whole -f csv
cp out shown
expect "best does" 0 "$HPSEARCH" best whole -f args
expect "the same command writes it again" 0 "$HPSEARCH" space.yaml -n 10 --out whole
check "the same ranking" cmp shown whole/results.csv
check "no training ran for that" test "$(begun whole)" = "$before"
: >empty.jsonl && mkdir hollow && cp empty.jsonl hollow/journal.jsonl
expect "show of an empty journal: exit 2" 2 "$HPSEARCH" show hollow
expect "but a search begins in it" 0 "$HPSEARCH" space.yaml -n 2 --out hollow

# A directory that is read-only.
mkdir ro
if mount -t tmpfs -o size=20m tmpfs ro 2>/dev/null; then
	cp -r whole ro/s
	mount -o remount,ro ro
	for c in "show ro/s" "best ro/s -f json" "replay ro/s/results.json"; do
		# shellcheck disable=SC2086  # words on purpose
		expect "read-only: ${c%% *} works" 0 "$HPSEARCH" $c
	done
	expect "read-only: a search is an error" 1 "$HPSEARCH" space.yaml -n 12 --out ro/s
	check "that says so" has "Read-only file system" err
	check "the journal is as it was" cmp whole/journal.jsonl ro/s/journal.jsonl
	umount ro
else
	skip "a read-only directory" "cannot mount a tmpfs here"
fi

# The directory goes away while the search runs.
"$HPSEARCH" space.yaml -n 100000 -j2 --out gone -q >out 2>err &
pid=$!
wait_until 10 test -s gone/journal.jsonl
rm -rf gone 2>/dev/null || rm -rf gone
ended() { ! kill -0 $pid 2>/dev/null; }
check "its directory deleted: the search ends" wait_until 20 ended
wait $pid
code=$?
check "with exit 1" test $code = 1
check "and says why" grep -qE 'removed|No such file' err
check "no child survives" wait_until 5 no_training_left gone

# Five at once: one works, the others are refused, nothing runs twice.
pids=()
for i in 1 2 3 4 5; do
	"$HPSEARCH" space.yaml -n 20 --out five -q >/dev/null 2>"err.$i" &
	pids+=($!)
done
codes=()
for pid in "${pids[@]}"; do
	wait "$pid"
	codes+=($?)
done
check "five drivers at once: one searches" test "$(printf '%s\n' "${codes[@]}" | sort | uniq -c | tr -s ' \n' ' ')" = " 1 0 4 1 "
check "the others name it" test "$(cat err.* | grep -c 'another hpsearch (pid [0-9]*) is working')" = 4
check "no run of it was begun twice" test "$(begun five)" = 20

# The same on machines that do not see each other's locks: another name, another boot, and
# flock says yes to everybody.
unseen() { env LD_PRELOAD="${FAULT_SO:-}" HPS_FAULT="driver flock 1 IDLE+" "$HPSEARCH" "$@"; }
far() { unshare -m -u sh -c 'hostname far; mount --bind "$0" /proc/sys/kernel/random/boot_id; exec "$@"' \
	"$tap_dir/boot" env LD_PRELOAD="$FAULT_SO" HPS_FAULT="driver flock 1 IDLE+" "$HPSEARCH" "$@"; }
echo other-boot >boot
if [ -e "${FAULT_SO:-}" ] && ! emulated && far --version >out 2>&1; then
	cat >nfs.yaml <<-Y
		command: [sh, -c, 'echo x >>$tap_dir/nfs.begun; while [ ! -e $tap_dir/nfs.go ]; do sleep 0.02; done; echo "{\"loss\": 1}"', "\${args}"]
		parameters: {x: {values: [1, 2]}}
		metric: {name: loss}
		method: grid
		parallel: 1
	Y
	"$HPSEARCH" nfs.yaml -q >out 2>err &
	pid=$!
	wait_until 20 test -s nfs.begun
	cp nfs.hpsearch/journal.jsonl was.jsonl
	expect "a second machine is refused" 1 far nfs.yaml
	check "and told who works there" has "hpsearch on $(hostname) (pid $pid) works in this directory" err
	check "and the way out" has "where it is over, --take-over goes on in its place" err
	expect "so is this one, by the process" 1 unseen nfs.yaml
	check "which it names" has "another hpsearch (pid $pid) is working in this directory" err
	expect "also when it would take over: it can see who lives" 1 unseen nfs.yaml --take-over
	check "nothing has been written" cmp nfs.hpsearch/journal.jsonl was.jsonl
	kill -KILL $pid
	wait $pid 2>/dev/null
	expect "of a driver that was killed another machine knows nothing" 1 far nfs.yaml
	touch nfs.go
	expect "but this one does" 0 unseen nfs.yaml
	check "nobody is there any more" test ! -e nfs.hpsearch/.driver
	expect "so any machine may look into it again" 0 far nfs.yaml
	rm nfs.go nfs.begun
	"$HPSEARCH" nfs.yaml --fresh -q >out 2>err &
	pid=$!
	wait_until 20 test -s nfs.begun
	kill -KILL $pid
	wait $pid 2>/dev/null
	touch nfs.go
	expect "who is sure that it is over takes over" 0 far nfs.yaml --take-over
	check "and finishes" holds nfs.hpsearch '[x["outcome"] for x in t] == ["ok", "ok"]'
	echo "nonsense" >nfs.hpsearch/.driver
	expect "what says nothing stops nobody" 0 "$HPSEARCH" nfs.yaml
	expect "a file system without locks: the search goes" 0 \
		env LD_PRELOAD="$FAULT_SO" HPS_FAULT="driver flock 1 ENOLCK+" "$HPSEARCH" nfs.yaml --fresh
	check "and nobody is left in it" test ! -e nfs.hpsearch/.driver
	# A container on the same kernel, by the same name or another: it sees locks, or there are none;
	# processes it does not see.
	held() { unshare -p -f --mount-proc -u sh -c 'hostname "$0"; exec "$@"' "$name" env "${fault[@]}" "$HPSEARCH" "$@"; }
	none=("LD_PRELOAD=$FAULT_SO" "HPS_FAULT=driver flock 1 ENOLCK+")
	rm -f nfs.go nfs.begun
	env "${none[@]}" "$HPSEARCH" nfs.yaml --fresh -q >out 2>err &
	pid=$!
	wait_until 20 test -s nfs.begun
	for name in "$(hostname)" other; do
		fault=("${none[@]}")
		expect "where there are no locks a container is refused" 1 held nfs.yaml
		check "for it cannot tell" has "from here that cannot be told apart" err
	done
	kill -KILL $pid
	wait $pid 2>/dev/null
	expect "of a driver that was killed it knows nothing" 1 held nfs.yaml
	touch nfs.go
	expect "and takes over when it is told to" 0 held nfs.yaml --take-over
	rm -f nfs.go nfs.begun
	"$HPSEARCH" nfs.yaml --fresh -q >out 2>err &
	pid=$!
	wait_until 20 test -s nfs.begun
	fault=(A=B)
	expect "with locks, too" 1 held nfs.yaml
	check "by the lock" has "another hpsearch (pid" err
	kill -KILL $pid
	wait $pid 2>/dev/null
	touch nfs.go
	expect "which tells that a driver was killed" 0 held nfs.yaml
else
	skip "machines that see no locks" "nobody may unshare"
fi
