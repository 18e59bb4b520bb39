#!/bin/bash
# The arrows of src/ point one way: of includes, and of the symbols that the built objects
# use. No files depend on each other in a circle; each foreign library has its own door.
#     layers.sh [SRC [OBJECTS [KNOWN]]]        (src, build/release/src, tests/layers.known)
# KNOWN, where there is such a file: what is not as it should be, in the words in which it is
# found. A line there that is no longer true is an error, too.
set -euo pipefail
shopt -s inherit_errexit
root=$(cd "$(dirname "$0")/.." && pwd)
objects=$(realpath -m "${2:-$root/build/release/src}")
known=$(cat "${3:-$root/tests/layers.known}" 2>/dev/null || :)
cd "${1:-$root/src}"

# A room, then the rooms that it may know besides itself: +ROOM is that room and all that it
# may know, * every room of the lines above.
rooms='
base
space     base
config    +space
convert   +config
script    +config
gp        base
strategy  +space gp
schedule  base
run       base
search    +config +strategy schedule run
early     +search
record    +early
study     *
saved     *
report    *
page      *
export    +search
api       *
cli       *
dist
'
# The beginning of a foreign header's name, then the files that may include it.
doors='
yaml\.h          config/yaml.c
sqlite3\.h       export/optuna.c
gsl/             base/stat.c gp/acquire.c gp/cblas.c gp/fit.c gp/local.c gp/model.c gp/model.h gp/sample.c
(cjson/)?cJSON   base/json.h
'

# Which room may know which: may[ROOM ROOM].
declare -A may
while read -r pair; do
	may[$pair]=1
done < <(awk '
	NF {
		line = $1
		for (i = 2; i <= NF; i++)
			line = line " " ($i == "*" ? above : $i ~ /^\+/ ? all[substr($i, 2)] : $i)
		above = above " " $1
		all[$1] = line
		n = split(line, to, " ")
		for (i = 1; i <= n; i++) print $1, to[i]
	}' <<<"$rooms")

sources() { find . -name "$1" -printf '%P\n' | sort; }

check_rooms() {
	local room
	for room in */; do
		[ -n "${may[${room%/} ${room%/}]:-}" ] || echo "$room has no row in the table of rooms"
	done
}

check_includes() {
	local file='' inc
	sources '*.[ch]' | xargs sed -nsE '1F; s,^[ \t]*#[ \t]*include[ \t]*"([^"]*)".*,\t\1,p' |
		while IFS= read -r inc; do
			case $file,$inc in
			*,[!\	]*) file=$inc ;;
			*..*) echo "$file must not include \"${inc#?}\": say the room" ;;
			*/*,?*/*)
				inc=${inc#?}
				[ "${file%%/*}" = "${inc%%/*}" ] ||
					[ -n "${may[${file%%/*} ${inc%%/*}]:-}" ] ||
					echo "${file%%/*}/ must not include ${inc%%/*}/: $file, $inc"
				;;
			esac
		done
}

check_doors() {
	local header allowed file
	while read -r header allowed; do
		[ -n "$header" ] || continue
		sources '*.[ch]' | xargs grep -lE "^[ 	]*#[ 	]*include[ 	]*[<\"]$header" |
			while read -r file; do
				case " $allowed " in
				*" $file "*) ;;
				*) echo "$file must not include $header" ;;
				esac
			done || :
	done <<<"$doors"
}

check_objects() {
	local file
	for file in $(sources '*.c'); do
		[ -e "$objects/${file%.c}.o" ] || echo "$file is not built"
	done
}

# Lines "USER OWNER SYMBOL", both files of the source, from the objects.
uses() {
	local file list=()
	for file in $(sources '*.c'); do
		[ ! -e "$objects/${file%.c}.o" ] || list+=("${file%.c}.o")
	done
	[ ${#list[@]} = 0 ] || (cd "$objects" && nm -A "${list[@]}") | awk '
		{ file = $1; sub(/\.o:.*/, ".c", file) }
		$(NF - 1) ~ /^[ABCDRTVW]$/ { owner[$NF] = file }
		$(NF - 1) ~ /^([^ ]*:)?[Uw]$/ { user[++n] = file; used[n] = $NF }
		END {
			for (i = 1; i <= n; i++)
				if (used[i] in owner && owner[used[i]] != user[i])
					print user[i], owner[used[i]], used[i]
		}' | sort -u
}

check_arrows() {
	local user owner symbol
	while read -r user owner symbol; do
		case $user,$owner in
		*/*,*/*) [ -n "${may[${user%%/*} ${owner%%/*}]:-}" ] ||
			echo "${user%%/*}/ must not use ${owner%%/*}/: $user, $symbol of $owner" ;;
		*/*,?*) echo "$user must not use $symbol of $owner" ;;
		esac
	done
}

# Files that reach each other; a line for each such set.
check_circles() {
	awk '
		function walk(from, at, n, list, i) {
			n = split(to[at], list, " ")
			for (i = 1; i <= n; i++)
				if (!((from, list[i]) in reach)) {
					reach[from, list[i]]
					walk(from, list[i])
				}
		}
		!(($1, $2) in seen) { seen[$1, $2]; to[$1] = to[$1] " " $2; file[$1]; file[$2] }
		END {
			for (f in file) walk(f, f)
			for (f in file) for (g in file)
				if ((f, g) in reach && (g, f) in reach) print f, g
		}' | sort |
		awk '{ set[$1] = set[$1] " " $2 } END { for (f in set) print "a circle of files:" set[f] }' |
		sort -u
}

used=$(uses)
found=$(
	check_rooms
	check_includes
	check_doors
	check_objects
	check_arrows <<<"$used"
	check_circles <<<"$used"
)
rc=0
while read -r line; do
	[ -z "$line" ] || grep -qxF -- "$line" <<<"$known" || {
		echo "layers: $line" >&2
		rc=1
	}
done <<<"$found"
while read -r line; do
	[ -z "$line" ] || grep -qxF -- "$line" <<<"$found" || {
		echo "layers: known, but no longer so: $line" >&2
		rc=1
	}
done <<<"$known"
[ $rc = 0 ] && echo "layers: the arrows point one way"
exit $rc
