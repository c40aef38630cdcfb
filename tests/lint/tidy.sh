#!/bin/bash
# SPDX-License-Identifier: ISC
#
# tidy.sh BUILD [ROOT]
#
# clang-tidy, as .clang-tidy has it, on the sources of the layers.  A file is
# looked at again only when it, a header or the checks have changed.
set -eu
build=$(cd "$1" && pwd)
cd "${2:-$(dirname "$0")/../..}"
root=$PWD

folders=()
for folder in config store federation daemon; do
	[ ! -d "$folder" ] || folders+=("$folder")
done
tool=clang-tidy
command -v clang-tidy-14 >/dev/null && tool=clang-tidy-14

# One hash over everything that any file may depend on.
common=$({
	cat .clang-tidy
	find "${folders[@]}" -name '*.h' -print0 | LC_ALL=C sort -z |
		xargs -0 cat
} | sha256sum | cut -d ' ' -f 1)
seen=$build/lint-tidy
mkdir -p "$seen"

# Flags of gcc that clang does not know are no finding.
check()
{
	local mark
	mark=$seen/$({
		echo "$2" "$1"
		cat "$1"
	} | sha256sum | cut -d ' ' -f 1)
	[ ! -e "$mark" ] || return 0
	"$3" --quiet -p "$4" --extra-arg=-Wno-unknown-warning-option \
		--extra-arg=-Wno-unused-command-line-argument "$1" \
		2> >(grep -vE 'warnings? (generated|treated)|^$' >&2) || return 1
	touch "$mark"
}
export -f check
export seen

jq -r --arg root "$root/" '.[].file | select(startswith($root))
	| ltrimstr($root) | select(test("^(config|store|federation|daemon)/"))' \
	"$build/compile_commands.json" | LC_ALL=C sort -u |
	xargs -r -P 2 -I '{}' bash -c 'check "$@"' check '{}' "$common" "$tool" \
		"$build"
