-- Every process of the server says that it is there, not only those that run tasks. One of an older version, which says nothing of it, does both.
alter table server_nodes
  add column serves boolean not null default true,
  add column runs_tasks boolean not null default true;

-- What each process could not fetch when it last tried: an issuer's keys, or the documents of the provider that people sign in with. Told
-- by a process now and then, never by a login (server/Portal/Home/FailingIssuers.cs); gone with the process.
create table failing_issuers (
  node_id uuid not null constraint failing_issuers_node_fkey references server_nodes on delete cascade,
  issuer text not null,
  is_provider boolean not null,
  reason text not null,
  failed_at timestamptz not null,
  primary key (node_id, issuer, is_provider)
);
