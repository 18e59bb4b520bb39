# What tests of runs in Slurm share: behind tests/e2e/lib.sh.
# shellcheck shell=bash

# A Slurm of the test's own, as tests/slurm/up.sh begins it; its commands are counted, in calls-NAME,
# and a file fail-NAME makes NAME do something else first.
slurm_begin() { # NODES LINE…
	local name
	chmod 711 . # munged wants to reach its socket as anybody
	"$SRCDIR/tests/slurm/up.sh" slurm "$@" >up.log 2>&1
	case $? in
	0) ;;
	77)
		skip "runs in jobs of Slurm" "$(tail -n 1 up.log)"
		exit 0
		;;
	*)
		cat up.log
		exit 1
		;;
	esac
	# shellcheck source=/dev/null
	. "$PWD/slurm/env.sh"
	slurm=$PWD/slurm
	tap_finally() { "$SRCDIR/tests/slurm/down.sh" "$slurm"; }
	mkdir -p bin
	for name in sbatch squeue scancel; do
		cat >"bin/$name" <<END
#!/bin/bash
echo x >>"$PWD/calls-$name"
[ ! -f "$PWD/fail-$name" ] || . "$PWD/fail-$name"
exec $(command -v $name) "\$@"
END
	done
	chmod +x bin/*
	PATH=$PWD/bin:$PATH
}

yaml() { # FILE COMMAND LINE…
	file=$1
	cat >"$1" <<END
method: random
metric: {name: loss}
args: none
parameters: {x: {min: 0.0, max: 1.0}}
command: [$2]
END
	shift 2
	[[ "$*" == *max_trials:* ]] || echo "max_trials: 10" >>"$file"
	printf '%s\n' "$@" >>"$file"
}
once() { # DIR N: N runs, each begun once
	local n
	n=$(cat "$1"/trials/*/r0/count | wc -l)
	[ "$n" = "$2" ] || { echo "$n runs, not $2" && return 1; }
	n=$(find "$1/trials" -name count | wc -l)
	[ "$n" = "$2" ]
}
empty() { [ -z "$(squeue -h -t pending,running)" ]; }
counts() { [ "$(cat "$1"/trials/*/r0/count 2>/dev/null | wc -l)" = "$2" ]; }
