-- A project's variables, their snapshots, and runbooks: processes of a project that no release is needed for.

create table variable_sets (
  -- variableset-Projects-1
  id text primary key,
  space_id text not null,
  project_id text not null,
  -- counts the changes; a change names the version that it was made from
  version int not null default 0,
  -- json and not jsonb: kept in the order and form that a client sent; sensitive values are sealed
  variables json not null default '[]',
  constraint variable_sets_project_key unique (project_id),
  constraint variable_sets_project_fkey foreign key (space_id, project_id) references projects (space_id, id) on delete cascade
);
insert into variable_sets (id, space_id, project_id) select 'variableset-' || id, space_id, id from projects;

-- The variables as they were when a release or a runbook's snapshot was made; never changed.
create table variable_set_snapshots (
  -- variableset-Projects-1-s-3
  id text primary key,
  space_id text not null,
  project_id text not null,
  version int not null,
  variables json not null,
  constraint variable_set_snapshots_version_key unique (project_id, version),
  constraint variable_set_snapshots_project_id_key unique (project_id, id),
  constraint variable_set_snapshots_project_fkey foreign key (space_id, project_id) references projects (space_id, id) on delete cascade
);

-- null: made before there were variables
alter table releases add column variable_set_snapshot_id text;
alter table releases add constraint releases_variable_set_snapshot_fkey
  foreign key (project_id, variable_set_snapshot_id) references variable_set_snapshots (project_id, id);

create sequence runbooks_seq;
create table runbooks (
  id text primary key default 'Runbooks-' || nextval('runbooks_seq'),
  space_id text not null,
  project_id text not null,
  name text not null,
  slug text not null,
  description text,
  multi_tenancy_mode text not null default 'Untenanted'
    constraint runbooks_multi_tenancy_mode check (multi_tenancy_mode in ('Untenanted', 'TenantedOrUntenanted', 'Tenanted')),
  environment_scope text not null default 'All'
    constraint runbooks_environment_scope check (environment_scope in ('All', 'Specified', 'FromProjectLifecycles')),
  default_guided_failure_mode text not null default 'EnvironmentDefault'
    constraint runbooks_guided_failure_mode check (default_guided_failure_mode in ('EnvironmentDefault', 'Off', 'On')),
  force_package_download boolean not null default false,
  run_retention_policy jsonb not null default '{"Unit": "Items", "QuantityToKeep": 100, "ShouldKeepForever": false}',
  connectivity_policy jsonb not null default '{}',
  -- what is run unless another snapshot is named; null: none was published
  published_snapshot_id text,
  created_at timestamptz not null default now(),
  constraint runbooks_slug_key unique (project_id, slug),
  constraint runbooks_project_id_key unique (project_id, id),
  constraint runbooks_space_id_key unique (space_id, id),
  constraint runbooks_project_fkey foreign key (space_id, project_id) references projects (space_id, id) on delete cascade
);
create unique index runbooks_name_key on runbooks (project_id, lower(name));
create index runbooks_space on runbooks (space_id);

-- Where a runbook of the scope Specified runs. An environment that is deleted leaves it: none left is nowhere, not everywhere.
create table runbook_environments (
  space_id text not null,
  runbook_id text not null,
  environment_id text not null,
  primary key (runbook_id, environment_id),
  constraint runbook_environments_runbook_fkey foreign key (space_id, runbook_id) references runbooks (space_id, id) on delete cascade,
  constraint runbook_environments_environment_fkey foreign key (space_id, environment_id) references environments (space_id, id) on delete cascade
);
create index runbook_environments_environment on runbook_environments (environment_id);

-- A runbook's process is one like a project's: same table, same rules. RunbookProcess-Runbooks-1
alter table deployment_processes
  -- null: the project's own
  add column runbook_id text,
  drop constraint deployment_processes_project_key,
  add constraint deployment_processes_runbook_key unique (runbook_id),
  add constraint deployment_processes_runbook_fkey foreign key (project_id, runbook_id) references runbooks (project_id, id) on delete cascade;
create unique index deployment_processes_project_key on deployment_processes (project_id) where runbook_id is null;

alter table deployment_process_snapshots
  add column runbook_id text,
  drop constraint deployment_process_snapshots_version_key,
  add constraint deployment_process_snapshots_project_id_key unique (project_id, id),
  add constraint deployment_process_snapshots_runbook_fkey foreign key (project_id, runbook_id) references runbooks (project_id, id) on delete cascade;
create unique index deployment_process_snapshots_version_key on deployment_process_snapshots (project_id, coalesce(runbook_id, ''), version);

create sequence runbook_snapshots_seq;
create table runbook_snapshots (
  number bigint not null default nextval('runbook_snapshots_seq'),
  id text primary key generated always as ('RunbookSnapshots-' || number::text) stored,
  space_id text not null,
  project_id text not null,
  runbook_id text not null,
  name text not null,
  notes text,
  process_snapshot_id text not null,
  variable_set_snapshot_id text not null,
  -- [{"ActionName": "…", "PackageReferenceName": "…", "Version": "…"}]
  selected_packages jsonb not null default '[]',
  assembled timestamptz not null,
  constraint runbook_snapshots_runbook_id_key unique (runbook_id, id),
  constraint runbook_snapshots_runbook_fkey foreign key (project_id, runbook_id) references runbooks (project_id, id) on delete cascade,
  constraint runbook_snapshots_project_fkey foreign key (space_id, project_id) references projects (space_id, id) on delete cascade,
  constraint runbook_snapshots_process_fkey foreign key (project_id, process_snapshot_id) references deployment_process_snapshots (project_id, id),
  constraint runbook_snapshots_variable_set_fkey foreign key (project_id, variable_set_snapshot_id) references variable_set_snapshots (project_id, id)
);
create unique index runbook_snapshots_name_key on runbook_snapshots (runbook_id, lower(name));
create index runbook_snapshots_newest on runbook_snapshots (space_id, number);

alter table runbooks add constraint runbooks_published_snapshot_fkey
  foreign key (id, published_snapshot_id) references runbook_snapshots (runbook_id, id);
