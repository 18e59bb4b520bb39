#!/bin/sh
# The source of cJSON as Debian has it, for a static program: Debian builds no archive of
# it. DIR/cJSON.c in the end. The lists and keys are those that apt has for this machine's
# own packages; everything is kept below DIR, nothing of the machine's is touched.
#
#     cjson.sh DIR
set -eu
dir=$(mkdir -p "$1" && cd "$1" && pwd)
mkdir -p "$dir/lists/partial" "$dir/archives/partial" "$dir/parts"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ ! -r "$keys" ] || signed=" [signed-by=$keys]"
# shellcheck disable=SC2016  # apt fills them in
apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
	awk -v signed="${signed:-}" '$1 == "Debian" && $4 == "main" { print "deb-src" signed, $2, $3, $4 }' |
	sort -u >"$dir/sources.list"
[ -s "$dir/sources.list" ] || {
	echo "cjson: apt knows no list of Debian's packages: apt-get update, or put a libcjson.a where the compiler looks" >&2
	exit 1
}
private() {
	apt-get -q -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts="$dir/parts" \
		-o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir" -o Dir::Cache::Archives="$dir/archives" \
		-o APT::Sandbox::User= -o Acquire::Languages=none "$@"
}
cd "$dir"
if ! private update >log 2>&1 || ! private source cjson >>log 2>&1; then
	tail -n 20 log >&2
	echo "cjson: its source could not be fetched (needs dpkg-dev, and a way to Debian's servers)" >&2
	exit 1
fi
cp cjson-*/cJSON.c cjson-*/cJSON.h .
