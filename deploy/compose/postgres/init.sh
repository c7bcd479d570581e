#!/bin/bash
# Runs once, when the data folder of PostgreSQL is new: a database and two roles for each service, as deploy/local/postgres.py
# makes them. The owner's migrations may take long; the runtime role's queries may not (reliability.md F10).
set -euo pipefail
secrets=${SECRETS:-/run/secrets}

for service in auth documents ledgers workflow reports; do
  for role in owner app; do
    limit=15s
    if [ "$role" = owner ]; then limit=0; fi
    # The password reaches psql through its own \set, not through a command line that `ps` shows.
    psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
      --set=role="${service}_${role}" --set=file="${secrets}/${service}_${role}_password" --set=limit="$limit" <<'SQL'
\set password `cat :'file'`
CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
ALTER ROLE :"role" SET statement_timeout = :'limit';
ALTER ROLE :"role" SET lock_timeout = '5s';
ALTER ROLE :"role" SET idle_in_transaction_session_timeout = '30s';
SQL
  done
  psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
    --set=database="safework_${service}" --set=owner="${service}_owner" --set=app="${service}_app" <<'SQL'
CREATE DATABASE :"database" OWNER :"owner";
-- By default every role may connect to every database; a service shall reach its own and no other.
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"app";
SQL
done
