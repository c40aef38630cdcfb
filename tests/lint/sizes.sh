#!/bin/bash
# SPDX-License-Identifier: ISC
#
# sizes.sh [ROOT]
#
# Files and functions stay small.  A .c file above 600 lines is named, above
# 1,000 refused; a header above 250 is refused (tables exempt); a function
# above 60 lines is named, above 80 refused.  Tests, which are full of tables,
# may be twice as long.
set -eu
cd "${1:-$(dirname "$0")/../..}"

bad=0
folders=()
for folder in config store federation daemon tests; do
	[ ! -d "$folder" ] || folders+=("$folder")
done

sources()
{
	find "${folders[@]}" -name node_modules -prune -o -name venv -prune -o \
		-type f "$@" -print | LC_ALL=C sort
}

# limit FILE LINES NAMED REFUSED
limit()
{
	local factor=1
	case $1 in
	tests/*) factor=2 ;;
	esac
	if [ "$2" -gt $(($4 * factor)) ]; then
		echo "$1: $2 lines, more than $(($4 * factor)): split it"
		bad=1
	elif [ "$2" -gt $(($3 * factor)) ]; then
		echo "note: $1: $2 lines, more than $(($3 * factor))"
	fi
}

while IFS= read -r file; do
	limit "$file" "$(wc -l <"$file")" 600 1000
done < <(sources -name '*.c')
while IFS= read -r file; do
	limit "$file" "$(wc -l <"$file")" 200 250
done < <(sources -name '*.h' ! -path '*/tbl/*')

command -v ctags >/dev/null || {
	echo "ctags is not installed (package universal-ctags)" >&2
	exit 1
}
while IFS=$'\t' read -r name file lines; do
	limit "$file: $name()" "$lines" 60 80
done < <(sources -name '*.c' |
	ctags --language-force=C --kinds-C=f --fields=+ne -f - -L - 2>/dev/null |
	awk -F '\t' '{
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^line:/) from = substr($i, 6)
			if ($i ~ /^end:/) to = substr($i, 5)
		}
		print $1 "\t" $2 "\t" to - from + 1
	}')

exit "$bad"
