#!/bin/bash
# SPDX-License-Identifier: ISC
#
# selftest.sh
#
# Every check must be able to fail: it is shown a small tree that is right,
# which it must let pass, and the same tree with one thing wrong.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

failed=0

fresh()
{
	rm -rf "${tree:?}"/*
	mkdir -p "$tree"/{config/base,store,federation,daemon,tests}
	cp "$here/../../.clang-format" "$tree"
	cat >"$tree/config/base/base.h" <<-'C'
	/* SPDX-License-Identifier: ISC */
	/* strcpy() and #include "daemon/x.h" in a comment are fine. */
	int base_answer(void);
	C
	cat >"$tree/store/store.c" <<'C'
/* SPDX-License-Identifier: ISC */
#include <sqlite3.h>

#include "config/base/base.h"

int
base_answer(void)
{
	const char *text = "strcpy(a, b); // sleep(1)";

	return text[0] + sqlite3_libversion_number();
}
C
	cat >"$tree/daemon/parvisd.8" <<-'M'
	.Dd November 1, 2026
	.Dt PARVISD 8
	.Os
	.Sh NAME
	.Nm parvisd
	.Nd a node
	.Sh DESCRIPTION
	It runs.
	M
}

# passes CHECK: it lets the right tree pass.
passes()
{
	fresh
	if ! "$here/$1.sh" "$tree" >"$tree.out" 2>&1; then
		echo "$1 complains about a tree that is right:"
		cat "$tree.out"
		failed=1
	fi
	rm -f "$tree.out"
}

# refuses CHECK WHAT FILE: it refuses the tree with FILE's new content.
refuses()
{
	fresh
	mkdir -p "$(dirname "$tree/$3")"
	cat >"$tree/$3"
	if "$here/$1.sh" "$tree" >/dev/null 2>&1; then
		echo "$1 does not see $2"
		failed=1
	fi
}

for check in layers banned sizes words format manuals cppcheck; do
	passes "$check"
done

refuses layers "an upward include" config/up.c <<<'#include "store/store.h"'
refuses layers "an include from the top" store/up.h <<<'#include "daemon/a.h"'
refuses layers "SQLite outside store/" daemon/db.c <<<'#include <sqlite3.h>'
refuses layers "curl in two places" federation/a.c <<<'#include <curl/curl.h>'
refuses layers "OpenSSL in the store" store/a.c <<<'  #  include <openssl/evp.h>'
refuses layers "JSON in the store" store/json.c <<<'#include <jansson.h>'
refuses layers "SQL in the daemon" daemon/sql.c <<<'const char *q = "SELECT id FROM actor";'
refuses banned "strcpy" store/copy.c <<<'void f(void) { strcpy(a, b); }'
refuses banned "a call after a string" store/copy.c <<<'void f(void) { g("x"); sprintf(a, "b"); }'
refuses banned "malloc in a layer" federation/m.c <<<'void *f(void) { return malloc(3); }'
refuses banned "sleep in a test" tests/a.c <<<'void f(void) { sleep(1); }'
refuses banned "a pause in a network test" tests/a.mjs <<<'await new Promise((r) => setTimeout(r, 500));'
refuses sizes "a long file" daemon/long.c < <(yes '' | head -n 1001)
refuses sizes "a long header" daemon/long.h < <(yes '' | head -n 251)
refuses sizes "a long function" daemon/f.c < <(
	echo 'int f(void) {'
	yes '	f();' | head -n 81
	echo '}'
)
refuses words "a path of one machine" README.md < <(echo "see /wo""rk/main")
refuses words "a registry's host" tests/package-lock.json < <(
	echo '{"resolved": "https://registry.npm''js.org/x"}'
)
refuses words "a private key" tests/key.pem < <(echo "-----BEGIN PRI""VATE KEY-----")
refuses words "something unfinished" store/a.c < <(echo "/* TO""DO: later */")
refuses format "spaces for tabs" store/a.c <<<'int
f(void)
{
    return 1;
}'
refuses manuals "an unknown macro" daemon/parvisctl.8 <<<'.Dd Today
.Zz nothing'
refuses cppcheck "an index out of bounds" store/a.c <<<'int f(void) { int a[2] = { 0, 1 }; return a[2]; }'

# The same for clang-tidy, which wants to know how files are compiled.
tidy()
{
	cp "$here/../../.clang-tidy" "$tree"
	mkdir -p "$tree/build"
	cat >"$tree/build/compile_commands.json" <<-J
	[{ "directory": "$tree", "file": "$tree/store/a.c",
	   "command": "cc -std=gnu17 -I$tree -c $tree/store/a.c" }]
	J
	"$here/tidy.sh" "$tree/build" "$tree" >"$tree.out" 2>&1
}
fresh
echo 'int a(void); int a(void) { return 1; }' >"$tree/store/a.c"
tidy || {
	echo "tidy complains about a tree that is right:"
	cat "$tree.out"
	failed=1
}
echo 'int a(const char *s); int a(const char *s) { return s ? 1 : *s; }' \
	>"$tree/store/a.c"
if tidy; then
	echo "tidy does not see a null pointer"
	failed=1
fi
rm -f "$tree.out"

exit "$failed"
