#!/bin/bash
# Attached agents: runs behind a launcher. What went wrong with a bare prefix before the
# command (no SIGTERM, lost signals, words split by a shell, hosts that count as failing
# configurations, trainings that live on) is tested here, row by row; with prefixes that
# are everywhere, with a real sshd on loopback where there is one, and with srun where
# SLURM_CONF names a Slurm.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# Without a static program beside it, which may be of another day; tests/dist/static.sh has one.
mkdir program && cp "$HPSEARCH" program/ && HPSEARCH=$tap_dir/program/hpsearch
# Whatever a failure on the way leaves running.
# A server that is going takes its file along.
tap_finally() {
	local pid
	pid=$(cat "$tap_dir/server/sshd.pid" 2>/dev/null) && kill "$pid" 2>/dev/null
}

# search NAME LAUNCHER [KEY: VALUE …]: a file of a search over `train`
search() {
	local name=$1 launcher=$2
	shift 2
	{
		echo "command: [sh, $tap_dir/train, '\${args}']"
		echo "metric: {name: loss, goal: minimize}"
		echo "parameters: {x: {values: [1, 2, 3, 4]}}"
		echo "method: grid"
		[ -z "$launcher" ] || echo "launcher: $launcher"
		printf '%s\n' "$@"
	} >"$name.yaml"
}
train() { cat >train; }
gone() { ! pgrep -f "$tap_dir/$1" >/dev/null; }
count() { grep -c "$1" "$2"; }
# Of processes of this test: by what stands in their command line.
pid_of() { pgrep -f -- "$1" | head -n 1; }

train <<'EOF'
echo "{\"loss\": ${1#--x=}}"
EOF
search here "" "parallel: 2"
search env "[env, A=1]" "parallel: 2" "test: {repeats: 2, top: 1, command: [sh, $tap_dir/train, '--x=5']}"
expect "a search through env" 0 "$HPSEARCH" env.yaml
check "finds what it finds here" holds env.hpsearch \
	'[(x["value"], x["outcome"]) for x in t] == [(v, "ok") for v in (1, 2, 3, 4)]'
check "and verifies" test -e env.hpsearch/verify
check "the host of every run is written down" holds env.hpsearch "all(x['host'] == '$(hostname)' for x in r)"
expect "show says where it was" 0 "$HPSEARCH" show env.hpsearch --trial 2
check "in a line" has "host: $(hostname)" out
expect "replay does not mind" 0 "$HPSEARCH" replay env.hpsearch/results.json
expect "reproduce runs nothing unasked" 2 "$HPSEARCH" reproduce env.hpsearch/results.json
check "and shows the launcher, too" has "through env A=1 $HPSEARCH --agent" err
expect "reproduce runs them again" 0 "$HPSEARCH" reproduce env.hpsearch/results.json --all --yes
check "nothing stays" gone "hpsearch.--agent"
cp env.yaml dry.yaml
expect "a dry run starts nothing" 0 "$HPSEARCH" --dry-run dry.yaml
check "not even a directory" test ! -e dry.hpsearch
expect "check names the launcher" 0 "$HPSEARCH" check env.yaml
check "its whole line" has "env A=1 $HPSEARCH --agent" out
expect "check --run tries it" 0 "$HPSEARCH" check --run env.yaml

# Words are data.
train <<'EOF'
printf '%s\n' "$#" "$1" "$PWD" "$HPSEARCH_DIR" "${HPSEARCH_OUTER-none}" >"$HPSEARCH_DIR/seen"
echo '{"loss": 1}'
EOF
search words "[sh, -c, 'exec \"\$@\"', --]"
sed -i "s/^parameters.*/parameters: {x: {value: '; echo  HACK \$(touch hacked) \\\\ \"'}}/" words.yaml
expect "a value with a shell in it" 0 env HPSEARCH_OUTER=1 "$HPSEARCH" words.yaml
check "is one word" has '--x=; echo  HACK $(touch hacked) \ "' words.hpsearch/trials/0000/r0/seen
check "among one" test "$(head -n 1 words.hpsearch/trials/0000/r0/seen)" = 1
check "nobody executes it" test ! -e hacked
check "it begins where we are" has "$tap_dir" words.hpsearch/trials/0000/r0/seen
check "names of a driver around ours are not passed on" has none words.hpsearch/trials/0000/r0/seen

# Ends.
train <<'EOF'
case $1 in
--x=1) kill -SEGV $$ ;;
--x=2) [ -e "$HPSEARCH_DIR/once" ] || { touch "$HPSEARCH_DIR/once"; exit 75; } ;;
--x=3) exit 3 ;;
esac
echo '{"loss": 1}'
EOF
search ends "[env]"
expect "ends of all kinds" 0 "$HPSEARCH" ends.yaml
check "come through" holds ends.hpsearch \
	'[(x["outcome"], x["exit"], x["signal"], x["attempts"]) for x in r] == [("killed", -1, 11, 1),
	("ok", 0, 0, 2), ("failed", 3, 0, 1), ("ok", 0, 0, 1)]'

# A stop and a time-out are SIGTERM, for the whole tree.
train <<'EOF'
trap 'echo saved >"$HPSEARCH_DIR/checkpoint"; exit 0' TERM
sleep 600 &
echo "$!" >"$HPSEARCH_DIR/child"
echo '{"loss": 1}'
wait
EOF
search timeout "[env]" "trial_timeout: 1s" "max_trials: 1"
expect "a training that takes too long" 3 "$HPSEARCH" timeout.yaml
check "is told so and saves its checkpoint" has saved timeout.hpsearch/trials/0000/r0/checkpoint
check "it counts as such" holds timeout.hpsearch 'r[0]["outcome"] == "timeout"'
check "its children are gone" test ! -e "/proc/$(cat timeout.hpsearch/trials/0000/r0/child)"
search stop "[env]" "max_trials: 1"
"$HPSEARCH" stop.yaml >out 2>err &
driver=$!
wait_until 20 test -s stop.hpsearch/trials/0000/r0/child
kill -TERM $driver
wait $driver
check "who stops the driver" test $? = 143
check "stops the training with SIGTERM" has saved stop.hpsearch/trials/0000/r0/checkpoint
check "and everything is gone" gone "hpsearch.--agent"

# The driver is killed.
rm -rf stop.hpsearch
"$HPSEARCH" stop.yaml >out 2>err &
driver=$!
wait_until 20 test -s stop.hpsearch/trials/0000/r0/child
child=$(cat stop.hpsearch/trials/0000/r0/child)
kill -KILL $driver
wait $driver 2>/dev/null
check "when the driver is killed the training saves its checkpoint" \
	wait_until 20 has saved stop.hpsearch/trials/0000/r0/checkpoint
check "and nothing stays" wait_until 20 test ! -e "/proc/$child"
train <<'EOF'
echo '{"loss": 1}'
EOF
expect "the same command goes on" 0 "$HPSEARCH" stop.yaml
check "with the run that was under way" holds stop.hpsearch 'r[0]["outcome"] == "ok" and r[0]["attempts"] == 2'

# The agent is killed, and with it the connection.
train <<'EOF'
echo x >>"$HPSEARCH_DIR/starts"
trap 'exit 0' TERM
echo $PPID >"$HPSEARCH_DIR/parent"
while [ ! -e go ]; do sleep 0.02; done
echo '{"loss": 1}'
EOF
twice() { [ "$(count x "$1")" = 2 ]; }
search lost "[sh, -c, 'exec \"\$@\"', --]" "kill_grace: 0.1s"
"$HPSEARCH" lost.yaml >out 2>err &
driver=$!
wait_until 20 test -s lost.hpsearch/trials/0000/r0/parent
kill -KILL "$(ps -o ppid= -p "$(cat lost.hpsearch/trials/0000/r0/parent)" | tr -d ' ')"
check "an agent that is killed: the run begins again" wait_until 20 twice lost.hpsearch/trials/0000/r0/starts
touch go
wait $driver
check "the search ends well" test $? = 0
check "and it was no failure" holds lost.hpsearch \
	'all(x["outcome"] == "ok" and x["failures"] == 0 for x in r) and r[0]["attempts"] == 2'
check "somebody is told" has "the connection is lost" err
rm go

# A connection that is there, and silent: its prefix is stopped.
cp "$(command -v cat)" relay
silent() { [ "$(count x silent.hpsearch/trials/0000/r0/starts)" = 1 ] && has "nothing has been heard of it for 1 s" err; }
relays() { pgrep -f "$tap_dir/relay"; }
search silent "[sh, -c, '$tap_dir/relay | \"\$@\" | $tap_dir/relay', --]" "kill_grace: 0.1s" "max_trials: 1"
HPSEARCH_SILENCE=1 "$HPSEARCH" silent.yaml >out 2>err &
driver=$!
wait_until 20 test -s silent.hpsearch/trials/0000/r0/parent
train=$(pid_of "$tap_dir/train --x")
# shellcheck disable=SC2046
kill -STOP $(relays)
check "an agent whose driver is silent ends what runs" wait_until 20 test ! -e "/proc/$train"
check "a driver gives up an agent that is silent" wait_until 20 silent
# shellcheck disable=SC2046
kill -CONT $(relays)
check "its run begins again" wait_until 30 twice silent.hpsearch/trials/0000/r0/starts
touch go
wait $driver
check "and the search ends well" test $? = 0
check "once, and it was no failure" holds silent.hpsearch 'r[0]["outcome"] == "ok" and r[0]["attempts"] == 2 and r[0]["failures"] == 0'
rm go
search mute "" "hosts: [mute]" "launcher: [sh, -c, 'exec 3>&1 cat >mute', '\${host}']"
expect "a launcher that never says anything is given up" 1 env HPSEARCH_SILENCE=0.1 "$HPSEARCH" mute.yaml
check "in words" has "agent 0 on mute: no agent has answered for 0.4 s" err
check "and was told who calls" has '"m":"hello"' mute
expect "a limit that is none" 2 env HPSEARCH_SILENCE=soon "$HPSEARCH" mute.yaml
check "is refused" has "HPSEARCH_SILENCE=soon: it must be seconds, 0.1 to 86400" err

# Hosts that are not there.
cat >ssh <<EOF
#!/bin/sh
[ "\$1" = dead ] && { echo "ssh: connect to host dead port 22: No route to host" >&2; exit 255; }
shift
echo "Welcome to this machine"
exec sh -c "\$*"
EOF
chmod +x ssh
train <<'EOF'
echo '{"loss": 1}'
EOF
search hosts "" "hosts: [dead, {host: alive, slots: 2}]" "launcher: [$tap_dir/ssh, '\${host}']"
expect "a host that is not there" 0 "$HPSEARCH" hosts.yaml
check "is no failing configuration" holds hosts.hpsearch 'all(x["outcome"] == "ok" and x["host"] == "alive" and x["attempts"] == 1 for x in r)'
search mixed "" "hosts: [one, {host: two, gpus: [3]}]" "launcher: [$tap_dir/ssh, '\${host}']"
expect "a host without gpus beside one that has some" 0 "$HPSEARCH" check mixed.yaml
check "is left what it has" has "CUDA_VISIBLE_DEVICES=(as it is there) | 3" out
search dead "" "hosts: [dead]" "launcher: [$tap_dir/ssh, '\${host}']"
expect "where there is no other the search ends" 1 "$HPSEARCH" dead.yaml
check "with the reason" has "agent 0 on dead: no agent could be started" err
check "and what the launcher said" has "| ssh: connect to host dead port 22: No route to host" err
check "without a run" lacks '"start"' dead.hpsearch/journal.jsonl
search none "[$tap_dir/no-such-launcher]"
expect "a launcher that is not there" 1 "$HPSEARCH" none.yaml
check "is named" has "cannot execute $tap_dir/no-such-launcher: No such file" err

# Agents that are others.
cat >other <<'EOF'
#!/bin/sh
read -r hello
echo '{"m":"hello","protocol":99,"version":"9.9","pid":1}'
read -r more
EOF
chmod +x other
search other "[$tap_dir/other]"
expect "an agent of another protocol" 1 "$HPSEARCH" other.yaml
check "is refused with both versions" has "it is hpsearch 9.9 and speaks protocol 99; this is $("$HPSEARCH" --version), which speaks protocol 1" err
echo '{"m":"hello","protocol":99,"version":"9.9","pid":1}' | "$HPSEARCH" --agent >out 2>err
check "and so is a driver" has "speaks protocol 1, the driver is hpsearch 9.9 and speaks protocol 99" out
mkdir elsewhere
printf '{"m":"hello","protocol":1,"version":"1","generation":"abc","dir":"%s","pid":1}\n' "$tap_dir/elsewhere" |
	"$HPSEARCH" --agent >out 2>err
check "a directory that is not the driver's is refused" has "$tap_dir/elsewhere is not the driver's directory there" out
echo junk | "$HPSEARCH" --agent >out 2>err
check "what is no driver is refused" test $? = 1

# Early stopping acts on reports as they come.
train <<'EOF'
trap 'echo saved >"$HPSEARCH_DIR/checkpoint"; exit 0' TERM
for i in 1 2 3 4 5 6 7 8; do
	echo "{\"epoch\": $i, \"loss\": ${1#--x=}}"
	sleep 0.05
	[ "$1" = --x=1 ] || [ $i -lt 4 ] || while :; do sleep 0.02; done
done
EOF
search early "[env]" "early_terminate: {type: threshold, max: 1.5, step: epoch}"
expect "early stopping" 0 "$HPSEARCH" early.yaml
check "stops while they run" holds early.hpsearch '[x["outcome"] for x in r] == ["ok", "stopped", "stopped", "stopped"]'
check "with SIGTERM" has saved early.hpsearch/trials/0003/r0/checkpoint

check "driver, agents and keepers are killed: nothing is lost, done twice or left" \
	env KILLS=12 TMPDIR="$tap_dir" python3 "$SRCDIR/tests/torture/agents.py"

# Without a common directory: the agent sees an empty one in the place of this.
away=$(mktemp -d "${TMPDIR:-/tmp}/hpsearch-away.XXXXXX") || exit 1
rooms() { find "$away/.cache/hpsearch" -name 'room-*' | grep -q .; }
apart() { # as search, with a training that is there
	search "$@" "transfer: none"
	sed -i "s|$tap_dir/train|$away/train|" "$1.yaml"
}
if unshare -m true 2>/dev/null; then
	cp "$HPSEARCH" "$away/hpsearch"
	hide="[unshare, -m, env, HOME=$away, 'PATH=$away:$PATH', sh, -c, 'mount -t tmpfs none $tap_dir && cd $away && exec \"\$@\"', --]"
	cat >"$away/train" <<'EOF'
d=$HPSEARCH_DIR
printf 'said\n'; printf 'wrong\n' >&2
case $1 in --x=1) [ -e "$d/ck/old" ] || {
	mkdir "$d/ck"; echo 1 >"$d/ck/old"; printf 'a\0\377b' >"$d/ck/model"; ln -s model "$d/ck/latest"
	exit 75
} ;; esac
mkdir -p "$d/ck"
echo 2 >"$d/ck/new"; rm -f "$d/ck/old"; : >"$d/ck/empty"
head -c 200000 /dev/zero | tr '\0' 'x' >"$d/ck/big"; chmod 700 "$d/ck/big"
[ ! -e "$d/ck/latest" ] || echo more >>"$d/ck/latest"
cat "$HPSEARCH_CONFIG" "$d/t.yaml" >"$d/config.seen"
echo "{\"loss\": ${1#--x=}}"
EOF
	echo "x: 0" >t.yaml
	more=("parallel: 2" "config: {template: t.yaml, set: {x: '\${param:x}'}}" "test: {repeats: 2, top: 1}")
	apart carried "$hide" "${more[@]}"
	sed '/^launcher/d; /^transfer/d' carried.yaml >shared.yaml
	expect "a search whose agents do not see its directory" 0 "$HPSEARCH" carried.yaml
	expect "the same here" 0 "$HPSEARCH" shared.yaml
	same() {
		diff -r --no-dereference -x cmd shared.hpsearch/trials carried.hpsearch/trials &&
			diff -r --no-dereference -x cmd shared.hpsearch/verify carried.hpsearch/verify
	}
	check "leaves the same files" same
	ck=carried.hpsearch/trials/0000/r0/ck
	check "what a first attempt has left, and the second changed and removed" \
		test "$(tr '\0\377' 'zy' <$ck/model)" = "azybmore"
	check "is as the run left it" sh -c 'test -L "$0/latest" && test ! -e "$0/old" && test -x "$0/big" && test ! -s "$0/empty"' $ck
	check "it had two attempts" holds carried.hpsearch '[x["attempts"] for x in r] == [2, 1, 1, 1]'
	check "nothing waits to be put in its place" test ! -e carried.hpsearch/agents/0/incoming
	expect "replay does not mind that either" 0 "$HPSEARCH" replay carried.hpsearch/results.json
	check "the agents have taken their rooms along" expect_exit 1 rooms
	expect "check says how files travel" 0 "$HPSEARCH" check carried.yaml
	check "in a line" has "transfer     none: the files of a run go over the connection" out

	cat >"$away/train" <<'EOF'
echo x >>"$HPSEARCH_DIR/starts"
echo early
[ ! -e "$0.go" ] || { echo '{"loss": 1}'; exit; }
trap 'echo saved >"$HPSEARCH_DIR/checkpoint"; exit 0' TERM
echo $PPID >"$0.parent"
echo '{"loss": 2}'
while :; do sleep 0.02; done
EOF
	apart cut "$hide" "max_trials: 1" "kill_grace: 0.1s"
	"$HPSEARCH" cut.yaml >out 2>err &
	driver=$!
	check "what a run says comes while it runs" wait_until 20 has early cut.hpsearch/trials/0000/r0/stdout
	wait_until 20 test -s "$away/train.parent"
	check "its folder is the agent's" rooms
	kill -KILL "$(ps -o ppid= -p "$(cat "$away/train.parent")" | tr -d ' ')"
	wait_until 20 has "the connection is lost" err
	touch "$away/train.go"
	wait $driver
	check "an agent that is killed: the search goes on" test $? = 0
	check "its run began again from what is here" test "$(cat cut.hpsearch/trials/0000/r0/starts)" = x
	check "once, and that was no failure" holds cut.hpsearch 'r[0]["outcome"] == "ok" and r[0]["attempts"] == 2 and r[0]["failures"] == 0'
	check "what the killed one left is gone" expect_exit 1 rooms
	rm "$away/train.go" "$away/train.parent"
	apart ended "$hide" "max_trials: 1"
	"$HPSEARCH" ended.yaml >out 2>err &
	driver=$!
	wait_until 20 test -s "$away/train.parent"
	kill -TERM $driver
	wait $driver
	check "a run that is stopped brings its checkpoint" has saved ended.hpsearch/trials/0000/r0/checkpoint
	search outside "$hide" "transfer: none" "config: {template: t.yaml, as: 'made-\${trial}.yaml'}"
	expect "a file that a run reads and that does not go along" 2 "$HPSEARCH" outside.yaml
	check "is refused" has "only what is in a run's folder goes along, and config.as is not" err
	echo "echo '{\"loss\": 1}'" >"$away/train"
	apart tmp "[env, XDG_CACHE_HOME=/proc/none, TMPDIR=$away]" "max_trials: 1"
	expect "a cache directory that cannot be: there is TMPDIR" 0 "$HPSEARCH" tmp.yaml
	expect "check --run tries it" 0 "$HPSEARCH" check --run tmp.yaml
	check "of which nothing stays" test "$(find "$away" -name "hpsearch-room*")" = ""
else
	skip "without a common directory" "nobody may unshare"
fi
rm -rf "$away"

# An agent that wants more than is its.
cat >thief <<'EOF'
#!/bin/sh
echo '{"m":"have"}'
read -r hello
echo '{"m":"hello","protocol":1,"version":"9","pid":1,"root":"/nowhere"}'
while read -r line; do case $line in *'"run"'*) break ;; esac; done
case $line in *'"ticket":'*) t=${line#*'"ticket":'} t=${t%%,*} ;; *) t=0 ;; esac
f="\"m\":\"file\",\"ticket\":$t,\"mode\":511,\"mtime\":0,\"last\":true,\"bytes\":\"SEFDSw==\""
for path in ../../hacked trials/0000/r0/../../../hacked /tmp/hacked hacked trials/0001/r0/hacked trials/0000/r0//hacked; do
	echo "{$f,\"path\":\"$path\"}"
	echo "{$f,\"grows\":true,\"path\":\"$path\"}"
	echo "{\"m\":\"gone\",\"ticket\":$t,\"path\":\"$path\"}"
done
echo "{\"m\":\"gone\",\"ticket\":$t,\"path\":\"journal.jsonl\"}"
echo "{\"m\":\"link\",\"ticket\":$t,\"path\":\"trials/0000/r0/up\",\"target\":\"../../..\"}"
echo "{\"m\":\"link\",\"ticket\":$t,\"path\":\"trials/0000/r0/root\",\"target\":\"/etc\"}"
echo "{$f,\"path\":\"trials/0000/r0/mine\"}"
echo "{\"m\":\"report\",\"ticket\":$t,\"step\":0,\"value\":1}"
echo "{\"m\":\"exit\",\"ticket\":$t,\"exit\":0,\"signal\":0,\"wall\":1,\"user\":0,\"sys\":0,\"maxrss\":0,\"reports\":1,\"objects\":1,\"cost\":0,\"keys\":[]}"
read -r more
EOF
chmod +x thief
search thief "[$tap_dir/thief]" "transfer: none" "max_trials: 1" "parallel: 1"
expect "an agent that would write elsewhere" 0 "$HPSEARCH" thief.yaml
check "writes into its run's folder" has HACK thief.hpsearch/trials/0000/r0/mine
check "and nowhere else" test "$(find . /tmp/hacked -name hacked 2>/dev/null)" = ""
check "no link leads out of it" test "$(find thief.hpsearch/trials -type l)" = ""
check "and nothing else of it is gone" test -s thief.hpsearch/journal.jsonl

# A real sshd.
if [ -x /usr/sbin/sshd ] && command -v ssh-keygen ssh >/dev/null && ! emulated; then
	"$SRCDIR/examples/ssh/sshd.sh" server $((20000 + $$ % 20000)) >sshd.log 2>&1
	over="hosts: [127.0.0.1, localhost]"
	by="launcher: [ssh, -F, $tap_dir/server/ssh.conf, '\${host}']"
	train <<'EOF'
printf '%s\n' "$1" "$PWD" >"$HPSEARCH_DIR/seen"
echo "{\"loss\": ${#1}}"
EOF
	search ssh "" "$over" "$by"
	sed -i "s/^parameters.*/parameters: {x: {values: [\"a'b\", '; echo  HACK \$(touch hacked)']}}/" ssh.yaml
	expect "a search over ssh" 0 "$HPSEARCH" ssh.yaml
	check "a value is one word there, too" has '--x=; echo  HACK $(touch hacked)' ssh.hpsearch/trials/0001/r0/seen
	check "and not executed" test ! -e hacked
	check "the run begins where we are" has "$tap_dir" ssh.hpsearch/trials/0000/r0/seen
	check "every run has its host" holds ssh.hpsearch 'all(x["host"] in ("127.0.0.1", "localhost") for x in r)'
	train <<'EOF'
echo x >>"$HPSEARCH_DIR/starts"
trap 'echo saved >"$HPSEARCH_DIR/checkpoint"; exit 0' TERM
echo '{"loss": 1}'
[ -e go ] && exit 0
sleep 600 &
echo $! >"$HPSEARCH_DIR/child"
wait
EOF
	search sshlost "" "hosts: [127.0.0.1]" "$by" "max_trials: 1" "kill_grace: 1s"
	"$HPSEARCH" sshlost.yaml >out 2>err &
	driver=$!
	wait_until 20 test -s sshlost.hpsearch/trials/0000/r0/child
	child=$(cat sshlost.hpsearch/trials/0000/r0/child)
	touch go
	kill -KILL "$(pid_of "ssh -F $tap_dir/server/ssh.conf")"
	wait $driver
	check "ssh is killed: the search goes on" test $? = 0
	check "the training had its SIGTERM" has saved sshlost.hpsearch/trials/0000/r0/checkpoint
	check "nothing of it stays" test ! -e "/proc/$child"
	check "it ran once more, and did not fail" holds sshlost.hpsearch 'r[0]["attempts"] == 2 and r[0]["failures"] == 0'
	rm -rf go sshlost.hpsearch
	"$HPSEARCH" sshlost.yaml >out 2>err &
	driver=$!
	wait_until 20 test -s sshlost.hpsearch/trials/0000/r0/child
	child=$(cat sshlost.hpsearch/trials/0000/r0/child)
	kill -KILL $driver
	wait $driver 2>/dev/null
	check "the driver is killed: so is the training over ssh" wait_until 20 test ! -e "/proc/$child"
	check "with a SIGTERM first" has saved sshlost.hpsearch/trials/0000/r0/checkpoint
	touch go
	expect "and the search goes on" 0 "$HPSEARCH" sshlost.yaml
	train <<'EOF'
echo x >>"$HPSEARCH_DIR/starts"
echo '{"loss": 1}'
EOF
	search sshnone "" "hosts: [127.0.0.1]" "launcher: [ssh, -F, $tap_dir/server/ssh.conf, '\${host}', env, XDG_CACHE_HOME=$tap_dir/cache]" \
		"transfer: none"
	expect "files go over ssh, too" 0 "$HPSEARCH" sshnone.yaml
	check "every run has begun once, in a directory of there" \
		test "$(cat sshnone.hpsearch/trials/*/r0/starts)" = "$(printf 'x\n%.0s' 1 2 3 4)"
	check "and nothing of them stays there" test "$(find cache -name 'room-*')" = ""
	# The example, as its README says.
	cp "$SRCDIR"/examples/ssh/*.yaml "$SRCDIR"/examples/ssh/*.py .
	expect "the example: check --run" 0 "$HPSEARCH" check --run space.yaml
	expect "the example: a search" 0 "$HPSEARCH" space.yaml
	check "all of it ran on its hosts" holds space.hpsearch \
		'len(t) == 12 and {x["host"] for x in r} == {"127.0.0.1", "localhost"} and max(x["value"] for x in t) > 0.9'
	expect "the example: show" 0 "$HPSEARCH" show space.hpsearch --trial 3
	check "names the host" grep -qE 'host: (127.0.0.1|localhost)' out
	kill "$(cat server/sshd.pid)"
else
	skip "over ssh" "no sshd here"
fi

# A real srun.
if [ -n "${SLURM_CONF:-}" ] && command -v salloc srun >/dev/null; then
	rm -f go
	search srun "[srun, --exact, -N1, -n1, --mem=0]" "max_trials: 1" "trial_timeout: 2s"
	expect "a time-out behind srun" 3 salloc -n1 "$HPSEARCH" srun.yaml
	check "is a SIGTERM, not srun's SIGKILL" has saved srun.hpsearch/trials/0000/r0/checkpoint
	check "and counts as one" holds srun.hpsearch 'r[0]["outcome"] == "timeout"'
	train <<'EOF'
kill -SEGV $$
EOF
	search segv "[srun, --exact, -N1, -n1, --mem=0]" "max_trials: 1"
	expect "a crash behind srun" 3 salloc -n1 "$HPSEARCH" segv.yaml
	check "is its signal" holds segv.hpsearch 'r[0]["outcome"] == "killed" and r[0]["signal"] == 11'
else
	skip "behind srun" "SLURM_CONF names no Slurm"
fi
