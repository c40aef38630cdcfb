#!/bin/bash
# SPDX-License-Identifier: ISC
#
# packages.sh [--yes] [--list] build|test ...
#
# Sees to it that the Debian packages are there that building Parvis, or
# testing it, takes.  It says which are missing and asks once; --yes does not
# ask, --list only prints the names.  It runs as root or with sudo.
set -eu

build_packages=(
	ca-certificates cmake gcc libc6-dev libcrypt-dev libcsv-dev
	libcurl4-openssl-dev
	libevent-dev libgumbo-dev libidn2-dev libinih-dev libjansson-dev
	libmd4c-dev libmd4c-html0-dev libsqlite3-dev libssl-dev libstemmer-dev
	ninja-build openssl pkg-config zlib1g-dev
)
test_packages=(
	chromium clang clang-format clang-tidy cppcheck curl git jq
	libclang-rt-14-dev libcmocka-dev llvm mandoc python3 python3-venv
	sqlite3 universal-ctags valgrind
)

die()
{
	echo "packages.sh: $*" >&2
	exit 1
}

# Whether a package is installed and configured.
installed()
{
	case $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) in
	*' installed') return 0 ;;
	*) return 1 ;;
	esac
}

missing_of()
{
	local name
	for name in "$@"; do
		installed "$name" || echo "$name"
	done
}

yes=false
list=false
wanted=()
while [ $# -gt 0 ]; do
	case $1 in
	--yes | -y) yes=true ;;
	--list) list=true ;;
	build) wanted+=("${build_packages[@]}") ;;
	test)
		wanted+=("${test_packages[@]}")
		# Whoever has npm, from wherever, keeps it.
		command -v npm >/dev/null || wanted+=(nodejs npm)
		;;
	*) die "no such set of packages: $1 (build or test)" ;;
	esac
	shift
done
[ ${#wanted[@]} -gt 0 ] || die "usage: packages.sh [--yes] [--list] build|test"

if $list; then
	printf '%s\n' "${wanted[@]}"
	exit 0
fi

command -v dpkg-query >/dev/null || die "this is not a Debian system;" \
	"install the equivalents of: ${wanted[*]}"

mapfile -t missing < <(missing_of "${wanted[@]}")
[ ${#missing[@]} -gt 0 ] || exit 0

echo "These Debian packages are needed and not installed:"
echo "${missing[*]}" | fold -s -w 72 | sed 's/^/  /'

as_root=()
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || die "install them as root, with:" \
		"apt-get install ${missing[*]}"
	as_root=(sudo)
fi

if ! $yes; then
	[ -t 0 ] || die "run this in a terminal, or give --yes"
	read -r -p "Install them now? [Y/n] " answer
	case $answer in
	'' | [yYoO]*) ;;
	*) die "nothing was installed" ;;
	esac
fi

"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
	apt-get install -q -y --no-install-recommends "${missing[@]}"
