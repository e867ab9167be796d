#!/bin/sh
# Run once by the postgres image, when its volume is new: the server gets a role that owns its database and no more, and
# the superuser loses its password, so that it can only be reached from inside the container.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 --quiet <<'SQL'
\set password `cat /run/secrets/postgres_password`
create role octologin login password :'password';
create database octologin owner octologin;
alter role postgres password null;
SQL
