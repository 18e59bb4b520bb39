#!/bin/bash
# What may happen to runs in jobs of Slurm and takes its time, a function for each: preemption, time
# limits, nodes that die or only seem to, a controller that is away, jobs that can never start, a
# driver that dies at every step. ROWS="preempted killed" does some of them alone.
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/slurm/lib.sh
. "$SRCDIR/tests/slurm/lib.sh"
export SLURMD_TIMEOUT=10 MESSAGE_TIMEOUT=10
slurm_begin 4 PreemptType=preempt/partition_prio PreemptMode=REQUEUE \
	"PartitionName=high Nodes=n[1-4] PriorityTier=10 PreemptMode=OFF State=UP" \
	"PartitionName=short Nodes=n[1-4] MaxTime=1 State=UP"

# Counts its starts; the first ones wait for a file go-TRIAL or go. On SIGTERM it does what the file
# "on-term" says.
cat >train.sh <<'END'
#!/bin/bash
echo ran >>"$HPSEARCH_DIR/count"
trap 'echo TERM >>"$HPSEARCH_DIR/term"; [ ! -f on-term ] || . ./on-term' TERM
until [ -f "go-$HPSEARCH_TRIAL" ] || [ -f go ]; do sleep 0.05; done
echo "{\"loss\": $HPSEARCH_TRIAL}"
END
chmod +x train.sh
begin() { # FILE: a search in the background, its runs begun
	rm -f go go-* on-term
	"$HPSEARCH" "$1.yaml" >"$1.log" 2>&1 &
	driver=$!
	check "$1: its runs have begun" wait_until 60 counts "$1.hpsearch" "$2"
}
all_ok() { # DIR ATTEMPTS: of all runs
	holds "$1.hpsearch" "all(x['outcome'] == 'ok' for x in t) and $(
		)sum(x.get('attempts', 1) for x in r) == $2 and not any(x.get('failures') for x in r)"
}
end_well() { # DIR ATTEMPTS
	check "$1: ends" wait $driver
	check "$1: all are ok, after $2 attempts" all_ok "$1" "$2"
	check "$1: and leaves no job" wait_until 60 empty
}
job_of() { # TRIAL DIR: the id of the job that has its run
	"$HPSEARCH" show "$2.hpsearch" | sed -n "s|^  job \([0-9]*\) on .*: trials/000$1/r0\$|\1|p"
}
node_of() { squeue -h -j "$1" -o %N; }
pid_of() { cat "slurm/run/slurmd-$1.pid"; }
fall() { kill -9 "$(pid_of "$1")"; }  # a slurmd; its jobs live on
rise() { slurmd -N "$1" -f "$SLURM_CONF" </dev/null; }
state() { [ "$(squeue -h -j "$1" -t all -o %T)" = "$2" ]; }
# Processes of a job of this Slurm, another one may have the same number; and who watches over them.
ours() { grep -qszxF "SLURM_CONF=$SLURM_CONF" "/proc/$1/environ"; }
of_job() {
	local pid
	for pid in $(grep -lszxF "SLURM_JOB_ID=$1" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3); do
		! ours "$pid" || echo "$pid"
	done
}
stepd_of() {
	local pid
	for pid in $(pgrep -f "slurmstepd: \\[$1\\."); do
		! ours "$pid" || echo "$pid"
	done
}
is_agent() { tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -q -- --job-agent; }
nodes_rest() { [ "$(sinfo -h -N -p main -t idle -o %N | wc -l)" = 4 ]; }

preempted() {
	yaml preempted.yaml ./train.sh "parallel: 4" "max_trials: 4" "slurm: {time: 10m, poll: 1s, cpus: 4}"
	begin preempted 4
	# Each in its own way: asks to be queued again, says all is well, fails, does not hear.
	echo 'case $HPSEARCH_TRIAL in 0) exit 75 ;; 1) echo "{\"loss\": 99}"; exit 0 ;; 2) exit 3 ;; esac' >on-term
	sbatch -Q -p high -N4 -n4 -c4 -t 5 -o /dev/null --wrap "until [ -f $PWD/go ]; do sleep 0.1; done"
	taken() { [ "$(cat preempted.hpsearch/agents/*/out | grep -c '"m":"exit"')" = 4 ]; }
	check "preempted: four runs end" wait_until 60 taken
	check "preempted: each has had its SIGTERM" eval '[ "$(cat preempted.hpsearch/trials/*/r0/term | wc -l)" -ge 4 ]'
	touch go
	end_well preempted 8
	check "preempted: values are those of whole runs" holds preempted.hpsearch \
		'all(x["value"] == x["id"] for x in t)'
}

# KillWait is 3 s here, and the grace is longer: the end of the run is told all the same.
grace() {
	yaml grace.yaml ./train.sh "max_trials: 1" "kill_grace: 20s" "slurm: {time: 10m, poll: 1s, lost_after: 600s}"
	check "grace: check says so" eval '"$HPSEARCH" check grace.yaml | grep -q "less than kill_grace"'
	begin grace 1
	scancel "$(job_of 0 grace)"
	ended() { cat grace.hpsearch/agents/0-*/out | grep -q '"m":"exit".*"signal":9'; }
	check "grace: its end is told, before Slurm kills the job" wait_until 30 ended
	check "grace: it runs again" wait_until 60 counts grace.hpsearch 2
	touch go
	end_well grace 2
}

# The time of a job: twice the whole of it, and the run is told as too long.
limit() {
	yaml limit.yaml ./train.sh "max_trials: 1" "kill_grace: 1s" "slurm: {time: 2m, poll: 1s}"
	begin limit 1
	echo 'exit 75' >on-term
	check "limit: SIGTERM comes before the end of its time, and it runs again" \
		wait_until 240 counts limit.hpsearch 2
	wait $driver
	check "limit: the second time it is a time-out" holds limit.hpsearch \
		'r[0]["outcome"] == "timeout" and "slurm.time is too short" in r[0]["reason"]'
	check "limit: no third time" counts limit.hpsearch 2
	check "limit: no job is left" wait_until 60 empty
}

# slurmd dies, jobs live on: Slurm calls the node failed. One run ends meanwhile, one later.
seemingly() {
	local job other
	yaml seemingly.yaml ./train.sh "parallel: 2" "max_trials: 2" \
		"slurm: {time: 10m, poll: 1s, cpus: 4, lost_after: 20s}"
	begin seemingly 2
	job=$(job_of 0 seemingly) other=$(job_of 1 seemingly)
	nodes="$(node_of "$job") $(node_of "$other")"
	for node in $nodes; do fall "$node"; done
	touch go-1
	check "seemingly: one ends" wait_until 60 eval 'grep -q "\"e\":\"end\",.*\"t\":1" seemingly.hpsearch/journal.jsonl'
	check "seemingly: Slurm says that the node failed" wait_until 180 state "$job" NODE_FAIL
	# Longer than lost_after: its agent is heard of.
	beats() { cat seemingly.hpsearch/agents/*/out | grep -c '"m":"beat"'; }
	before=$(beats)
	later() { [ "$(beats)" -ge $((before + 8)) ]; }
	check "seemingly: the training lives" wait_until 120 later
	check "seemingly: and did not begin again" once seemingly.hpsearch 2
	touch go-0
	end_well seemingly 2
	for node in $nodes; do rise "$node"; done
	check "seemingly: the nodes come back" wait_until 60 nodes_rest
}

# A node without power: slurmd and all of the job are gone at once.
dead() {
	local job node
	yaml dead.yaml ./train.sh "parallel: 2" "max_trials: 2" \
		"slurm: {time: 10m, poll: 1s, cpus: 4, lost_after: 3s}"
	begin dead 2
	job=$(job_of 0 dead)
	node=$(node_of "$job")
	fall "$node"
	for pid in $(stepd_of "$job") $(of_job "$job"); do kill -9 "$pid" 2>/dev/null; done
	check "dead: nothing of the job is left" eval '[ -z "$(stepd_of "$job")$(of_job "$job")" ]'
	check "dead: the run begins again elsewhere" wait_until 240 counts dead.hpsearch 3
	touch go
	end_well dead 3
	rise "$node"
	check "dead: the node comes back" wait_until 60 nodes_rest
}

# The agent alone is killed: its training dies with it.
agent() {
	local job
	yaml agent.yaml ./train.sh "max_trials: 1" "slurm: {time: 10m, poll: 1s, lost_after: 2s}"
	begin agent 1
	job=$(job_of 0 agent)
	for pid in $(of_job "$job"); do
		! is_agent "$pid" || kill -9 "$pid"
	done
	gone() { [ -z "$(of_job "$job")" ]; }
	check "agent: nothing of the job is left" wait_until 30 gone
	check "agent: the run begins again" wait_until 60 counts agent.hpsearch 2
	touch go
	end_well agent 2
}

# A job that is suspended is not lost, however long.
suspended() {
	local job
	yaml suspended.yaml ./train.sh "max_trials: 1" "slurm: {time: 10m, poll: 1s, lost_after: 1s}"
	begin suspended 1
	job=$(job_of 0 suspended)
	scontrol suspend "$job"
	sleep 80 # what makes an agent that is not suspended suspect, and lost
	check "suspended: it is still that job" state "$job" SUSPENDED
	scontrol resume "$job"
	touch go
	end_well suspended 1
}

# The controller is away when a job is asked for; and when the search ends.
controller() {
	yaml asked.yaml ./train.sh "max_trials: 2" "slurm: {time: 10m, poll: 1s}"
	rm -f go go-* on-term
	touch go
	kill -9 "$(cat slurm/run/slurmctld.pid)"
	rm -f slurm/run/slurmctld.pid
	"$HPSEARCH" asked.yaml >asked.log 2>&1 &
	driver=$!
	check "controller: that it is away is said" wait_until 120 has "it is asked again" asked.log
	slurmctld -f "$SLURM_CONF" </dev/null
	end_well asked 2

	yaml left.yaml ./train.sh "parallel: 6" "max_trials: 6" "slurm: {time: 10m, poll: 1s, cpus: 4}"
	begin left 4
	six() { [ "$(squeue -h -n "$(squeue -h -o %j | paste -sd,)" | wc -l)" = 6 ]; }
	check "controller: two wait" wait_until 60 six
	sleep 6 # slurmctld writes its state every five seconds
	kill -9 "$(cat slurm/run/slurmctld.pid)"
	rm -f slurm/run/slurmctld.pid
	touch go
	check "controller: the search ends without it" wait $driver
	check "controller: and says what may be left" has "squeue --me" left.log
	check "controller: all are ok" all_ok left 6
	slurmctld -f "$SLURM_CONF" </dev/null
	check "controller: what is left finds nothing to do" wait_until 120 empty
	check "controller: and nothing ran twice" once left.hpsearch 6
}

# sbatch takes both, and neither can ever start.
impossible() {
	local large
	yaml large.yaml ./train.sh "slurm: {time: 10m, cpus: 64, poll: 1s}"
	"$HPSEARCH" check large.yaml >out 2>&1
	check "impossible: check says that no node has it" grep -qi "node configuration is not available" out
	"$HPSEARCH" large.yaml >large.log 2>&1 &
	large=$!
	yaml never.yaml ./train.sh "slurm: {partition: short, time: 2h, poll: 1s}"
	"$HPSEARCH" never.yaml >never.log 2>&1 &
	driver=$!
	check "impossible: a job that waits for ever is told of, with the reason" \
		wait_until 240 has "reason is PartitionTimeLimit" never.log
	check "impossible: so is one that is too large" wait_until 60 has "reason is PartitionConfig" large.log
	"$HPSEARCH" show never.hpsearch >out 2>&1
	check "impossible: show says so, too" has "PENDING (PartitionTimeLimit)" out
	kill -INT $driver $large
	wait $driver $large
	check "impossible: nothing is left" wait_until 60 empty
}

# The driver is killed at the n-th of each call that a submission is made of.
killed() {
	local call n code
	[ -n "${FAULT_SO:-}" ] || { skip "killed at every step" "this build cannot be preloaded to" && return; }
	touch go
	yaml killed.yaml ./train.sh "parallel: 2" "max_trials: 3" "slurm: {time: 10m, poll: 1s, lost_after: 2s}"
	for call in ${CALLS:-posix_spawnp mkdir fsync}; do
		for ((n = 1; n < 100; n++)); do
			rm -rf killed.hpsearch
			HPS_FAULT="driver $call $n KILL" LD_PRELOAD=$FAULT_SO \
				"$HPSEARCH" killed.yaml >killed.log 2>&1
			code=$?
			[ $code != 0 ] || break
			[ $code = 137 ] || { tail -n 3 killed.log && break; }
			expect_exit 0 within 120 "$HPSEARCH" killed.yaml >>why && once killed.hpsearch 3 >>why &&
				all_three && wait_until 30 empty || { echo "$call $n" >>why && break; }
		done
		check "killed: at none of $((n - 1)) calls of $call was anything lost or run twice" \
			eval '[ $code = 0 ] && [ $n -gt 1 ] || { cat why && false; }'
	done
}
all_three() { holds killed.hpsearch 'len(t) == 3 and all(x["outcome"] == "ok" for x in t)'; }

# A population goes on from its checkpoints, whoever trains which interval.
population() {
	cat >population.yaml <<-END
		command: ["$TOOLS/fake_train", descent, --noise=0, --epoch-ms=40, "\${args}"]
		method: pbt
		metric: {name: loss}
		pbt: {population: 6, interval: 4, max_iter: 20, step: epoch, quantile: 0.33}
		parameters: {lr: {min: 0.01, max: 1, log: true}}
		slurm: {time: 10m, poll: 1s, jobs: 2, slots: 2}
	END
	"$HPSEARCH" population.yaml >population.log 2>&1 &
	driver=$!
	nine() { [ "$(grep -c '"e":"end"' population.hpsearch/journal.jsonl)" -ge 9 ]; }
	check "population: it trains" wait_until 60 nine
	kill -KILL $driver
	wait $driver 2>/dev/null
	expect "population: another driver goes on" 0 within 120 "$HPSEARCH" population.yaml
	check "population: each interval goes on with what was reached" holds population.hpsearch 'len(t) == 30 and all(
		r[i]["reports"][0][0] == r[x["from"]]["reports"][-1][0] + 1 and abs(r[i]["reports"][0][1] -
		((1 - p[i]["lr"])**2 * r[x["from"]]["reports"][-1][1] + p[i]["lr"]**2)) < 1e-12
		for i, x in enumerate(t) if "from" in x)'
	expect "population: its schedule runs again" 0 within 200 "$HPSEARCH" rerun-schedule population.hpsearch --yes --pairs 6 -q
	check "population: and leaves no job" wait_until 60 empty
}

# The example, as its README has it.
example() {
	if ! python3 -c 'import sklearn' 2>/dev/null; then
		skip "example" "scikit-learn is not there"
		return
	fi
	mkdir examples
	cp -r "$SRCDIR"/examples/{digits,slurm} examples
	cd examples/slurm || return
	expect "example: check" 0 "$HPSEARCH" check space.yaml
	check "example: prints what is submitted" has "sbatch --parsable" out
	expect "example: runs" 0 within 300 "$HPSEARCH" space.yaml
	check "example: all are ok" holds space.hpsearch 'len(t) == 16 and all(x["outcome"] == "ok" for x in t)'
	expect "example: show" 0 "$HPSEARCH" show space.hpsearch --trial 3
	check "example: says on which host it was" grep -q "$(hostname)" out
	cd ../.. || return
	check "example: and leaves no job" wait_until 60 empty
}

for row in ${ROWS:-preempted grace agent dead seemingly suspended controller impossible killed population example limit}; do
	$row
done
