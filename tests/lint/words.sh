#!/bin/bash
# SPDX-License-Identifier: ISC
#
# words.sh [ROOT]
#
# Nothing of one machine in what everybody gets: no paths of a build machine,
# no package registry's host, no key, no merge leftovers.
set -eu
cd "${1:-$(dirname "$0")/../..}"

files()
{
	if [ -d .git ] && [ -n "$(git ls-files | head -n 1)" ]; then
		git ls-files -z
	else
		find . -name node_modules -prune -o -name venv -prune -o \
			-name '.git' -prune -o -name 'build*' -prune -o \
			-type f -print0
	fi
}

bad=0

# refuse WHY PATTERN
refuse()
{
	local hits
	hits=$(files | xargs -0 -r grep -InE "$2" -- 2>/dev/null |
		grep -vE '^(\./)?tests/lint/words\.sh:' | cut -c 1-160 || true)
	if [ -n "$hits" ]; then
		printf '%s\n' "$hits" | awk -v why="$1" '{ print $0 "	<- " why }'
		bad=1
	fi
}

refuse "a path of one machine" \
	'(^|[^A-Za-z0-9_.])/(work|root|home/[a-z])(/|[^A-Za-z0-9_-]|$)'
refuse "a package registry's host" \
	'(registry\.npmjs\.|registry\.yarnpkg|pypi\.org|files\.pythonhosted|deb\.debian\.org|proxy\.golang)'
refuse "a private key" '^-----BEGIN ([A-Z]+ )?PRIVATE KEY-----'
refuse "a merge leftover" '^(<<<<<<<|>>>>>>>) '
refuse "unfinished" '(^|[^A-Za-z])(TODO|FIXME|XXX)([^A-Za-z]|$)'

# A lock file names versions and their hashes, not where they come from.
for lock in tests/package-lock.json contrib/gazetteer/package-lock.json; do
	if [ -f "$lock" ] && grep -qE '"resolved": *"[a-z+]+:' "$lock"; then
		echo "$lock: names where packages come from; remake it in its" \
			"folder, whose .npmrc leaves that out"
		bad=1
	fi
done

exit "$bad"
