#!/bin/bash
# A virtual environment for the peers, made once; what cannot be installed is named and
# left out.
#     venv.sh DIR PACKAGE …        prints DIR/bin/python
set -u
dir=$1
shift
if [ ! -x "$dir/bin/python" ]; then
	python3 -m venv "$dir" >&2 || {
		echo "venv.sh: no virtual environment; python3-venv is missing?" >&2
		exit 1
	}
fi
for package in "$@"; do
	mark=$dir/have.${package//[^a-zA-Z0-9]/_}
	[ -e "$mark" ] && continue
	if "$dir/bin/pip" install -q --disable-pip-version-check "$package" >&2; then
		touch "$mark"
	else
		echo "venv.sh: $package cannot be installed here; it is left out" >&2
	fi
done
echo "$dir/bin/python"
