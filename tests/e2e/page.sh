#!/bin/bash
# report, plot: one page that needs nothing, in a real browser too, and single pictures.
# shellcheck disable=SC2016 # macros of ours stay as they are
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

space() { # MODE, lines of the file
	printf 'command: ["%s", %s, "${args}"]\nmetric: {name: loss, goal: minimize}\n' "$FAKE" "$1"
	shift
	printf '%s\n' "$@"
}
plain='parameters: {x: {min: -1.0, max: 1.0, default: 0.0}, y: {min: 0.001, max: 10.0, log: true}, z: {values: [a, b]}, w: {min: 0, max: 9, when: {z: b}}}'
is_page() { # FILE: whole, closed, below 2 MB
	head -c 15 "$1" | grep -q '<!DOCTYPE html>' && tail -n 1 "$1" | grep -q '</html>' &&
		[ "$(stat -c %s "$1")" -lt 2000000 ]
}
is_svg() { python3 -c 'import sys, xml.dom.minidom as m; assert m.parse(sys.argv[1]).documentElement.tagName == "svg"' "$1"; }

# --- written by a search ---
cat >train.py <<'END'
import json, math, os, random, sys
a = dict(w.lstrip("-").split("=", 1) for w in sys.argv[1:])
random.seed(int(os.environ["HPSEARCH_SEED"]))
loss = (float(a["x"]) - 0.3) ** 2 + (math.log10(float(a["y"])) - 0.5) ** 2 / 9 + (a["z"] == "a")
for epoch in range(1, 13):
    print(json.dumps({"epoch": epoch, "loss": loss + math.exp(-epoch) + random.gauss(0, 0.001)}))
END
{
	echo 'command: [python3, train.py, "${args}"]'
	printf '%s\n' "metric: {name: loss, goal: minimize}" "method: random" "max_trials: 24" "repeats: 3" "parallel: 2" "$plain"
} >live.yaml
expect "a search" 0 "$HPSEARCH" live.yaml -q
check "leaves its page in the directory" is_page live.hpsearch/report.html
check "with its verdict as the report has it" has "no test: block, so nothing was verified on test data" live.hpsearch/report.html
expect "unless it is told not to" 0 "$HPSEARCH" live.yaml -q --set report=false --out quiet
check "then there is none" [ ! -e quiet/report.html ]
mkdir -p blocked/report.html
expect "what is in the way" 0 "$HPSEARCH" live.yaml --set max_trials=2 --out blocked
check "is a notice, and no failure" has "notice: the page was not written" err
expect "a search that has begun may be told so" 0 "$HPSEARCH" live.yaml -q --set report=false
expect "report: takes yes or no" 2 "$HPSEARCH" check live.yaml --set report=often

# --- report ---
expect "report" 0 "$HPSEARCH" report live.hpsearch -o live.html
check "says where it is" has live.html out
check "and has a model now, or says why not" grep -qE 'modelband|leave-one-out' live.html
expect "a path that cannot be" 1 "$HPSEARCH" report live.hpsearch -o no/such/dir.html

# --- searches of every kind ---
for f in "$SRCDIR"/tests/data/schema1/{bayes,grid,random}/results.json "$SRCDIR"/tests/data/bytes/*.results.json; do
	expect "an old search: ${f#"$SRCDIR"/tests/data/}" 0 "$HPSEARCH" report "$f" -o old.html
	check "its page" is_page old.html
done
space '"exit", "1"' "method: random" "max_trials: 3" "$plain" >failed.yaml
expect "all failed" 4 "$HPSEARCH" failed.yaml -q
check "is shown" has "trial 0: failed" failed.hpsearch/report.html
space '"quadratic"' "method: random" "max_trials: 1" "$plain" >one.yaml
expect "one trial" 0 "$HPSEARCH" one.yaml -q
check "is a page" is_page one.hpsearch/report.html
expect "a results file in its directory" 0 "$HPSEARCH" report one.hpsearch/results.json -o alone.html
check "has the output beside it" lacks "What it printed is not on this page" alone.html
cp one.hpsearch/results.json there.json
expect "away from its directory" 0 "$HPSEARCH" report there.json
check "the page stands beside it" is_page report.html
check "and says that there is no output" has "What it printed is not on this page" report.html
printf 'command: ["true"]\nargs: none\nmethod: grid\nparameters: {x: {values: [1, 2]}}\n' >none.yaml
expect "no metric" 0 "$HPSEARCH" none.yaml -q
check "is a page" is_page none.hpsearch/report.html
printf 'method: random\nmetric: {name: loss, goal: maximize}\nmax_trials: 4\nparameters: {x: {min: 0.0, max: 1.0}, n: {min: 12345678901, max: 12345678902}}\n' >told.yaml
expect "a search for ask and tell" 0 "$HPSEARCH" init told.yaml
expect "of which nothing is known" 0 "$HPSEARCH" report told.hpsearch
check "says so" has "There is no trial yet" told.hpsearch/report.html
expect "one is asked for" 0 "$HPSEARCH" ask told.hpsearch
expect "while it runs" 0 "$HPSEARCH" report told.hpsearch
check "it is not finished" has "trial 0: not finished" told.hpsearch/report.html
check "and a whole number has all its digits" grep -qE '"p":\[1234567890[12],' told.hpsearch/report.html

# --- what strangers write ---
cat >evil.py <<'END'
import json, sys
sys.stdout.buffer.write(b'</pre></script><script>window.pwned = 1</script><img src=x onerror="window.pwned=1"> \x1b[31m \xff\xfe \x00 \xe2\x80\xae\n')
print(json.dumps({"epoch": 1, 'l"</script><script>window.pwned=4</script>': 1.5, "</script><script>window.pwned=8</script>": 0.25, "beside": 7}))
print('"\'><svg onload=window.pwned=2>', file=sys.stderr)
sys.exit(1 if len(sys.argv) > 1 and "bad" in sys.argv[1] else 0)
END
cat >evil.yaml <<'END'
name: "</title><script>window.pwned = 3</script>"
description: "\"'><img src=x onerror=window.pwned=5>"
command: [python3, evil.py, "${args}"]
method: grid
metric: {name: "l\"</script><script>window.pwned=4</script>", goal: minimize}
metrics: ["</script><script>window.pwned=8</script>"]
parameters:
  "p'\"<b onmouseover>": {values: ["</script><script>window.pwned=7</script>", "<!--<script>", "bad"]}
END
expect "hostile names and outputs" 0 "$HPSEARCH" evil.yaml -q
check "no markup of theirs is on the page" \
	[ "$(grep -ciE '<img|<b |<svg onload|<script>window|<!--' evil.hpsearch/report.html)" = 0 ]
check "what is listed under metrics has its column" grep -qF '<th scope="col">&lt;/script&gt;&lt;script&gt;window.pwned=8&lt;/script&gt;' evil.hpsearch/report.html
check "with its number" grep -qE '^<tr data-row="0">.*<td>0.25$' evil.hpsearch/report.html
check "no control character, and UTF-8 alone" python3 -c '
t = open("evil.hpsearch/report.html", encoding="utf-8").read()
assert not [c for c in t if ord(c) < 32 and c not in "\n\t" or c in "\u202e\x7f"]'

# --- plot ---
for p in history curves cost timeline; do
	expect "plot $p" 0 "$HPSEARCH" plot live.hpsearch $p -o $p.svg
	check "is an SVG" is_svg $p.svg
done
expect "hostile names in a picture" 0 "$HPSEARCH" plot evil.hpsearch slice -o evil.svg
check "are text" is_svg evil.svg
expect "in the terminal" 0 "$HPSEARCH" plot live.hpsearch history
check "with its numbers" has "n = 24 trials, 24 with a value" out
check "in a hundred columns and the words below" [ "$(wc -L <out)" -le 130 ]
expect "as a text file" 0 "$HPSEARCH" plot live.hpsearch curves -o curves.txt
check "that has the same" has "n = 24 of 24 curves" curves.txt
if command -v rsvg-convert >/dev/null; then
	expect "as PNG" 0 "$HPSEARCH" plot live.hpsearch history -o history.png
	check "which it is" [ "$(head -c 4 history.png | tail -c 3)" = PNG ]
else
	skip "as PNG" "there is no rsvg-convert"
fi
expect "without rsvg-convert" 2 env PATH=/nonexistent "$HPSEARCH" plot live.hpsearch history -o no.png
check "the way out is said" has "librsvg2-bin" err
check "and nothing is left behind" [ -z "$(ls ./*.png.* no.png 2>/dev/null)" ]
expect "pareto" 2 "$HPSEARCH" plot live.hpsearch pareto
check "is refused clearly" has "the search has one metric, so there is no front to draw" err
expect "another name" 2 "$HPSEARCH" plot live.hpsearch pie
expect "another ending" 2 "$HPSEARCH" plot live.hpsearch history -o x.gif
expect "nothing to show" 3 "$HPSEARCH" plot failed.hpsearch cost -o x.svg

# --- a thousand trials of two hundred parameters, with curves, numbers and failures ---
{
	echo 'parameters:'
	for i in {000..199}; do echo "  p$i: {min: 0.0, max: 1.0}"; done
} >parameters
space '"burst", "--epochs=40"' "method: random" "max_trials: 1000" "parallel: 4" >large.yaml
cat parameters >>large.yaml
expect "a thousand trials" 0 "$HPSEARCH" large.yaml -q
check "are below 2 MB" is_page large.hpsearch/report.html
check "what there is no room for is said to be left out" grep -qE '^<p class="note">Here: the first 1[0-9] of 200 parameters that vary, in the order of the file\.' large.hpsearch/report.html
check "all of them" [ "$(grep -oE '^\{"i":' large.hpsearch/report.html | wc -l)" = 1000 ]

# --- in a browser ---
if ! command -v chromium >/dev/null || emulated; then
	skip "in a browser" "there is no chromium"
elif ! grep -q 'd3js.org' live.html; then
	skip "in a browser" "built without d3"
else
	"$HPSEARCH" report "$SRCDIR/tests/data/schema1/bayes/results.json" -o fixed.html >/dev/null
	within 240 python3 "$SRCDIR/tests/page/check.py" fixed.html live.html evil.hpsearch/report.html \
		large.hpsearch/report.html "$SRCDIR/tests/page" >browser 2>browser.err || :
	check "the browser came to its end" [ "$(grep -cE '^(not )?ok ' browser)" = 15 ]
	grep '^#' browser
	while read -r line; do
		check "${line#* }" [ "${line%% *}" = ok ]
	done < <(sed '/^#/d; s/^not ok/not-ok/' browser)
	grep -q '^not ok' browser && sed 's/^/# /' browser browser.err
fi
:
