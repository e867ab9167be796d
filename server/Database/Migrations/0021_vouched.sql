-- What the groups of the provider give is had by whom the provider has vouched for, not by whoever knows another way into the account; and
-- what the settings below Admin: were when they were last applied.

-- Who was signed in with the provider when they made the key; null: nobody was, so the key has what its account has by itself.
alter table api_keys add column external_identity_id text references external_identities on delete set null;
create index api_keys_external_identity on api_keys (external_identity_id) where external_identity_id is not null;

-- As before, with the identity whose groups give the team: only a session or key of that identity has it (CallerStore).
create or replace view effective_team_members as
  select m.team_id, m.user_id, true as is_direct, null::text as external_identity_id from team_members m
  union all
  select t.id, e.user_id, false, e.id
  from oidc_provider p
  join external_identities e on e.issuer = p.issuer
  join teams t on exists (
    select from jsonb_array_elements(t.external_security_groups) g, unnest(e.groups) as held
    -- Of ASCII letters alone: K in other forms (U+212A) folds to k elsewhere, and is another group to the provider.
    where lower((g ->> 'Id') collate "C") = lower(held collate "C"))
  where p.is_enabled and not exists (select from team_members m where m.team_id = t.id and m.user_id = e.user_id);

create table applied_settings (
  name text primary key,
  -- HMAC under a key that is derived from the master key, so that it tells nothing of a password; empty: applied by a version that did not note it
  fingerprint bytea not null
);

-- A server that has its administrators has had its settings applied: an upgrade must not set a password back.
insert into applied_settings (name, fingerprint)
select name, '' from (values ('Admin:Username'), ('Admin:Email'), ('Admin:Password'), ('Admin:ApiKey')) as admin (name)
where exists (select from team_members where team_id = 'teams-administrators');
