-- People who are signed in, what was tried in vain at the sign-in, the set-up of the first administrator, and when an API key was used last.

create sequence sessions_seq;
create table sessions (
  id text primary key default 'Sessions-' || nextval('sessions_seq'),
  -- SHA-256 of what the cookie holds
  secret_hash bytea not null,
  user_id text not null references users on delete cascade,
  -- 'password', or the name of the way in
  signed_in_with text not null,
  created_at timestamptz not null,
  -- written seldom, so up to a minute late
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  -- of a sign-in with an OpenID Connect provider: by these its back-channel logout names the session
  external_issuer text,
  external_subject text,
  external_sid text,
  constraint sessions_secret_key unique (secret_hash),
  constraint sessions_external check ((external_issuer is null) = (external_subject is null) and (external_sid is null or external_issuer is not null))
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);
create index sessions_external on sessions (external_issuer, external_subject) where external_issuer is not null;

-- A session that begins was remembered by nobody, and one that goes on changes nothing: only its end is told. For each row, so that cleaning up nothing says nothing.
create trigger sessions_notify after delete on sessions for each row execute function notify_octologin_change();
create trigger sessions_truncate_notify after truncate on sessions for each statement execute function notify_octologin_change();

-- One row for each account and address with failures in the last minutes.
create table sign_in_failures (
  -- 'account:' with a user's Id, 'name:' with the hash of a name that nobody has, 'address:' with a network
  counted text primary key,
  failures int not null,
  since timestamptz not null
);
create index sign_in_failures_since on sign_in_failures (since);

-- Codes that were printed while there was no administrator, one for each start. The first that is used ends all.
create table set_up_codes (
  code_hash bytea primary key,
  created_at timestamptz not null
);

alter table api_keys add column last_used_at timestamptz;

-- That a key was used changes nothing about who may do what.
drop trigger api_keys_notify on api_keys;
create trigger api_keys_notify after insert or update of user_id, key_hash, expires_at or delete or truncate on api_keys
  for each statement execute function notify_octologin_change();
