#!/bin/sh
# Run once by the postgres image, when its volume is new: the server gets a role that owns its database and nothing more,
# and the superuser loses its password, so that it can only be reached from inside the container.
set -eu
password=$(cat /run/secrets/postgres_password)
psql --username postgres --set ON_ERROR_STOP=1 --set password="$password" --quiet <<'SQL'
create role octologin login password :'password';
create database octologin owner octologin;
revoke connect on database octologin from public;
alter role postgres password null;
SQL
