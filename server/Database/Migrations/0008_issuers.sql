-- What an administrator decided about an issuer; one without a row here is fetched as it publishes itself.

-- Of all issuers together, so that a row that was removed and made again never has a version that it had before.
create sequence issuers_version_seq;
create table issuers (
  -- exactly as the tokens' `iss` has it
  issuer text primary key,
  -- PEM; null: the issuer's servers are trusted as the machine trusts any
  certificate_authority text,
  -- a JWKS of public keys; null: fetched from the issuer
  jwks text,
  is_disabled boolean not null default false,
  -- when an administrator had the keys fetched anew, last
  refreshed_at timestamptz,
  -- what was decided with the keys of another version is decided again
  version bigint not null default nextval('issuers_version_seq'),
  updated_at timestamptz not null,
  constraint issuers_keys_have_one_source check (certificate_authority is null or jwks is null)
);
create index oidc_identities_issuer on oidc_identities (issuer);

-- A disabled issuer ends what callers are remembered by, on every replica.
create trigger issuers_notify after insert or update or delete or truncate on issuers for each statement execute function notify_octologin_change();
