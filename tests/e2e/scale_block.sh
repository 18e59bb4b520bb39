#!/bin/bash
# The scale block: sizes in their order, the small ones first; the trend at the end, in the
# results file and in show; killed and continued, replayed; two sizes at once; wrong files.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

# The best lr is 0.02 (width / 64)^-0.7 (depth / 2)^0.3.
cat >train.py <<'END'
import json, math, sys
a = dict(x.lstrip("-").split("=", 1) for x in sys.argv[1:])
w, lr, d = float(a["width"]), math.log(float(a["lr"])), float(a.get("depth", 2))
best = math.log(0.02) - 0.7 * math.log(w / 64) + 0.3 * math.log(d / 2)
print(json.dumps({"loss": 3 * (w * d / 64) ** -0.2 + 0.05 * (lr - best) ** 2}))
END
space() { # lines of the file
	echo "command: [python3, $PWD/train.py, \"\${args}\"]"
	printf '%s\n' "metric: {name: loss, goal: minimize}" "parameters: {lr: {min: 1e-5, max: 1e-1, log: true}}" "$@"
}
widths='[t["params"]["width"] for t in sorted(d["trials"], key=lambda t: t["id"])]'
one="scale: {parameter: width, values: [512, 64, 128, 256], target: 2048}"

for method in bayes sobol; do
	space "method: $method" "$one" "max_trials: 40" >$method.yaml
	expect "$method" 0 "$HPSEARCH" $method.yaml -q -j2
	check "$method: the trend" has "scale: the best values over width, to width 2048, from 40 trials at 4 sizes" out
	file=$method.hpsearch/results.json
	check "$method: the smallest first, then each of the others" test "$(json $file "${widths}[:18]")" = \
		"[64, 64, 64, 64, 64, 64, 128, 128, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512]"
	check "$method: then more of the small ones" test \
		"$(json $file "[$widths.count(w) for w in (64, 128, 256, 512)]")" = "[16, 11, 8, 5]"
	check "$method: what is foretold" test "$(json $file \
		'(lambda p: 0.5 < p["predicted"] / (0.02 * 32 ** -0.7) < 2)(d["scale"]["parameters"][0])')" = True
	expect "$method: replay" 0 "$HPSEARCH" replay $file
	cp out $method.replay
	check "$method: identical" has "40 proposals and 40 runs" out
done
expect "show has it" 0 "$HPSEARCH" show sobol.hpsearch
check "the trend" has "to be trusted, as far as a straight line goes on: lr" out
expect "so has scale, by the file's own words" 0 "$HPSEARCH" scale sobol.hpsearch
check "the same" has "to width 2048" out
expect "and another target" 0 "$HPSEARCH" scale sobol.hpsearch --parameter width --target 1024
check "which is said" has "to width 1024" out
check "it fits the schema" python3 -c '
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' sobol.hpsearch/results.json "$SRCDIR/tests/data/results.schema.json"
expect "check tells the plan" 0 "$HPSEARCH" check sobol.yaml
check "in a line" has "scale        width 64, 128, 256, 512, to 2048; the smallest first: 6 trials, 4 at each of the others" out
sed 's/"predicted":0.00/"predicted":0.01/' sobol.hpsearch/results.json >other.json
expect "a prediction that was changed is noticed" 5 "$HPSEARCH" replay other.json

# A grid is what the file says; its sizes are in it.
space "method: grid" "$one" | sed 's/parameters:.*/parameters: {lr: {values: [0.0005, 0.002, 0.008, 0.03, 0.1]}}/' >grid.yaml
expect "a grid" 0 "$HPSEARCH" grid.yaml -q
check "has every size with every rate" test "$(json grid.hpsearch/results.json "$widths.count(512)")" = 5
check "and a trend" has "scale: the best values over width" out

# Killed in the middle, and continued.
space "method: sobol" "$one" "max_trials: 40" >kill.yaml
"$HPSEARCH" kill.yaml -q >/dev/null 2>&1 &
pid=$!
wait_until 60 test -d kill.hpsearch/trials/0007
kill -9 $pid
wait $pid 2>/dev/null
expect "continued" 0 "$HPSEARCH" kill.yaml -q
check "it comes to the same prediction" test "$(json kill.hpsearch/results.json 'd["scale"]["parameters"]')" = \
	"$(json sobol.hpsearch/results.json 'd["scale"]["parameters"]')"
expect "longer, the sizes of the old trials stay" 0 "$HPSEARCH" kill.yaml -q -n 44
expect "replay of that" 0 "$HPSEARCH" replay kill.hpsearch

# Two at once.
space "method: sobol" "max_trials: 90" "scale:" \
	"  - {parameter: width, values: [64, 128, 256], target: 1024}" \
	"  - {parameter: depth, values: [2, 4, 8], target: 16}" >two.yaml
expect "two sizes at once" 0 "$HPSEARCH" two.yaml -q -j2
check "what is foretold of both" test "$(json two.hpsearch/results.json \
	'(lambda p: 0.9 < p["predicted"] / (0.02 * 16 ** -0.7 * 8 ** 0.3) < 1.1 and p["trusted"])(d["scale"]["parameters"][0])')" = True
expect "replay" 0 "$HPSEARCH" replay two.hpsearch

# What comes to nothing says so.
expect "too few trials" 0 "$HPSEARCH" sobol.yaml -q -n 8 --out few
check "no trend, and why" has "scale: no trend: width: 1 size with 4 trials or more" out
check "in the file as well" test "$(json few/results.json '"refused" in d["scale"]')" = True
space "method: sobol" "$one" "max_trials: 20" | sed 's/train.py/none.py/' >failing.yaml
"$HPSEARCH" failing.yaml -q >/dev/null 2>&1
expect "where all has failed" 3 "$HPSEARCH" scale failing.hpsearch

bad() { # NAME TEXT lines: refused, with the text
	name=$1 text=$2
	shift 2
	space "$@" >bad.yaml
	expect "refused: $name" 2 "$HPSEARCH" check bad.yaml
	check "because: $text" has "$text" err
}
bad "one size" "values must be a list of 3 to 32 sizes" "method: sobol" "scale: {parameter: width, values: [64], target: 2048}"
bad "a target among them" "the target 256 is not beyond the sizes (the largest is 512)" \
	"method: sobol" "scale: {parameter: width, values: [64, 128, 256, 512], target: 256}"
bad "no target" "scale: target is missing" "method: sobol" "scale: {parameter: width, values: [64, 128, 256]}"
bad "a size that is searched" "lr stands in parameters: and in scale:" \
	"method: sobol" "scale: {parameter: lr, values: [64, 128, 256], target: 512}"
bad "a size that is no number" "a size must be a number above 0" \
	"method: sobol" "scale: {parameter: width, values: [64, big, 256], target: 512}"
bad "a test" "scale and test do not go together" "method: sobol" "$one" "test: {metric: {name: acc}}"
bad "early stopping" "curves of different sizes" "method: sobol" "$one" "early_terminate: {type: median}"
bad "patience" "scale does not go with stop" "method: sobol" "$one" "stop: {patience: 3}"
bad "a slip" "did you mean" "method: sobol" "scale: {paramter: width, values: [64, 128, 256], target: 512}"
