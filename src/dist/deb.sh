#!/bin/sh
# A Debian package of the program, its manual page and the completions of three shells,
# from what is built. Maintainer: DEBFULLNAME and DEBEMAIL, else who made the last commit.
#
#     CC=… VERSION=… MAKE=… deb.sh PROGRAM FOLDER FILE.deb
set -eu
program=$1 folder=$2 deb=$3
here=$(dirname "$0")
root=$folder/root doc=$folder/root/usr/share/doc/hpsearch
rm -rf "$folder"
mkdir -p "$root/DEBIAN" "$folder/debian" "$doc"
chmod 755 "$folder" "$root" "$root/DEBIAN"
umask 022

last() { git log -1 --format="$1" 2>/dev/null; }
if [ -n "${DEBFULLNAME:-}" ] && [ -n "${DEBEMAIL:-}" ]; then
	maintainer="$DEBFULLNAME <$DEBEMAIL>"
else
	maintainer=$(last '%cn <%ce>') || {
		echo "deb: whose package is it? Set DEBFULLNAME and DEBEMAIL" >&2
		exit 1
	}
fi
date=${SOURCE_DATE_EPOCH:-$(last %ct || date +%s)}
export SOURCE_DATE_EPOCH="$date"

"$MAKE" -s --no-print-directory install-program DESTDIR="$(realpath "$root")" PREFIX=/usr CC="$CC" \
	COMPLETION='bash:bash-completion/completions/hpsearch zsh:zsh/vendor-completions/_hpsearch fish:fish/vendor_completions.d/hpsearch.fish'
cp "$program" "$root/usr/bin/hpsearch"
strip --remove-section=.comment --remove-section=.note "$root/usr/bin/hpsearch"
gzip -9n "$root/usr/share/man/man1/hpsearch.1"

cat >"$folder/changelog" <<END
hpsearch ($VERSION) unstable; urgency=medium

  * As built from the source of this version.

 -- $maintainer  $(LC_ALL=C date -u -R -d "@$date")
END
gzip -9nc "$folder/changelog" >"$doc/changelog.gz"

# An archive that is part of the program has its say in its copyright.
cp "$here/copyright" "$doc/copyright"
printf '\nParts of libgsl-dev are linked into the program. Its copyright file:\n\n' >>"$doc/copyright"
sed 's/^/  /; s/^ *$//' /usr/share/doc/libgsl-dev/copyright >>"$doc/copyright"
# shellcheck disable=SC2016  # dpkg-query's own
using=$(dpkg-query -W -f '${source:Package} (= ${source:Version})' libgsl-dev)

printf 'Source: hpsearch\nMaintainer: %s\n\nPackage: hpsearch\nArchitecture: any\n' "$maintainer" \
	>"$folder/debian/control"
depends=$(cd "$folder" && dpkg-shlibdeps -O root/usr/bin/hpsearch | sed -n 's/^shlibs:Depends=//p')
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
cat >"$root/DEBIAN/control" <<END
Package: hpsearch
Version: $VERSION
Architecture: $(dpkg --print-architecture)
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f1)
Depends: $depends
Built-Using: $using
Section: science
Priority: optional
Description: hyperparameter search from one file, checked on data it never saw
 A YAML file says what may vary and how to train; hpsearch runs the trainings,
 of any language, on the processors and GPUs of a machine, and leaves a ranked
 results file and a winner that was run again on fresh seeds and, where there
 is a test set, compared with the defaults on it. It needs no server and no
 library in the training.
END
dpkg-deb --root-owner-group -Zxz --build "$root" "$deb" >/dev/null
echo "$deb"
