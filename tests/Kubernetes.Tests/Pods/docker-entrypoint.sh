#!/bin/bash
# What the official image's does, as far as the manifests need it: makes PGDATA and the database once, then becomes the server.
set -euo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --pgdata="$PGDATA" --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" --auth=scram-sha-256 >/dev/null
  pg_ctl --pgdata="$PGDATA" --wait --options="${*:2} -c listen_addresses=''" start
  createdb --host=/var/run/postgresql --username=postgres "$POSTGRES_DB"
  pg_ctl --pgdata="$PGDATA" --wait stop
fi
exec "$@"
