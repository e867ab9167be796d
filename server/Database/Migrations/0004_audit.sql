-- What happened, who did it and why it was allowed or refused. Rows are only ever added.

create sequence audit_events_seq;
create table audit_events (
  number bigint primary key default nextval('audit_events_seq'),
  occurred timestamptz not null,
  category text not null,
  space_id text,
  user_id text,
  username text,
  -- how the caller was known: API key, access token, exchange, command line
  established_with text,
  message text not null,
  related_document_ids text[] not null default '{}',
  -- exchange: outcome, error, reason, identity considered, claims; changes: the names of what changed
  details jsonb not null default '{}',
  correlation_id text,
  ip_address text,
  user_agent text
);
create index audit_events_occurred on audit_events (occurred);
create index audit_events_user on audit_events (user_id, number);
create index audit_events_category on audit_events (category, number);
create index audit_events_related on audit_events using gin (related_document_ids);
