-- The exchange: who is trusted, what was redeemed, what we sign with.

create sequence oidc_identities_seq;
create table oidc_identities (
  id text primary key default 'OidcIdentities-' || nextval('oidc_identities_seq'),
  user_id text not null references users on delete cascade,
  name text not null,
  issuer text not null,
  -- the pattern for `sub`; for a GitHub identity the classic form of what it accepts
  subject text not null,
  -- null: the service account's GUID
  audience text,
  -- [{"Claim": "ref", "Values": ["refs/heads/*"]}]
  conditions jsonb not null default '[]',
  token_lifetime_seconds int not null default 3600 constraint oidc_identities_lifetime check (token_lifetime_seconds between 60 and 43200),
  allow_reuse boolean not null default false,
  -- set for an identity made from owner, repository and filter
  github_owner text,
  github_repository text,
  github_filter_type text,
  github_filter_value text,
  github_repository_id text,
  github_repository_owner_id text,
  -- Given, GitHub or FirstToken; null while the ids are not known
  github_pinned_from text,
  github_unpinned_since timestamptz,
  -- counts an administrator's changes: an access token of an earlier version no longer works
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint oidc_identities_github check ((github_owner is null) = (github_repository is null) and (github_owner is null) = (github_filter_type is null)),
  constraint oidc_identities_pins check ((github_pinned_from is null) = (github_repository_id is null) and (github_repository_id is null) = (github_repository_owner_id is null))
);
create unique index oidc_identities_name_key on oidc_identities (user_id, lower(name));

-- No foreign key to the identity: deleting one must not make its tokens usable again.
create table redeemed_tokens (
  -- SHA-256 over issuer and jti, or over issuer and the token where it has no jti
  token_key bytea primary key,
  identity_id text not null,
  expires_at timestamptz not null
);
create index redeemed_tokens_expiry on redeemed_tokens (expires_at);

create table revoked_tokens (
  jti text primary key,
  revoked_at timestamptz not null,
  expires_at timestamptz not null
);
create index revoked_tokens_expiry on revoked_tokens (expires_at);

create table signing_keys (
  kid text primary key,
  algorithm text not null,
  public_jwk jsonb not null,
  -- PKCS#8, encrypted with the master key
  private_key bytea not null,
  created_at timestamptz not null,
  -- signs from here on, until a later key does
  active_from timestamptz not null,
  -- no longer published after; null while it may sign
  published_until timestamptz,
  revoked_at timestamptz
);
