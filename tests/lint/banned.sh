#!/bin/bash
# SPDX-License-Identifier: ISC
#
# banned.sh [ROOT]
#
# Functions that we do not call, because there is a safer way of ours.
# Comments and strings do not count.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}"

bad=0

# refuse WHY NAMES FOLDER... [! EXEMPT]: calls of these functions.
refuse()
{
	local why=$1 names=$2 exempt='^$'
	shift 2
	local folders=()
	while [ $# -gt 0 ] && [ "$1" != '!' ]; do
		if [ -d "$1" ]; then folders+=("$1"); fi
		shift
	done
	if [ $# -gt 1 ]; then exempt=$2; fi
	[ ${#folders[@]} -gt 0 ] || return 0
	local hits
	hits=$(find "${folders[@]}" -name node_modules -prune -o -name venv \
		-prune -o -type f -name '*.[ch]' -print0 |
		xargs -0 -r awk -f "$here/code.awk" |
		grep -E "^[^:]*:[0-9]*:(.*[^A-Za-z0-9_>.])?($names)[[:space:]]*\(" |
		grep -vE "$exempt" || true)
	if [ -n "$hits" ]; then
		printf '%s\n' "$hits" | awk -v why="$why" '{ print $0 "	<- " why }'
		bad=1
	fi
}

all=(config store federation daemon tests)
ours=(config store federation daemon)
refuse "no bound; snprintf or buf" \
	'sprintf|vsprintf|strcpy|strcat|strncpy|strncat|gets|stpcpy' "${all[@]}"
refuse "hidden state; slices or strcspn" 'strtok' "${all[@]}"
refuse "no error; config/base/text.h" \
	'atoi|atol|atoll|strtol|strtoul|strtoll|strtoull|sscanf' \
	"${ours[@]}" ! '^config/base/'
refuse "predictable; config/base/crypto.h" 'rand|srand|random|drand48' \
	"${ours[@]}"
refuse "not for threads; config/base/clock.h" \
	'localtime|localtime_r|gmtime|ctime|asctime|mktime' "${ours[@]}" \
	! '^config/base/'
refuse "not for threads; config/base" 'strerror' "${ours[@]}" \
	! '^config/base/'
refuse "config/base/base.h or an arena" \
	'malloc|calloc|realloc|strdup|strndup|asprintf|vasprintf|alloca' \
	"${ours[@]}" ! '^config/base/'
refuse "wait for a condition" 'sleep|usleep|nanosleep' "${all[@]}" \
	! '^tests/bench/'
refuse "only the start of a program may end it" 'exit|_exit' \
	"${ours[@]}" ! '^(config/base/base\.c|daemon/(main|ctl)[^/]*\.c|daemon/parvis[^/]*\.c):'

# The tests' JavaScript waits for conditions too; wait.mjs is how.
if [ -d tests ]; then
	hits=$(find tests -name node_modules -prune -o -name venv -prune -o \
		-type f -name '*.mjs' ! -name wait.mjs -print0 |
		xargs -0 -r grep -nE 'setTimeout\((resolve|r),|timers/promises' || true)
	if [ -n "$hits" ]; then
		printf '%s\n' "$hits" |
			awk '{ print $0 "	<- waitFor() in lib/wait.mjs" }'
		bad=1
	fi
fi

exit "$bad"
