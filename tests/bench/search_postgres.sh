#!/bin/bash
# SPDX-License-Identifier: ISC
#
# search_postgres.sh BENCH [ENTRIES]
#
# The queries of parvis_search_bench (BENCH, 130000 entries unless told) asked
# of PostgreSQL, on a cluster of its own under /tmp that goes again: a GIN
# index over French text, a GiST index over points, ts_rank.  Milliseconds as
# psql sees them on a warm cache.  Where there is no PostgreSQL it says so and
# ends well.
set -eu

bench=$(realpath "${1:?usage: search_postgres.sh BENCH [ENTRIES]}")
entries=${2:-130000}
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$programs" ] || ! [ -x "$programs/initdb" ]; then
	echo "PostgreSQL is not installed: nothing to compare with"
	exit 0
fi

folder=$(mktemp -d /tmp/parvis-postgres-XXXXXX)
as=()
if [ "$(id -u)" -eq 0 ]; then
	# It does not run as root.
	chown postgres "$folder"
	as=(runuser -u postgres --)
fi
finish()
{
	"${as[@]}" "$programs/pg_ctl" -D "$folder/data" -m immediate stop \
		>/dev/null 2>&1 || true
	rm -rf "$folder"
}
trap finish EXIT

cd "$folder"
"$bench" --dump "$folder" "$entries"
chmod a+r "$folder"/*.tsv
"${as[@]}" "$programs/initdb" -D "$folder/data" -E UTF8 --locale=C.UTF-8 \
	-A trust >/dev/null
"${as[@]}" "$programs/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o \
	"-c listen_addresses='' -c unix_socket_directories=$folder
	 -c fsync=off -c shared_buffers=512MB -c maintenance_work_mem=256MB
	 -c max_wal_size=4GB -c jit=off -c max_parallel_workers_per_gather=0" \
	start >/dev/null
ask=("${as[@]}" psql -X -q -h "$folder" -d postgres -v ON_ERROR_STOP=1)

"${ask[@]}" <<SQL
CREATE TABLE entry (id bigint PRIMARY KEY, name text, body text, lon float8,
	lat float8);
\\copy entry FROM '$folder/entries.tsv'
\\timing on
ALTER TABLE entry ADD COLUMN words tsvector GENERATED ALWAYS AS
	(setweight(to_tsvector('french', name), 'A') ||
	 to_tsvector('french', body)) STORED;
CREATE INDEX entry_words ON entry USING gin (words);
CREATE INDEX entry_place ON entry USING gist (point(lon, lat));
\\timing off
VACUUM ANALYZE entry;
SELECT pg_size_pretty(pg_relation_size('entry_words')) AS words,
	pg_size_pretty(pg_relation_size('entry_place')) AS places;
SQL

# One statement for each query, as somebody would write it.
awk -F '\t' -v rounds="${ROUNDS:-100}" '
function quoted(s) { gsub(/\x27/, "\x27\x27", s); return "\x27" s "\x27" }
seen[$1]++ < rounds {
	text = quoted($2)
	at = "point(" $3 "," $4 ")"
	far = "(point(lon, lat) <-> " at ")"
	if ($2 == "")
		sql = "SELECT id FROM entry ORDER BY point(lon, lat) <-> " at
	else {
		sql = "SELECT id FROM entry, plainto_tsquery(\x27french\x27, " \
			text ") AS q WHERE words @@ q"
		rank = "ts_rank(words, q)"
		if ($5 > 0) # degrees: a box around, then the circle
			sql = sql " AND point(lon, lat) <@ circle(" at "," \
				$5 / 75 ")"
		if ($5 >= 0)
			rank = rank " / (1 + " far " * 3)"
		sql = sql " ORDER BY " rank " DESC"
	}
	print "\\echo class " $1
	print sql " LIMIT 20;"
}' "$folder/queries.tsv" > "$folder/queries.sql"

run()
{
	"${ask[@]}" -o /dev/null -c '\timing on' -f "$folder/queries.sql"
}
# The first round warms up.
run >/dev/null
printf '%-30s %8s %8s %8s\n' "PostgreSQL, milliseconds" p50 p99 max
run | awk '
$1 == "class" { name = substr($0, 7); if (!(name in n)) order[++classes] = name }
$1 == "Time:" { time[name, n[name]++] = $2 }
function sorted(name, list,    i, j, x) {
	for (i = 0; i < n[name]; i++) {
		x = time[name, i]
		for (j = i; j > 0 && list[j - 1] > x; j--)
			list[j] = list[j - 1]
		list[j] = x
	}
}
END {
	for (c = 1; c <= classes; c++) {
		name = order[c]
		split("", list)
		sorted(name, list)
		printf "%-30s %8.2f %8.2f %8.2f\n", name,
			list[int(n[name] / 2)], list[int(n[name] * 99 / 100)],
			list[n[name] - 1]
	}
}'
