#!/bin/bash
# Inputs that are made to cost: each is refused, or read, within a second or two and a
# bounded memory, with a text and an exit code, never a signal.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# The limits are on address space, which sanitizers need terabytes of.
if [ -z "${FAULT_SO:-}" ]; then
	skip "bounds of time and memory" "a sanitizer's memory is not ours"
	exit 0
fi
# bounded NAME CODES MB WORDS…: hpsearch WORDS ends with one of the codes.
bounded() {
	local name=$1 codes=$2 mb=$3 code
	shift 3
	(ulimit -v $((mb * 1024)) && within 60 "$HPSEARCH" "$@") >out 2>err </dev/null
	code=$?
	check "$name: exit ${codes// / or }, within 60 s and $mb MB" grep -qw -- $code <<<"$codes"
	[ $code = 0 ] || check "$name: says why" grep -q '^hpsearch' err
	check "$name: in a few lines" test "$(wc -c <err)" -lt 4000
}
head="command: [true]
method: random
metric: {name: loss}
"
with() { printf '%s%s\n' "$head" "$1"; }

with "parameters: {x: {values: &a [1, 2]}}
a: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
b: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
c: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
d: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
e: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
f: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]
g: [*g, *g, *g, *g, *g, *g, *g, *g, *g, *g]" >bomb.yaml
bounded "an alias bomb" 2 200 check bomb.yaml
with "parameters: &p {x: {values: [1, *p]}}" >cycle.yaml
bounded "a cycle of aliases" 2 200 check cycle.yaml
python3 - <<'P'
open("flow.yaml", "w").write("a: " + "[" * 100000 + "]" * 100000 + "\n")
open("maps.yaml", "w").write("".join(" " * i + "a:\n" for i in range(1000)))
open("deep.json", "w").write('{"schema":1,"hpsearch":"0.1.0","trials":' + "[" * 200000 + "]" * 200000 + "}")
open("open.json", "w").write("[" * 1000000)
head = "command: [true]\nmethod: random\nmetric: {name: loss}\n"
for name, value in {"int": "9" * 400, "float": "1e999999999", "neg": "-" + "9" * 30, "hex": "0x" + "f" * 40}.items():
    open(f"huge-{name}.yaml", "w").write(head + f"parameters: {{x: {{min: 0, max: {value}}}}}\n")
    open(f"trials-{name}.yaml", "w").write(head + f"max_trials: {value}\nparameters: {{x: {{values: [1, 2]}}}}\n")
open("nul.yaml", "wb").write(head.encode() + b"parameters: {x: {values: [a\0b]}}\n")
open("utf8.yaml", "wb").write(head.encode() + b"parameters: {x: {values: [a\xff\xfeb]}}\n")
open("latin.yaml", "wb").write(head.encode() + b"parameters: {x: {values: [\"\xc3\x28\"]}}\n")
open("utf16.yaml", "wb").write((head + "parameters: {x: {values: [1]}}\n").encode("utf-16"))
open("long.yaml", "w").write(head + "parameters: {x: {values: [" + "9" * 900000 + "]}}\n")
open("expr.yaml", "w").write(head + 'parameters: {x: {values: [1, 2]}}\nconstraints: ["' + "(" * 50000 + "x" + ")" * 50000 + '"]\n')
open("chain.yaml", "w").write(head + 'parameters: {x: {values: [1, 2]}}\nconstraints: ["' + "1+" * 50000 + 'x > 0"]\n')
open("power.yaml", "w").write(head + 'parameters: {x: {values: [3, 4]}}\nconstraints: ["x ** 9 ** 9 ** 9 > 0"]\n')
P
for f in flow maps huge-int huge-float huge-neg huge-hex trials-int trials-float trials-neg trials-hex \
	nul utf8 latin expr; do
	bounded "$f.yaml" "0 2" 300 check $f.yaml
done
for f in utf16 long chain power; do
	bounded "$f.yaml" "0 2" 300 check $f.yaml
done
bounded "a results file nested 200,000 deep" 2 200 show deep.json
bounded "and one that never closes" 2 200 show open.json
truncate -s 1G zeros.yaml
bounded "a file of 1 GB" 2 100 check zeros.yaml
cp zeros.yaml zeros.json
bounded "a results file of 1 GB" 2 1300 show zeros.json
truncate -s 5G zeros.json
bounded "and of 5 GB" 2 100 show zeros.json
with "parameters: {x: {min: 0.0, max: 1.0}}" >space.yaml
mkdir big && cp zeros.yaml big/journal.jsonl
bounded "a journal of 1 GB without a newline" 2 300 space.yaml --out big
bounded "shown" 2 300 show big
bounded "/dev/zero as the file" 2 100 check /dev/zero
sh -c 'yes "a: b" | head -c 100000000' >endless.yaml
bounded "100 MB of keys" 2 100 check endless.yaml
bounded "from standard input" 2 100 check - <endless.yaml
rm -f zeros.* endless.yaml

# Small limits: a sentence, wherever the dynamic linker and the kernel let us begin.
for kb in 32 64 128 256 511; do
	for _ in 1 2 3 4 5; do # where the stack begins is drawn
		code=$(ulimit -S -s $kb && env -i "$HPSEARCH" check space.yaml >out 2>err; echo $?)
		if [ "$code" != 1 ] || lacks "the stack is limited to $kb KiB" err; then break; fi
	done
	check "a stack of $kb KiB: exit 1" test "$code" = 1
	check "a stack of $kb KiB: said" has "the stack is limited to $kb KiB" err
done
least=64 # (0 is none)
while [ $least -lt 4000 ] && ! (ulimit -S -d $least && exec "$HPSEARCH" --version) >out 2>err; do
	least=$((least + 64))
done 2>/dev/null
check "4 MB of data are enough to begin with" test $least -lt 4000
with "parameters: {x: {min: 0.0, max: 1.0}}
max_trials: 12" | sed "s|\[true\]|[\"$FAKE\", \"\${args}\"]|; s/random/bayes/" >data.yaml
for more in 0 64 128 192 256 320 384 448 512 640 768 1024; do
	for words in "check data.yaml" "data.yaml -q --fresh --out data"; do
		within 60 sh -c "ulimit -S -d $((least + more)) && exec '$HPSEARCH' $words" >out 2>err </dev/null
		code=$?
		check "$more KiB of data more, ${words%% *}: exit 0 or 1" test "$code" = 0 -o "$code" = 1
		[ "$code" = 0 ] || check "says why" grep -q "^hpsearch: .*" err
	done
done
expect "and goes on where it stopped" 0 "$HPSEARCH" data.yaml --out data
