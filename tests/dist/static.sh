#!/bin/bash
# The static program on a machine that has nothing: a root directory with it, a training
# that is as static, /dev/null and /proc.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh" || exit 1
: "${STATIC:?}"

check "it needs no shared library" sh -c '! readelf -dW "$0" | grep -q NEEDED && ! readelf -lW "$0" | grep -q INTERP' "$STATIC/hpsearch"
check "it is smaller than 6 MB" test "$(stat -c %s "$STATIC/hpsearch")" -lt 6000000
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
