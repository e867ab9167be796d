-- Container registries as feeds, beside each space's built-in one.

alter table feeds drop constraint feeds_type;
alter table feeds
  add constraint feeds_type check (feed_type in ('BuiltIn', 'Docker', 'AwsElasticContainerRegistry', 'AzureContainerRegistry', 'GoogleContainerRegistry')),
  add column feed_uri text,
  add column registry_path text,
  add column api_version text,
  add column region text,
  -- or an AWS access key
  add column username text,
  -- the password, or the AWS secret key, encrypted for this feed
  add column secret bytea,
  add column oidc_authentication jsonb,
  -- counts the changes: a login that was fetched before one is not used after it
  add column revision bigint not null default 1;
