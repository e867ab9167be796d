-- People sign in with the company's identity provider: its settings, who is who there, and whose groups give which team.

create sequence oidc_provider_version_seq;
create table oidc_provider (
  only_row boolean primary key default true constraint oidc_provider_one_row check (only_row),
  is_enabled boolean not null,
  -- exactly as the provider's ID tokens have it, with or without a slash at its end
  issuer text,
  client_id text,
  -- encrypted for this row
  client_secret bytea,
  scopes text not null,
  role_claim_type text not null,
  username_claim_type text not null,
  resource text,
  display_name text not null,
  allow_auto_user_creation boolean not null,
  trust_unverified_email boolean not null,
  auto_login boolean not null,
  -- documents that were fetched under another version are not used
  version bigint not null default nextval('oidc_provider_version_seq'),
  updated_at timestamptz not null,
  constraint oidc_provider_enabled_is_whole check (not is_enabled or (issuer is not null and client_id is not null))
);

create sequence external_identities_seq;
create table external_identities (
  id text primary key default 'ExternalIdentities-' || nextval('external_identities_seq'),
  issuer text not null,
  subject text not null,
  user_id text not null references users on delete cascade,
  -- for people to read; nobody is found by these
  email_address text,
  username text,
  -- the values of the role claim at the latest sign-in
  groups text[] not null default '{}',
  linked_at timestamptz not null,
  last_sign_in_at timestamptz not null,
  -- one person of the provider is one account, and an account is one person of the provider
  constraint external_identities_subject_key unique (issuer, subject),
  constraint external_identities_user_key unique (user_id, issuer)
);
create index users_email on users (lower(email_address));

-- What came back once does not count a second time. No foreign keys: these rows outlive what they were about.
create table used_sign_in_states (
  state_hash bytea primary key,
  expires_at timestamptz not null
);
create index used_sign_in_states_expires on used_sign_in_states (expires_at);
create table used_logout_tokens (
  -- SHA-256 of issuer and jti
  token_hash bytea primary key,
  expires_at timestamptz not null
);
create index used_logout_tokens_expires on used_logout_tokens (expires_at);

-- Who is in which team: as a member, or by a group that the enabled provider named at the latest sign-in. Compared without case, and
-- otherwise exactly. Whatever asks what somebody may do reads this; who edits the members of a team reads team_members.
create view effective_team_members as
  select m.team_id, m.user_id, true as is_direct from team_members m
  union all
  select t.id, e.user_id, false
  from oidc_provider p
  join external_identities e on e.issuer = p.issuer
  join teams t on exists (
    select from jsonb_array_elements(t.external_security_groups) g, unnest(e.groups) as held
    -- Of ASCII letters alone: K in other forms (U+212A) folds to k elsewhere, and is another group to the provider.
    where lower((g ->> 'Id') collate "C") = lower(held collate "C"))
  where p.is_enabled and not exists (select from team_members m where m.team_id = t.id and m.user_id = e.user_id);

-- A sign-in that changes nothing but its time tells nobody.
create trigger external_identities_notify after insert or delete or update of issuer, subject, user_id, groups on external_identities
  for each statement execute function notify_octologin_change();
create trigger external_identities_notify_truncate after truncate on external_identities for each statement execute function notify_octologin_change();
create trigger oidc_provider_notify after insert or update or delete or truncate on oidc_provider for each statement execute function notify_octologin_change();
