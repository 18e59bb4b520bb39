#!/bin/bash
# A Slurm of the tests' own: munged, slurmctld and some slurmd on this machine alone, in a directory
# of its own and on ports of its own. It knows nothing of a Slurm that is installed here.
#
#     tests/slurm/up.sh DIR [NODES [LINE…]]   starts it; LINEs are added to slurm.conf
#     . DIR/env.sh                            then sbatch, squeue and the others mean this one
#     tests/slurm/down.sh DIR                 ends it
#
# Exit 77: a program that it needs is not there.
set -u
D=$(mkdir -p "$1" && realpath "$1") || exit 1
nodes=${2:-4}
shift $(($# < 2 ? $# : 2))
PATH=$PATH:/usr/sbin:/sbin
for program in munged munge unmunge slurmctld slurmd sbatch squeue scancel scontrol sinfo; do
	command -v $program >/dev/null || {
		echo "$program is not there (make deps-slurm installs it)" >&2
		exit 77
	}
done

fail() {
	echo "slurm: $*" >&2
	tail -qn 5 "$D"/log/*.log >&2
	"${BASH_SOURCE[0]%/*}/down.sh" "$D" >/dev/null
	exit 1
}
# As often as needed within ten seconds.
patiently() {
	local i
	for ((i = 0; i < 100; i++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	return 1
}

mkdir -p "$D"/{log,run,state,spool,munge} || exit 1
chmod 755 "$D" "$D"/{log,run,state,spool}
chmod 700 "$D/munge"
[ -s "$D/munge/key" ] || (umask 077 && head -c 128 /dev/urandom >"$D/munge/key")

# One port for the controller, one for each node; none of them taken.
taken() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
for ((try = 0; try < 50; try++)); do
	port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
	for ((i = 0; i <= nodes; i++)); do
		taken $((port + i)) && continue 2
	done
	break
done

socket=$D/run/munge.socket
munged --key-file="$D/munge/key" --socket="$socket" --pid-file="$D/run/munged.pid" \
	--log-file="$D/log/munged.log" --seed-file="$D/munge/seed" --num-threads=2 || fail "munged"
answers() { munge -S "$socket" -n | unmunge -S "$socket"; }
patiently answers || fail "munged does not answer"

user=$(id -un)
host=$(hostname -s)
range="n[1-$nodes]"
ports="$((port + 1))-$((port + nodes))"
[ "$nodes" -gt 1 ] || { range=n1 ports=$((port + 1)); }
printf '%s\n' CgroupPlugin=cgroup/v1 CgroupAutomount=no ConstrainCores=no ConstrainRAMSpace=no \
	ConstrainDevices=no >"$D/cgroup.conf"
cat >"$D/slurm.conf" <<END
ClusterName=hpsearch
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$socket,cred_expire=10
SlurmctldPort=$port
SlurmctldPidFile=$D/run/slurmctld.pid
SlurmdPidFile=$D/run/slurmd-%n.pid
SlurmctldLogFile=$D/log/slurmctld.log
SlurmdLogFile=$D/log/slurmd-%n.log
StateSaveLocation=$D/state
SlurmdSpoolDir=$D/spool/%n
SlurmdParameters=config_overrides
CommunicationParameters=NoAddrCache
SwitchType=switch/none
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=1000,bf_interval=1,default_queue_depth=1000
PriorityType=priority/basic
ReturnToService=2
MinJobAge=300
KillWait=3
InactiveLimit=0
SlurmctldTimeout=30
SlurmdTimeout=${SLURMD_TIMEOUT:-60}
MessageTimeout=${MESSAGE_TIMEOUT:-20}
MailProg=/bin/true
NodeName=$range NodeHostname=$host NodeAddr=127.0.0.1 Port=$ports CPUs=${NODE_CPUS:-4} RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes=$range Default=YES MaxTime=INFINITE DefaultTime=60 State=UP
END
[ $# = 0 ] || printf '%s\n' "$@" >>"$D/slurm.conf"
# shellcheck disable=SC2016 # PATH is that of whoever reads it
printf 'export SLURM_CONF=%s\nexport PATH=$PATH:/usr/sbin:/sbin\n' "$D/slurm.conf" >"$D/env.sh"
# shellcheck source=/dev/null
. "$D/env.sh"

slurmctld -f "$D/slurm.conf" </dev/null || fail "slurmctld"
is_up() { scontrol ping | grep -q ' UP'; }
patiently is_up || fail "slurmctld does not answer"
for ((i = 1; i <= nodes; i++)); do
	mkdir -p "$D/spool/n$i"
	slurmd -N "n$i" -f "$D/slurm.conf" </dev/null || fail "slurmd n$i"
done
ready() { [ "$(sinfo -h -N -p main -t idle,mixed,allocated -o %N | wc -l)" = "$nodes" ]; }
patiently ready || fail "not all nodes are ready"
