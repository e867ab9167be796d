-- Whom deployments log in as. What an account is limited to keeps from being deleted: taken out in silence, it would be usable in more places.

create sequence accounts_seq;
create table accounts (
  id text primary key default 'Accounts-' || nextval('accounts_seq'),
  space_id text not null constraint accounts_space_fkey references spaces,
  name text not null,
  slug text not null,
  description text,
  account_type text not null constraint accounts_type check (account_type in (
    'AmazonWebServicesOidcAccount', 'AzureOidc', 'GoogleCloudOidcAccount', 'GenericOidcAccount',
    'AmazonWebServicesAccount', 'AzureServicePrincipal', 'Token', 'UsernamePassword')),
  tenanted_deployment_participation text not null
    constraint accounts_participation check (tenanted_deployment_participation in ('Untenanted', 'TenantedOrUntenanted', 'Tenanted')),
  -- what its kind has; json and not jsonb: custom claims stay in the order and form that a client sent
  details json not null,
  -- by name, each sealed for that name of this account; accounts that log in with an ID token have none
  secrets jsonb not null default '{}',
  created_at timestamptz not null default now(),
  constraint accounts_slug_key unique (space_id, slug),
  constraint accounts_space_id_key unique (space_id, id)
);
create unique index accounts_name_key on accounts (space_id, lower(name));

create table account_environments (
  space_id text not null,
  account_id text not null,
  environment_id text not null,
  primary key (account_id, environment_id),
  constraint account_environments_account_fkey foreign key (space_id, account_id) references accounts (space_id, id) on delete cascade,
  constraint account_environments_environment_fkey foreign key (space_id, environment_id) references environments (space_id, id)
);
create index account_environments_environment on account_environments (environment_id);

create table account_tenants (
  space_id text not null,
  account_id text not null,
  tenant_id text not null,
  primary key (account_id, tenant_id),
  constraint account_tenants_account_fkey foreign key (space_id, account_id) references accounts (space_id, id) on delete cascade,
  constraint account_tenants_tenant_fkey foreign key (space_id, tenant_id) references tenants (space_id, id)
);
create index account_tenants_tenant on account_tenants (tenant_id);

create table account_tags (
  space_id text not null,
  account_id text not null,
  tag_id text not null,
  primary key (account_id, tag_id),
  constraint account_tags_account_fkey foreign key (space_id, account_id) references accounts (space_id, id) on delete cascade,
  constraint account_tags_tag_fkey foreign key (space_id, tag_id) references tags (space_id, id)
);
create index account_tags_tag on account_tags (tag_id);
