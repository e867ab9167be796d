-- Who there is and what they may do: users (service accounts among them), API keys, spaces, teams, roles.

create sequence users_seq;
create table users (
  id text primary key default 'Users-' || nextval('users_seq'),
  username text not null,
  display_name text not null,
  email_address text,
  is_active boolean not null default true,
  is_service boolean not null default false,
  -- a service account's GUID: the audience that its workflows name
  external_id uuid,
  password_hash text,
  created_at timestamptz not null default now(),
  constraint users_external_id_for_services check (is_service = (external_id is not null)),
  constraint users_external_id_key unique (external_id)
);
create unique index users_username_key on users (lower(username));

create sequence api_keys_seq;
create table api_keys (
  id text primary key default 'APIKeys-' || nextval('api_keys_seq'),
  user_id text not null references users on delete cascade,
  purpose text not null,
  -- SHA-256 of the key; the key itself is shown once and kept nowhere
  key_hash bytea not null,
  hint text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  constraint api_keys_hash_key unique (key_hash)
);
create index api_keys_user on api_keys (user_id);

create sequence spaces_seq;
create table spaces (
  id text primary key default 'Spaces-' || nextval('spaces_seq'),
  name text not null,
  slug text not null,
  description text,
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  constraint spaces_slug_key unique (slug)
);
create unique index spaces_name_key on spaces (lower(name));
create unique index spaces_one_default on spaces (is_default) where is_default;

create sequence teams_seq;
create table teams (
  id text primary key default 'Teams-' || nextval('teams_seq'),
  space_id text references spaces on delete cascade,
  name text not null,
  description text,
  external_security_groups jsonb not null default '[]',
  can_be_deleted boolean not null default true,
  created_at timestamptz not null default now()
);
create unique index teams_name_key on teams (coalesce(space_id, ''), lower(name));

create table team_members (
  team_id text not null references teams on delete cascade,
  user_id text not null references users on delete cascade,
  primary key (team_id, user_id)
);
create index team_members_user on team_members (user_id);

create sequence user_roles_seq;
create table user_roles (
  id text primary key default 'UserRoles-' || nextval('user_roles_seq'),
  name text not null,
  description text,
  granted_space_permissions text[] not null default '{}',
  granted_system_permissions text[] not null default '{}',
  can_be_deleted boolean not null default true
);
create unique index user_roles_name_key on user_roles (lower(name));

create sequence scoped_user_roles_seq;
create table scoped_user_roles (
  id text primary key default 'ScopedUserRoles-' || nextval('scoped_user_roles_seq'),
  team_id text not null references teams on delete cascade,
  user_role_id text not null constraint scoped_user_roles_role_fkey references user_roles,
  -- null: the role's system permissions; otherwise its space permissions, in this space
  space_id text references spaces on delete cascade,
  -- empty: not limited in that respect
  project_ids text[] not null default '{}',
  project_group_ids text[] not null default '{}',
  environment_ids text[] not null default '{}',
  tenant_ids text[] not null default '{}'
);
create index scoped_user_roles_team on scoped_user_roles (team_id);
