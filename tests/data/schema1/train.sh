#!/bin/sh
# $1: --x=…  $2: --k=…; a curve of 9 steps, or what FAIL asks for
x=${1#--x=}; k=${2#--k=}
awk -v x="$x" -v k="$k" -v s="$HPSEARCH_SEED" -v b="${HPSEARCH_STEP_BUDGET:-9}" 'BEGIN {
  srand(s); n = rand() * 0.02
  for (i = 1; i <= b; i++) printf "{\"epoch\": %d, \"loss\": %.6f, \"hpsearch\": {\"cost\": 0.5}}\n", i, (x-0.3)^2 + 0.05*k + 1/i + n
}'
