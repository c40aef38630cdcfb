#!/bin/bash
# SPDX-License-Identifier: ISC
#
# format.sh [ROOT]
#
# C as .clang-format lays it out; tables are laid out by hand.
set -eu
cd "${1:-$(dirname "$0")/../..}"

folders=()
for folder in config store federation daemon tests; do
	[ ! -d "$folder" ] || folders+=("$folder")
done
tool=clang-format
command -v clang-format-14 >/dev/null && tool=clang-format-14

bad=0
while IFS= read -r -d '' file; do
	if ! "$tool" --style=file "$file" | cmp -s - "$file"; then
		echo "$file: not formatted; run: $tool -i $file"
		bad=1
	fi
done < <(find "${folders[@]}" -name node_modules -prune -o -name venv -prune \
	-o -path '*/tbl/*' -prune -o -type f -name '*.[ch]' -print0 |
	LC_ALL=C sort -z)
exit "$bad"
