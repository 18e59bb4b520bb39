#!/bin/sh
# Makes the pictures of the README from a real search over the network in examples/mlp: a search of 60
# trials, its page as a browser shows it (chromium), and its history.
#     HPSEARCH=build/release/hpsearch MLP=build/release/examples/mlp/mlp examples/pictures/make.sh
set -eu
hpsearch=$(realpath "${HPSEARCH:?}") mlp=$(realpath "${MLP:?}")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ln -s "$mlp" mlp
# shellcheck disable=SC2016
sed -e 's/^method: .*/method: bayes/' -e 's/^max_trials: .*/max_trials: 60/' -e 's/^command: .*/command: [".\/mlp", "--epochs=12", "${args}"]/' \
	"$here/../mlp/space.yaml" >mlp.yaml
set --
[ "$(id -u)" != 0 ] || set -- --no-sandbox
"$hpsearch" mlp.yaml -q >/dev/null
"$hpsearch" report mlp.hpsearch >/dev/null
"$hpsearch" plot mlp.hpsearch history -o "$here/history.svg"
chromium --headless=new --disable-gpu --hide-scrollbars "$@" \
	--user-data-dir="$work/profile" --window-size=1100,2600 --force-device-scale-factor=0.6 \
	--screenshot="$here/page.png" "file://$work/mlp.hpsearch/report.html" >/dev/null 2>&1
