#!/bin/bash
# SPDX-License-Identifier: ISC
#
# cppcheck.sh [ROOT]
#
# What cppcheck sees without being told of every configuration.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}"

folders=()
for folder in config store federation daemon; do
	[ ! -d "$folder" ] || folders+=("$folder")
done

# Its uninitialised variables do not follow an error code; compilers and
# sanitizers do.
cppcheck --quiet --language=c --std=c11 --error-exitcode=1 -j 2 \
	--enable=warning,performance,portability --inline-suppr -I . \
	--library=posix --library=gnu --library="$here/cppcheck.cfg" \
	-D__GNUC__ -D_GNU_SOURCE \
	--suppress=missingIncludeSystem --suppress=unknownMacro \
	--suppress=uninitvar --suppress=legacyUninitvar \
	--suppress=nullPointerRedundantCheck --suppress=getpwnamCalled "${folders[@]}"
