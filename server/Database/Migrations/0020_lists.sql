-- What pages show of many events without reading them: counted behind the exchange (server/Audit/LoginCounts.cs), which does no more for it.
-- The audit itself gets no further index: each would cost every login (bench/RESULTS.md), and those it has answer every filter.

-- Logins of an hour; made of the audit, so it may be emptied, with the next table, to be counted anew.
create table login_counts (
  hour timestamptz not null,
  -- empty: granted; else the step that refused
  cause text not null,
  logins bigint not null,
  primary key (hour, cause)
);

-- How far each chain of exchanges was counted.
create table login_counts_read (
  chain bigint primary key,
  position bigint not null
);

-- When an identity last let somebody in. No foreign key: a login must not wait for, nor hinder, a change of its identity.
create table oidc_identity_uses (
  identity_id text primary key,
  last_used_at timestamptz not null
);

create index users_services on users (lower(username)) where is_service;
