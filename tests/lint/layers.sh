#!/bin/bash
# SPDX-License-Identifier: ISC
#
# layers.sh [ROOT]
#
# The direction of includes (config <- store <- federation <- daemon), written
# from the root, and one owner per library.  CMake lets a layer see only what
# is below it; this says it of each file, and of the libraries too.
set -eu
cd "${1:-$(dirname "$0")/../..}"

bad=0
complain()
{
	# Lines on standard input are what is wrong; $1 says why.
	local line
	while IFS= read -r line; do
		echo "$line: $1"
		bad=1
	done
}

sources()
{
	find "$@" -type f \( -name '*.c' -o -name '*.h' \) | LC_ALL=C sort
}

# Includes of a file as "file:number:name".
includes()
{
	sources "$@" | xargs -r grep -HnoE \
		'^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]*[>"]' |
		sed -E 's/#[[:space:]]*include[[:space:]]*//; s/:[[:space:]]*([<"])/:\1/'
}

# Each layer and what it may include of ours.
allowed=
for layer in config store federation daemon; do
	allowed="$allowed${allowed:+|}$layer"
	[ -d "$layer" ] || continue
	complain "$layer/ may include only from ${allowed//|/\/, }/" < <(
		includes "$layer" | grep -E ':"' | grep -vE ":\"($allowed)/" |
			grep -vE '/generated/' || true)
done

# owner PATTERN FILES: headers that match belong to files that match.
owner()
{
	complain "only ${2//\\/} may include this" < <(
		includes config store federation daemon |
			grep -E ":<($1)" | grep -vE "^($2)" || true)
}
owner 'sqlite3' 'store/'
owner 'libstemmer' 'store/tokenizer\.c:'
owner 'jansson' '(federation|daemon)/'
owner 'curl/' 'federation/http_client[^/]*\.c:'
owner 'openssl/' '(config/base/crypto|daemon/tls|federation/http_client)[^/]*\.[ch]:'
owner 'event2/' '(daemon/|federation/(courier|http_client)[^/]*\.c:)'
owner 'ini\.h' 'config/settings[^/]*\.c:'
owner 'idn2' 'federation/[^/]*\.c:'
owner 'gumbo' 'federation/sanitize[^/]*\.[ch]:'
owner 'md4c' 'federation/[^/]*\.c:'
owner 'csv\.h' 'daemon/[^/]*\.c:'
owner 'zlib' '(daemon|federation)/[^/]*\.c:'

# SQL has one home.
complain "SQL belongs in store/" < <(
	sources config federation daemon | xargs -r grep -HnE \
		'"[^"]*\b(SELECT .* FROM|INSERT INTO|UPDATE .* SET|DELETE FROM|CREATE TABLE|PRAGMA )' ||
		true)

exit "$bad"
