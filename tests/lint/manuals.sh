#!/bin/bash
# SPDX-License-Identifier: ISC
#
# manuals.sh [ROOT [BUILD]]
#
# Man pages without an error, down to warnings: those that stand beside the
# code, and those that a build makes.
set -eu
root=${1:-$(dirname "$0")/../..}
build=${2-}
root=$(cd "$root" && pwd)
folders=()
for folder in "$root"/{config,store,federation,daemon} $build; do
	[ ! -d "$folder" ] || folders+=("$folder")
done

mapfile -t pages < <(find "${folders[@]}" -type f -name 'parvis*.[1-9]' |
	LC_ALL=C sort)
[ ${#pages[@]} -gt 0 ] || {
	echo "there is no man page" >&2
	exit 1
}
mandoc -T lint -W warning "${pages[@]}"
