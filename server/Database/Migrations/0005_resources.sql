-- What is released: projects in groups, with a lifecycle through environments, a deployment process, channels and releases.
-- Foreign keys carry space_id along, so nothing can refer to another space's things whatever a query forgets.

-- A space's groups and lifecycles hold nothing by themselves and go with it; projects and environments keep it from being deleted.
create sequence project_groups_seq;
create table project_groups (
  id text primary key default 'ProjectGroups-' || nextval('project_groups_seq'),
  space_id text not null constraint project_groups_space_fkey references spaces on delete cascade,
  name text not null,
  slug text not null,
  description text,
  created_at timestamptz not null default now(),
  constraint project_groups_slug_key unique (space_id, slug),
  constraint project_groups_space_id_key unique (space_id, id)
);
create unique index project_groups_name_key on project_groups (space_id, lower(name));

create sequence environments_seq;
create table environments (
  id text primary key default 'Environments-' || nextval('environments_seq'),
  space_id text not null constraint environments_space_fkey references spaces,
  name text not null,
  slug text not null,
  description text,
  sort_order int not null,
  use_guided_failure boolean not null default false,
  allow_dynamic_infrastructure boolean not null default false,
  -- kept for clients: [{"ExtensionId": "…", "Values": {…}}]
  extension_settings jsonb not null default '[]',
  created_at timestamptz not null default now(),
  constraint environments_slug_key unique (space_id, slug),
  constraint environments_space_id_key unique (space_id, id)
);
create unique index environments_name_key on environments (space_id, lower(name));

create sequence lifecycles_seq;
create table lifecycles (
  id text primary key default 'Lifecycles-' || nextval('lifecycles_seq'),
  space_id text not null constraint lifecycles_space_fkey references spaces on delete cascade,
  name text not null,
  slug text not null,
  description text,
  -- no phase: every environment, in any order
  phases jsonb not null default '[]',
  release_retention_policy jsonb not null default '{"Unit": "Days", "QuantityToKeep": 0, "ShouldKeepForever": true}',
  tentacle_retention_policy jsonb not null default '{"Unit": "Days", "QuantityToKeep": 0, "ShouldKeepForever": true}',
  created_at timestamptz not null default now(),
  constraint lifecycles_slug_key unique (space_id, slug),
  constraint lifecycles_space_id_key unique (space_id, id)
);
create unique index lifecycles_name_key on lifecycles (space_id, lower(name));

-- The environments that the phases name: the phases' JSON cannot have a foreign key.
create table lifecycle_environments (
  space_id text not null,
  lifecycle_id text not null,
  environment_id text not null,
  primary key (lifecycle_id, environment_id),
  constraint lifecycle_environments_lifecycle_fkey foreign key (space_id, lifecycle_id) references lifecycles (space_id, id) on delete cascade,
  constraint lifecycle_environments_environment_fkey foreign key (space_id, environment_id) references environments (space_id, id)
);
create index lifecycle_environments_environment on lifecycle_environments (environment_id);

create sequence projects_seq;
create table projects (
  id text primary key default 'Projects-' || nextval('projects_seq'),
  space_id text not null constraint projects_space_fkey references spaces,
  name text not null,
  slug text not null,
  description text,
  project_group_id text not null,
  lifecycle_id text not null,
  is_disabled boolean not null default false,
  tenanted_deployment_mode text not null default 'Untenanted'
    constraint projects_tenanted_mode check (tenanted_deployment_mode in ('Untenanted', 'TenantedOrUntenanted', 'Tenanted')),
  created_at timestamptz not null default now(),
  constraint projects_slug_key unique (space_id, slug),
  constraint projects_space_id_key unique (space_id, id),
  constraint projects_group_fkey foreign key (space_id, project_group_id) references project_groups (space_id, id),
  constraint projects_lifecycle_fkey foreign key (space_id, lifecycle_id) references lifecycles (space_id, id)
);
create unique index projects_name_key on projects (space_id, lower(name));
create index projects_group on projects (project_group_id);
create index projects_lifecycle on projects (lifecycle_id);

create table deployment_processes (
  -- deploymentprocess-Projects-1
  id text primary key,
  space_id text not null,
  project_id text not null,
  -- counts the changes; a change names the version that it was made from
  version int not null default 0,
  -- json and not jsonb: kept in the order and form that a client sent, with properties that only the client knows
  steps json not null default '[]',
  constraint deployment_processes_project_key unique (project_id),
  constraint deployment_processes_project_fkey foreign key (space_id, project_id) references projects (space_id, id) on delete cascade
);

-- A process as it was when a release was made from it; never changed.
create table deployment_process_snapshots (
  -- deploymentprocess-Projects-1-s-3
  id text primary key,
  space_id text not null,
  project_id text not null,
  version int not null,
  steps json not null,
  constraint deployment_process_snapshots_version_key unique (project_id, version),
  constraint deployment_process_snapshots_project_fkey foreign key (space_id, project_id) references projects (space_id, id) on delete cascade
);

create sequence channels_seq;
create table channels (
  id text primary key default 'Channels-' || nextval('channels_seq'),
  space_id text not null,
  project_id text not null,
  name text not null,
  slug text not null,
  description text,
  -- null: the project's
  lifecycle_id text,
  is_default boolean not null default false,
  -- kept for clients: [{"VersionRange": "…", "Tag": "…", "ActionPackages": […]}]
  rules jsonb not null default '[]',
  tenant_tags text[] not null default '{}',
  created_at timestamptz not null default now(),
  constraint channels_slug_key unique (project_id, slug),
  constraint channels_project_id_key unique (project_id, id),
  constraint channels_project_fkey foreign key (space_id, project_id) references projects (space_id, id) on delete cascade,
  constraint channels_lifecycle_fkey foreign key (space_id, lifecycle_id) references lifecycles (space_id, id)
);
create unique index channels_name_key on channels (project_id, lower(name));
create unique index channels_one_default on channels (project_id) where is_default;
create index channels_space on channels (space_id);
create index channels_lifecycle on channels (lifecycle_id);

create sequence releases_seq;
create table releases (
  number bigint not null default nextval('releases_seq'),
  id text primary key generated always as ('Releases-' || number::text) stored,
  space_id text not null,
  project_id text not null,
  channel_id text not null,
  version text not null,
  -- sorts as versions do (SemVer 2.0.0 section 11), byte by byte
  version_key text collate "C" not null,
  release_notes text,
  ignore_channel_rules boolean not null default false,
  process_snapshot_id text not null constraint releases_process_snapshot_fkey references deployment_process_snapshots,
  -- [{"ActionName": "…", "PackageReferenceName": "…", "Version": "…"}]
  selected_packages jsonb not null default '[]',
  custom_fields jsonb not null default '{}',
  assembled timestamptz not null,
  constraint releases_project_fkey foreign key (space_id, project_id) references projects (space_id, id) on delete cascade,
  constraint releases_channel_fkey foreign key (project_id, channel_id) references channels (project_id, id)
);
create unique index releases_version_key on releases (project_id, lower(version));
create index releases_highest on releases (project_id, version_key);
create index releases_newest on releases (space_id, number);
create index releases_channel on releases (channel_id);
