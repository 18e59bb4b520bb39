#!/bin/bash
# The static program on a machine that has nothing: a root directory with it, a training
# that is as static, /dev/null and /proc.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh" || exit 1
: "${STATIC:?}"

check "it needs no shared library" sh -c '! readelf -dW "$0" | grep -q NEEDED && ! readelf -lW "$0" | grep -q INTERP' "$STATIC/hpsearch"
check "it is smaller than 6 MB" test "$(stat -c %s "$STATIC/hpsearch")" -lt 6000000
# To a machine that has nothing of it, it goes by itself.
mkdir home bin
cat >copied.yaml <<Y
command: [$STATIC/fake_train, noisy, "\${args}"]
metric: {name: loss}
parameters: {x: {values: [1, 2, 3]}}
method: grid
launcher: [env, -i, "PATH=$tap_dir/bin:/usr/bin:/bin", "HOME=$tap_dir/home"]
transfer: none
parallel: 2
Y
copy=home/.cache/hpsearch/hpsearch-$(sha256sum <"$STATIC/hpsearch" | cut -d' ' -f1)
expect "a search on a machine without hpsearch" 0 "$STATIC/hpsearch" copied.yaml
check "is a search" holds copied.hpsearch '[x["outcome"] for x in t] == ["ok"] * 3'
check "for it, the program was copied" cmp "$copy" "$STATIC/hpsearch"
check "and nothing else stays" test "$(ls home/.cache/hpsearch)" = "${copy##*/}"
was=$(stat -c %i "$copy")
expect "the next search" 0 "$STATIC/hpsearch" copied.yaml --fresh
check "takes what is there" test "$(stat -c %i "$copy")" = "$was"
printf '#!/bin/sh\necho m68k\n' >bin/uname
chmod +x bin/uname
expect "a machine of another kind" 1 "$STATIC/hpsearch" copied.yaml --fresh
check "says so" has "this machine is m68k, the program is for $(uname -m)" err
rm bin/uname
sed "s|HOME=$tap_dir/home|HOME=/proc/none|" copied.yaml >nowhere.yaml
expect "where there is no cache directory" 0 "$STATIC/hpsearch" nowhere.yaml
check "the copy leaves nothing" test "$(find /tmp -maxdepth 1 -name 'hpsearch.??????' -newer bin -type f)" = ""

mkdir root root/tmp root/dev root/proc
cp "$STATIC/hpsearch" "$STATIC/fake_train" root/
cat >root/tmp/s.yaml <<'Y'
command: [/fake_train, noisy, --noise=0.01, "${args}"]
method: bayes
metric: {name: loss, goal: minimize}
parameters: {x: {min: 0.0, max: 1.0, default: 0.9}}
max_trials: 12
parallel: 2
memory: 1G
test: {repeats: 2}
Y
# What a process in there can do: no more than open the door.
inside() { unshare -m sh -c 'mount -t proc proc root/proc && cd root/tmp && exec chroot .. "$0" "$@"' "$@"; }
if ! mknod -m 666 root/dev/null c 1 3 2>/dev/null || ! inside /hpsearch --version >out 2>err; then
	skip "check, a search and show in an empty root" "only root may"
	exit 0
fi
check "it says which it is" grep -q '^hpsearch [0-9]' out
expect "check" 0 inside /hpsearch check /tmp/s.yaml
check "knows the parameter" has "x" out
expect "a search" 0 inside /hpsearch /tmp/s.yaml --out /tmp/s
check "all trials are well" holds root/tmp/s '[x["outcome"] for x in t] == ["ok"] * 12'
check "the training's numbers came back" holds root/tmp/s 'min(x["value"] for x in t) < 0.1'
expect "show" 0 inside /hpsearch show /tmp/s
expect "best" 0 inside /hpsearch best /tmp/s
check "has the winner" grep -qE '^x|"x"|--x' out
expect "replay" 0 inside /hpsearch replay /tmp/s
cp -r root/tmp/s elsewhere
expect "the other program makes the same of it, bit for bit" 0 "$HPSEARCH" replay elsewhere
