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

-- What uses an account: a foreign key keeps it from being deleted meanwhile. The JSON of variables and endpoints cannot have one.
alter table variable_sets add constraint variable_sets_space_id_key unique (space_id, id);
create table variable_set_accounts (
  space_id text not null,
  variable_set_id text not null,
  account_id text not null,
  primary key (variable_set_id, account_id),
  constraint variable_set_accounts_set_fkey foreign key (space_id, variable_set_id) references variable_sets (space_id, id) on delete cascade,
  constraint variable_set_accounts_account_fkey foreign key (space_id, account_id) references accounts (space_id, id)
);
create index variable_set_accounts_account on variable_set_accounts (account_id);

-- null: the endpoint names none, or one that it named before there were accounts
alter table machines add column account_id text;
alter table machines add constraint machines_account_fkey foreign key (space_id, account_id) references accounts (space_id, id);
create index machines_account on machines (account_id);
