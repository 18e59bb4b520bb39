#!/bin/sh
# What `make demo` shows: a search over the network in mlp/, two runs at a time, then the
# verification of its winner on test data.
set -eu
: "${HPSEARCH:?}" "${MLP:?}" "${OUT:?}"
cd "$(dirname "$0")/mlp"
ln -sf "$MLP" mlp
echo "\$ cd examples/mlp && hpsearch space.yaml"
# Each demonstration is the first look at its test data, and none is written down beside the YAML.
ledger=$OUT.tests.jsonl
rm -f "$ledger"
exec "$HPSEARCH" space.yaml --fresh --out "$OUT" --set "test.ledger=$ledger"
