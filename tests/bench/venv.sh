#!/bin/bash
# A virtual environment for the peers, made once; what cannot be installed is named and
# left out.
#     venv.sh DIR PACKAGES …       prints DIR/bin/python; PACKAGES: the words of one call of pip
# Without packages: prints the name of the machine's own python.
set -u
dir=$1
shift
if [ $# = 0 ]; then
	echo python3
	exit
fi
if [ ! -x "$dir/bin/python" ]; then
	python3 -m venv "$dir" >&2 || {
		echo "venv.sh: no virtual environment; python3-venv is missing?" >&2
		exit 1
	}
fi
for packages in "$@"; do
	mark=$dir/have.${packages//[^a-zA-Z0-9]/_}
	[ -e "$mark" ] && continue
	# shellcheck disable=SC2086 # several words
	if "$dir/bin/pip" install -q --disable-pip-version-check $packages >&2; then
		touch "$mark"
	else
		echo "venv.sh: $packages cannot be installed here; it is left out" >&2
	fi
done
echo "$dir/bin/python"
