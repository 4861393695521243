#!/bin/bash
# Makes the Postgres of this pod a node: its extension, the silo's role and, on the coordinator or with its help, its place in the cluster. Safe to repeat.
set -euo pipefail

here=$POD_NAME.${POD_NAME%-*}
coordinator=graincast-coordinator-0.graincast-coordinator
run() { psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=graincast "$@"; }

run <<<'CREATE EXTENSION IF NOT EXISTS citus; ALTER EXTENSION citus UPDATE'
if [ "$here" = "$coordinator" ]; then
  run --set=host="$here" <<'SQL'
\set password `cat /etc/graincast/silo-password/password`
-- Changes of the whole cluster, which a worker that is down would refuse: only once.
SELECT citus_set_coordinator_host(:'host', 5432) WHERE NOT EXISTS (SELECT FROM pg_dist_node WHERE groupid = 0 AND nodename = :'host');
SELECT format('CREATE ROLE graincast LOGIN PASSWORD %L', :'password') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'graincast') \gexec
SQL
else
  # Also for a worker whose copies were interrupted; looks and does nothing when there are all of them.
  run --host="$coordinator" --set=host="$here" <<'SQL'
SELECT citus_add_node(:'host', 5432);
SELECT replicate_reference_tables('block_writes');
SQL
fi
