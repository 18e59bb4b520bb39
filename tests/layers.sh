#!/bin/sh
# The include arrows of src/ point one way, and each foreign library has its own door.
#     layers.sh [SRC]
set -eu
cd "${1:-$(dirname "$0")/../src}"
rc=0

complain() {
	echo "layers: $*" >&2
	rc=1
}
# What the files of a folder include in quotes, each name once.
quoted() {
	find "$1" -name '*.[ch]' -exec sed -n 's,^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*,\1,p' {} + |
		sort -u
}

# A room, then the rooms that it may include besides itself; * for all.
table='
base
space base
config base space
gp base
schedule base
strategy base space gp
run base
search *
early *
record *
study *
saved *
report *
api base space config run search early record study saved report
cli base space config gp strategy schedule run search early record study saved report
'
for room in */; do
	room=${room%/}
	row=$(echo "$table" | grep "^$room\( \|\$\)") || {
		complain "$room/ has no row in the table of rooms"
		continue
	}
	for inc in $(quoted "$room"); do
		case $inc in
		*..*) complain "$room/ must not include \"$inc\": say the room" && continue ;;
		*/*) ;;
		*) continue ;;
		esac
		case " $row " in
		*' * '* | *" ${inc%%/*} "*) ;;
		*) complain "$room/ must not include ${inc%%/*}/ ($inc)" ;;
		esac
	done
done

# The beginning of a foreign header's name, then the files that may include it.
while read -r header doors; do
	for f in $(grep -rlE "^[ 	]*#[ 	]*include[ 	]*[<\"]$header" --include='*.[ch]' . || :); do
		case " $doors " in
		*" ${f#./} "*) ;;
		*) complain "${f#./} must not include $header" ;;
		esac
	done
done <<'T'
yaml\.h config/yaml.c
gsl/ base/stat.c
(cjson/)?cJSON base/json.h
T
[ $rc = 0 ] && echo "layers: the arrows point one way"
exit $rc
