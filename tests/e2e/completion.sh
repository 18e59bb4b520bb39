#!/bin/bash
# The scripts for shells, in the shells themselves.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
hps() { "$HPSEARCH" "$@"; }
mkdir -p s.hpsearch/trials/0000 s.hpsearch/trials/0017 bin
ln -s "$HPSEARCH" bin/hpsearch
export PATH=$PWD/bin:$PATH
for shell in bash zsh fish; do
	hps completion "$shell" >"c.$shell"
done
expect "no such shell" 2 hps completion csh
check "which there are" has "help: bash, zsh or fish" err

in_bash() { # WANTED WORDS…: one of the completions of the last word
	bash -c '. ./c.bash; w=$1; shift; COMP_WORDS=(hpsearch "$@"); COMP_CWORD=$#; _hpsearch
		printf "%s\n" "${COMPREPLY[@]}" | grep -qxF -- "$w" || { printf "%s\n" "${COMPREPLY[@]}"; exit 1; }' - "$@"
}
check "bash: commands" in_bash verify ver
check "bash: files" in_bash s.hpsearch s.
check "bash: options of a command" in_bash --top show s.hpsearch --t
check "bash: options of run" in_bash --retry-failed x.yaml --re
check "bash: trials" in_bash 17 show s.hpsearch --trial ""
check "bash: trials by the file" in_bash 0 show s.yaml --trial ""
check "bash: formats" in_bash env best s.hpsearch -f e
check "bash: shells" in_bash fish completion f

if command -v zsh >/dev/null; then
	check "zsh takes its script" zsh -n c.zsh
	# What the completion would offer, by a compadd and an _arguments that say so.
	cat >t.zsh <<-'Z'
		_describe() { print -l -- ${(P)2}; }
		_files() { :; }
		_arguments() { print -l -- "$@"; }
		words=(hpsearch "$@") CURRENT=$(($# + 1))
		source ./c.zsh
	Z
	in_zsh() { zsh -f t.zsh "${@:2}" | grep -qF -- "$1"; }
	check "zsh: commands" in_zsh "verify:the final verification" ""
	check "zsh: options" in_zsh "--top[the best N trials]:N" show s.hpsearch --t
	check "zsh: options of run" in_zsh "--retry-failed[" x.yaml --
	check "zsh: trials" zsh -f -c 'words=(hpsearch); CURRENT=2; _describe() { :; }; _files() { :; }; source ./c.zsh
		[[ $(_hpsearch_trials show s.hpsearch) == $'"'0\n17'"' ]]'
else
	skip "zsh" "there is no zsh"
fi
if command -v fish >/dev/null; then
	export HOME=$PWD
	in_fish() { fish --no-config -c "source c.fish; complete -C '$2'" | cut -f1 | grep -qxF -- "$1"; }
	check "fish: commands" in_fish verify "hpsearch ver"
	check "fish: options" in_fish --top "hpsearch show s.hpsearch --t"
	check "fish: trials" in_fish 17 "hpsearch show s.hpsearch --trial "
	check "fish: formats" in_fish env "hpsearch best s.hpsearch --format "
else
	skip "fish" "there is no fish"
fi
