-- The audit's events as chains: the hash of each is made over it and the hash before it (server/Audit/ChainSeal.cs), with a key that
-- comes from the master key and so is not in this database. What is changed, taken out or put elsewhere is found: octologin audit verify.

-- json keeps the text that was written, and that text is what is hashed.
alter table audit_events alter column details drop default;
alter table audit_events alter column details type json using details::json;
alter table audit_events alter column details set default '{}';

-- null in events of before
alter table audit_events
  add column chain bigint,
  add column position bigint,
  add column hash bytea,
  add constraint audit_events_chained check (num_nulls(chain, position, hash) in (0, 3));
create unique index audit_events_chain on audit_events (chain, position);

-- Events are only ever added, so that a summary of each stretch of the table finds a time as well as an index of every row.
drop index audit_events_occurred;
create index audit_events_occurred on audit_events using brin (occurred) with (autosummarize = on);

-- The claims of a login are of the size that PostgreSQL compresses. lz4 takes a fraction of the default's time, but not every PostgreSQL is built with it.
do $$
begin
  alter table audit_events alter column details set compression lz4;
exception when feature_not_supported then null;
end $$;

-- One for each writer: a process has one for exchanges and one for changes. No foreign key to it: it would cost each event a look-up,
-- and what is missing is found by the same verification.
create table audit_chains (
  -- without gaps, given by audit_register
  id bigint primary key,
  node text not null,
  purpose text not null,
  started timestamptz not null,
  -- of the last event, from 1
  position bigint not null,
  -- the hash of the last event
  head bytea not null,
  -- over all of this row: one that cannot make it cannot cut events off and set the chain back to where they began
  seal bytea not null
);

-- One row: how many chains there must be, and how many events are older than chains.
create table audit_register (
  id int primary key check (id = 1),
  chains bigint not null,
  unchained_events bigint not null,
  unchained_until bigint not null,
  -- null until the first chain begins
  seal bytea
);
insert into audit_register select 1, 0, count(*), coalesce(max(number), 0), null from audit_events;
