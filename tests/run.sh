#!/bin/bash
# Runs test programs that print TAP, several at a time, and adds up: a line for each, the
# log of those that fail, last "N passed, N failed[, N skipped]". What was not built, a
# crash, a time-out, an unfulfilled plan and a sanitizer's report are failures.
#     run.sh LOGDIR PROGRAM …     leaves, in LOGDIR, what each said and its processor time
# TEST_JOBS at a time (2), TEST_TIMEOUT seconds for each (600; on a busy machine they take
# longer, see patience.sh), V=1: every log in full;
# BUILD_FAILED=1 counts as one failure; VALGRIND=1: the programs, and hpsearch in the scripts,
# run under memcheck, where a report, a leak, a descriptor left open is a failure.
set -u
logs=$1
shift
rm -rf "$logs"
mkdir -p "$logs"
# Sanitizers make the folder of their report wherever a process begins.
logs=$(cd "$logs" && pwd)
export LC_ALL=C.UTF-8 MALLOC_PERTURB_=165 V=${V:-}

label() { # PROGRAM: its folder under tests/ and its name
	local dir=${1%/*}
	echo "${dir##*/}/${1##*/}"
}

# One line of the summary from the TAP in LOG, then what there is to see of a failure.
judge() { # NAME LOG EXIT
	awk -v name="$1" -v rc="$3" -v sums="$2.sum" -v all="$V" '
		{ line[NR] = $0 }
		/^ok .*# [sS][kK][iI][pP]/ { skipped++; next }
		/^ok /                     { passed++; next }
		/^not ok /                 { failed++; next }
		/^1\.\.[0-9]+/ {
			plan = substr($1, 4) + 0
			planned++
			if (!plan && /# [sS][kK][iI][pP]/) { skipped++; plan = 1 }
		}
		END {
			if (rc == 124 || rc == 137) why = "timed out"
			else if (rc > 128) why = "died of signal " rc - 128
			else if (rc == 86) why = "a sanitizer complained"
			else if (rc == 127 && !NR) why = "was not built"
			else if (planned != 1) why = planned ? "printed several plans" : "printed no plan"
			else if (!plan) why = "tested nothing"
			else if (plan != passed + failed + skipped) why = "did not fulfil its plan"
			else if (rc && !failed) why = "exit " rc
			if (why != "") failed++
			printf "%s %-24s %4d passed", failed ? "FAIL" : "ok  ", name, passed
			if (failed) printf ", %d failed", failed
			if (skipped) printf ", %d skipped", skipped
			if (why != "") printf " (%s)", why
			printf "\n"
			for (i = 1; i <= NR; i++)
				if (all || (failed && line[i] !~ /^ok /) || line[i] ~ /^ok .*# [sS][kK]/)
					print "     " line[i]
			print passed + 0, failed + 0, skipped + 0 > sums
		}' "$2"
}

# What memcheck found, but for descriptors that were there before, and those that a
# supervisor is given for life.
keep_findings() { # LOG
	local report
	for report in "$1".san.*; do
		[ -e "$report" ] || continue
		awk 'function over() { if (block !~ /^$|inherited from parent|place_descriptors/) printf "%s", block; block = "" }
			/FILE DESCRIPTORS:/ { next }
			/^==[0-9]+== *$/ || /Open (file descriptor|AF_)/ { over() }
			!/^==[0-9]+== *$/ { block = block $0 "\n" }
			END { over() }' "$report" >"$report.kept"
		rm "$report"
		[ -s "$report.kept" ] || rm "$report.kept"
	done
}

run_one() { # LOGDIR PROGRAM
	local name log rc
	local -a args=() under=()
	name=$(label "$2")
	log=$1/${name//\//-}.log
	case $2 in
	*/fuzz_*) args=("$SRCDIR/tests/fuzz/corpus/${2##*/}"/*) ;;
	esac
	# The report of a sanitizer goes to a file: not every parent shows what its child says.
	local san=log_path=$log.san:exitcode=86:handle_segv=0
	if [ -n "${VALGRIND:-}" ]; then
		export MEMCHECK_LOG=$log.san
		under=("$SRCDIR/tests/memcheck.sh")
		if [[ $2 = *.sh ]]; then
			printf '#!/bin/sh\nexec %q %q "$@"\n' "${under[0]}" "$HPSEARCH" >"$log.hpsearch"
			chmod +x "$log.hpsearch"
			export HPSEARCH=$log.hpsearch
			under=()
		else
			export MEMCHECK_ALONE=1
		fi
	fi
	if [ -x "$2" ]; then
		ASAN_OPTIONS=$san UBSAN_OPTIONS=$san:print_stacktrace=1 env --default-signal \
			"$SRCDIR/tests/patience.sh" "${TEST_TIMEOUT:-600}" "${under[@]}" "$2" \
			"${args[@]}" \
			>"$log" 2>&1 </dev/null &
		# shellcheck disable=SC2064  # this very process
		trap "kill $! 2>/dev/null" INT TERM
		wait $!
		rc=$?
	else
		: >"$log"
		rc=127
	fi
	times >"$log.times"
	[ -z "${VALGRIND:-}" ] || keep_findings "$log"
	# Killed while its leaks were counted: that the counter could not go on is no report.
	local one
	for one in "$log".san.*; do
		[ ! -e "$one" ] || grep -qv 'Unable to get registers from thread' "$one" || rm -f "$one"
	done
	if compgen -G "$log.san.*" >/dev/null; then
		sed 's/^/# /' "$log".san.* >>"$log"
		rc=86
	fi
	# One block of output at a time.
	{
		flock 9
		judge "$name" "$log" $rc
	} 9>"$1/lock"
}
export -f run_one judge label keep_findings

[ $# = 0 ] || printf '%s\0' "$@" |
	xargs -0 -P "${TEST_JOBS:-2}" -I{} bash -c 'run_one "$@"' _ "$logs" {}
[ "${BUILD_FAILED:-0}" = 0 ] || {
	echo "FAIL the build: see above"
	echo 0 1 0 >"$logs/build.sum"
}
# A program that left no sum was not judged at all: that fails, too.
for p in "$@"; do
	name=$(label "$p")
	[ -s "$logs/${name//\//-}.log.sum" ] || echo 0 1 0 >"$logs/${name//\//-}.log.sum"
done
cat /dev/null "$logs"/*.sum 2>/dev/null | awk '{ p += $1; f += $2; s += $3 }
	END {
		printf "%d passed, %d failed", p, f
		if (s) printf ", %d skipped", s
		print ""
		exit f > 0 || p == 0
	}'
