#!/bin/sh
# Installs those of the named Debian packages that are missing; says nothing when all are
# there. Never asks.
set -eu
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "deps: not a Debian machine; this is needed, under whatever names: $*" >&2
	exit 0
fi
missing=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
	awk -v want="$*" '
		$2 == "installed" { have[$1] = 1 }
		END { n = split(want, w, " "); for (i = 1; i <= n; i++) if (!(w[i] in have)) printf " %s", w[i] }')
[ -n "$missing" ] || exit 0
as_root=
if [ "$(id -u)" != 0 ]; then
	as_root='sudo -n'
	$as_root true 2>/dev/null || {
		echo "deps: packages are missing. As root: apt-get install$missing" >&2
		exit 1
	}
fi
echo "installing:$missing"
install() {
	# shellcheck disable=SC2086  # lists of words on purpose
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
		install --no-install-recommends $missing
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The lists of packages may be missing or old: then they are fetched, once.
install >"$log" 2>&1 && exit 0
if ! $as_root apt-get -q update >"$log" 2>&1 || ! install >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "deps: apt-get could not install:$missing" >&2
	exit 1
fi
