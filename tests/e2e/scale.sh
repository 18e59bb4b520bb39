#!/bin/bash
# scale: where the best values go with the size, from one search with several sizes, from
# several searches; what it refuses.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

# The best lr is 0.02 (width / 64)^-0.7.
cat >train.py <<'END'
import json, math, sys
a = dict(x.lstrip("-").split("=", 1) for x in sys.argv[1:])
w, lr = float(a["width"]), math.log(float(a["lr"]))
best = math.log(0.02) - 0.7 * math.log(w / 64)
print(json.dumps({"loss": 3 * (w / 64) ** -0.2 + 0.05 * (lr - best) ** 2}))
END
space() { # lines of the file
	echo "command: [python3, $PWD/train.py, \"\${args}\"]"
	printf '%s\n' "metric: {name: loss, goal: minimize}" "$@"
}
predicted() { # FILE: lr at 2048, within its interval and near to the truth
	test "$(json "$1" '(lambda p: p["low"] < 0.02 * 32 ** -0.7 < p["high"] and abs(p["predicted"] / (0.02 * 32 ** -0.7) - 1) < 0.05 and p["trusted"])(d["parameters"][0])')" = True
}

space "method: sobol" "max_trials: 48" \
	"parameters: {lr: {min: 1e-5, max: 1e-1, log: true}, width: {values: [64, 128, 256, 512]}}" >one.yaml
expect "one search with four sizes" 0 "$HPSEARCH" one.yaml -q -j2
expect "its trend" 0 "$HPSEARCH" scale one.hpsearch --parameter width --target 2048
check "is to be trusted" has "to be trusted, as far as a straight line goes on: lr" out
expect "as JSON" 0 "$HPSEARCH" scale one.hpsearch/results.json --parameter width --target 2048 -f json
check "the power law is found" predicted out
for w in 64 128 256; do
	space "method: random" "max_trials: 14" "seed: $w" \
		"parameters: {lr: {min: 1e-5, max: 1e-1, log: true}, width: {value: $w}}" >w$w.yaml
	"$HPSEARCH" w$w.yaml -q >/dev/null 2>&1
done
expect "three searches, one of each size" 0 "$HPSEARCH" scale w64.hpsearch w128.hpsearch w256.hpsearch/results.json \
	--parameter width --target 1024 -f json
check "say the same" test "$(json out '0.0028 < d["parameters"][0]["predicted"] < 0.0029 and d["trials"]')" = "[14, 14, 14]"
expect "two of them do not" 3 "$HPSEARCH" scale w64.hpsearch w128.hpsearch --parameter width --target 1024
check "with what is missing" has "2 sizes with 4 trials or more that have a value, and a trend needs 3" err
expect "one size" 3 "$HPSEARCH" scale w64.hpsearch --parameter width --target 1024
check "is not enough" has "1 size with 4 trials" err
expect "no parameter" 2 "$HPSEARCH" scale one.hpsearch
check "asks for one" has "help: hpsearch scale one.hpsearch --parameter width --target 2048" err
expect "no target" 2 "$HPSEARCH" scale one.hpsearch --parameter width
expect "a size that is no parameter" 2 "$HPSEARCH" scale one.hpsearch --parameter widht --target 2048
check "did you mean" has "did you mean width?" err
expect "a target within the sizes" 2 "$HPSEARCH" scale one.hpsearch --parameter width --target 100
check "says so" has "lies within the sizes that were tuned at (64 to 512)" err
expect "a target that is no number" 2 "$HPSEARCH" scale one.hpsearch --parameter width --target wide
expect "nothing to read" 2 "$HPSEARCH" scale nowhere --parameter width --target 2048
