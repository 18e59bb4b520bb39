#!/bin/bash
# The Debian package, installed by dpkg where nothing is but what it depends on: the files
# of those packages as they are here, and dpkg's word that they are there.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh" || exit 1
: "${DEB:?}" "${STATIC:?}"

expect "the package can be read" 0 dpkg-deb -x "$DEB" files
for f in usr/bin/hpsearch usr/share/man/man1/hpsearch.1.gz usr/share/doc/hpsearch/copyright \
	usr/share/doc/hpsearch/changelog.gz usr/share/bash-completion/completions/hpsearch \
	usr/share/zsh/vendor-completions/_hpsearch usr/share/fish/vendor_completions.d/hpsearch.fish; do
	check "$f is in it" test -s "files/$f"
done
field() { dpkg-deb -f "$DEB" "$1"; }
check "its libraries are named" sh -c 'echo "$1" | grep -q "libc6 (>= .*libcjson1.*libyaml-0-2"' - "$(field Depends)"
check "and what is linked in" sh -c 'echo "$1" | grep -q "^gsl (= "' - "$(field Built-Using)"
dpkg-deb -e "$DEB" control
check "the sums are those of the files" sh -c 'cd files && md5sum --quiet -c ../control/md5sums && [ "$(wc -l <../control/md5sums)" = "$(find . -type f | wc -l)" ]'
check "the manual can be read" sh -c 'gzip -dc files/usr/share/man/man1/hpsearch.1.gz | grep -q "^.TH"'
if command -v lintian >/dev/null; then
	check "lintian finds no error" lintian --fail-on error --suppress-tags bad-distribution-in-changes-file "$DEB"
else
	skip "lintian finds no error" "there is no lintian"
fi

need=$(field Depends | tr ',' '\n' | sed 's/(.*//; s/|.*//; s/ //g')
# shellcheck disable=SC2086  # a list of words
need=$(apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts \
	--no-breaks --no-replaces --no-enhances $need | grep -E '^[a-z0-9]' | sort -u)
root=$PWD/root
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/dev" "$root/proc" "$root/tmp"
for package in $need; do
	dpkg-query -s "$package" 2>/dev/null | grep -q '^Status: .* installed' || continue
	dpkg-query -s "$package" >>"$root/var/lib/dpkg/status"
	echo >>"$root/var/lib/dpkg/status"
	dpkg-query -L "$package"
done >list
# The links of a merged /usr first.
for link in bin lib lib32 lib64 sbin; do
	[ ! -L "/$link" ] || { mkdir -p "$root/usr/$link" && cp -P "/$link" "$root/$link"; }
done
while read -r f; do
	[ -d "$f" ] && [ ! -L "$f" ] && { mkdir -p "$root$f"; continue; }
	[ -e "$f" ] || continue
	case $f in */doc/*|*/locale/*|*/gconv/*) ;; *) mkdir -p "$root$(dirname "$f")" && cp -P "$f" "$root$f" ;; esac
done <list
if ! mknod -m 666 "$root/dev/null" c 1 3 2>/dev/null || ! unshare -m true; then
	skip "the package installed and run" "only root may"
	exit 0
fi
expect "dpkg installs it" 0 dpkg --root="$root" --log="$root/log" --force-not-root --install "$DEB"
check "and says so" sh -c 'dpkg --root="$1" -s hpsearch | grep -q "^Status: install ok installed"' - "$root"
cp "$STATIC/fake_train" "$root/"
cat >"$root/tmp/s.yaml" <<'Y'
command: [/fake_train, "${args}"]
method: sobol
metric: {name: loss}
parameters: {x: {min: 0.0, max: 1.0}}
max_trials: 6
Y
inside() { unshare -m sh -c 'mount -t proc proc "$0/proc" && exec chroot "$@"' "$root" "$root" "$@"; }
expect "its version there" 0 inside /usr/bin/hpsearch --version
check "is the package's" has "hpsearch $(field Version)" out
expect "a search there" 0 inside /usr/bin/hpsearch /tmp/s.yaml --out /tmp/s
check "all trials are well" holds "$root/tmp/s" '[x["outcome"] for x in t] == ["ok"] * 6'
expect "show there" 0 inside /usr/bin/hpsearch show /tmp/s
expect "dpkg removes it" 0 dpkg --root="$root" --log="$root/log" --purge hpsearch
check "and nothing of it is left" sh -c '! find "$1" -path "$1/proc" -prune -o -name "*hpsearch*" -print | grep -v "^$1/var/lib/dpkg/\|/tmp" | grep .' - "$root"
