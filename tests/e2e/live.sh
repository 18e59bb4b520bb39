#!/bin/bash
# The view of a search on a real terminal, and hpsearch watch beside it: screens at three
# widths, exactly but for the times; stopped and taken up, interrupted, killed; in a pipe.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
if ! command -v tmux >/dev/null; then
	skip "the view on a terminal" "there is no tmux"
	exit 0
fi
export GO=$PWD/go
cat >train.sh <<'T'
#!/bin/sh
# x and a curve; from the third trial on it waits half way.
x=${1#--x=}
for i in 1 2 3 4 5 6 7 8; do
	[ $i != 5 ] || [ "$HPSEARCH_TRIAL" -lt 2 ] || until [ -e "$GO" ]; do sleep 0.05; done
	awk "BEGIN { printf \"{\\\"epoch\\\": $i, \\\"loss\\\": %.4f}\\n\", $x + 1 / $i }"
done
[ "$HPSEARCH_TRIAL" != 5 ] || { printf 'no \033[31mluck\n' >&2; exit 3; }
T
chmod +x train.sh
cat >space.yaml <<'Y'
command: [./train.sh, "${args}"]
method: sobol
metric: {name: loss, goal: minimize}
parameters:
  x: {min: 0.0, max: 1.0, default: 0.5}
  名前: {values: [左, "r\u001b[31md"], default: 左}
early_terminate: {type: asha, min_iter: 2, max_iter: 8, eta: 2, step: epoch, min_trials: 50}
parallel: 3
max_trials: 7
Y
tm() { tmux -S "$tap_dir/s" -f /dev/null "$@"; }
tap_finally() { tm kill-server 2>/dev/null; }

# window NAME WIDTH HEIGHT: a shell in a terminal of that size.
window() {
	tm new-session -d -s "$1" -x "$2" -y "$3" "env PS1='\$ ' HISTFILE= LANG=C.UTF-8 bash --norc --noprofile"
}
keys() { tm send-keys -t "$@"; }
screen() { tm capture-pane -p -t "$1"; }
shows() { screen "$1" | grep -qF -- "$2"; }
# What is not time: "  12 s", "3m05s".
timeless() { sed -E 's/ *[0-9]+( s|m[0-9]+s)( |$)/ T\2/g; s/ *about[^,]* to go/ about T to go/; s/ +$//' "$1"; }
# The view alone, from its title to what was spent.
view() { screen "$1" | sed -n '/^space.yaml · /,/^ spent/p' >"$1.raw" && timeless "$1.raw"; }
looks() {
	view "$1" >seen
	diff "$SRCDIR/tests/data/live/$2" seen
}

window a 100 40
keys a "'$HPSEARCH' space.yaml; echo code \$?" Enter
check "a search of a few seconds comes to its view" wait_until 20 shows a "4/8"
check "100 columns" wait_until 5 looks a 100
tm resize-window -t a -x 60 -y 40
check "60 columns, after a resize" wait_until 5 looks a 60
wide() { view a | LC_ALL=C.UTF-8 wc -L | awk '{ exit !($1 > 200 && $1 <= 250) }'; }
tm resize-window -t a -x 250 -y 40
check "250 columns" wait_until 5 wide
tm resize-window -t a -x 200 -y 40
check "200 columns, after a resize" wait_until 5 looks a 200
check "one view and no rest of another" test "$(screen a | grep -c '^space.yaml')" = 1
check "no alternate screen" test "$(tm display -p -t a '#{alternate_on}')" = 0
check "the cursor is to be seen" test "$(tm display -p -t a '#{cursor_flag}')" = 1

window w 100 24
keys w "'$HPSEARCH' watch space.hpsearch; echo code \$?" Enter
check "watch shows the same" wait_until 5 looks w 100
"$HPSEARCH" watch space.yaml >watched 2>watched.err &
watcher=$!
check "in a pipe it says where it is" wait_until 20 has "2 of 7 trials are done" watched
expect "watch --once leaves at once" 0 "$HPSEARCH" watch --once space.hpsearch
check "… with the view, without colours" has "search 2/7 trials" out
check "… and nothing that a terminal obeys" lacks $'\033' out

keys a C-z
check "Ctrl-Z gives the terminal back" wait_until 10 shows a Stopped
keys a "echo mi''ne" Enter
check "… to whoever types" wait_until 10 shows a "mine"
keys a "fg; echo code \$?" Enter
again() { test "$(screen a | grep -c '^space.yaml')" = 2 && screen a | sed -n '/mine/,$p' | grep -q '^3 running'; }
check "fg draws it again, below" wait_until 10 again
check "… and leaves alone what stands there" shows a mine

window d 100 24
keys d "TERM=dumb '$HPSEARCH' watch space.hpsearch" Enter
check "TERM=dumb: plain lines" wait_until 20 shows d "trials are done"
check "… no view" test "$(screen d | grep -c '^space.yaml')" = 0
keys d C-c
window n 100 24
keys n "NO_COLOR=1 '$HPSEARCH' watch space.hpsearch" Enter
check "NO_COLOR: the same view" wait_until 5 looks n 100
plain() { ! tm capture-pane -e -p -t "$1" | grep -q $'\033\\['; }
check "… without a colour" plain n
check "with colours otherwise" eval '! plain w'
keys n C-c
check "Ctrl-C ends a watch" wait_until 10 shows n '^C'
window s 40 10
keys s "'$HPSEARCH' watch space.hpsearch" Enter
check "40 columns: one line" wait_until 20 shows s "search 2/7, 3 running"

touch go
check "it ends with its code" wait_until 30 shows a "code 0"
check "… and the view is gone, the last words stay" shows a "done: 7 trials"
check "a failure is told above the view" shows a "trial 5 failed"
check "… without what its output asks of a terminal" shows a '\x1b[31mluck'
check "the watch ends with the search's code" wait_until 20 shows w "code 0"
check "so does the one in a pipe" wait_until 20 eval '! kill -0 $watcher'
wait $watcher
check "… with its code" test $? = 0
for t in 2 3 4 6; do
	check "… and a line for trial $t" grep -q "^trial $t ok loss" watched
done
check "… and the last" has "done: 7 trials" watched
check "… and nothing that a terminal obeys" lacks $'\033' watched

# A driver that is killed leaves a terminal as it was; watch says that nobody drives it.
rm go
keys a "clear; '$HPSEARCH' space.yaml --fresh; echo code \$?" Enter
check "--fresh is followed" wait_until 5 looks a 200
keys w "clear; '$HPSEARCH' watch space.hpsearch; echo code \$?" Enter
check "… by another watch" wait_until 5 looks w 100
pid=$(tr -dc 0-9 <space.hpsearch/lock)
kill -9 "$pid"
check "killed: the shell has its line" wait_until 10 shows a "code 137"
check "a search that nobody drives is said to be none" wait_until 30 shows w "not running, last heard of"
check "… with what continues it" shows w "hpsearch space.yaml continues it"
check "… with code 1" wait_until 10 shows w "code 1"
expect "a directory of something else" 2 "$HPSEARCH" watch .
check "… is said to be none" has "no search has begun there" err
touch go
"$HPSEARCH" space.yaml >/dev/null 2>lines
check "in a pipe every run has a line" test "$(grep -c '^trial [2-6] ' lines)" = 5
check "… the last one too" grep -q '\[7/7\]$' lines
rm -rf go space.hpsearch
"$HPSEARCH" space.yaml -q >/dev/null 2>driven.err &
pid=$!
check "a search again" wait_until 20 test -s space.hpsearch/trials/0003/r0/stdout
"$HPSEARCH" watch space.hpsearch >watched 2>watched.err &
watcher=$!
check "that is watched" wait_until 20 has "of 7 trials are done" watched
mv space.hpsearch elsewhere
check "and moved away" wait_until 20 eval '! kill -0 $watcher'
wait $watcher
check "is said to be gone" has "is not there any more" watched.err
touch go
wait $pid
check "by its driver, too" has "was moved away or removed; when it is back" driven.err
rm -rf space.hpsearch
mv elsewhere space.hpsearch
expect "and then it continues" 0 "$HPSEARCH" space.yaml
check "and ends" has "done: 7 trials" err
