-- Deployments of releases and runs of runbooks: what is asked for. How far it is stands in the server task that does it.

alter table releases add constraint releases_project_id_key unique (project_id, id);

create sequence deployments_seq;
create table deployments (
  number bigint not null default nextval('deployments_seq'),
  id text primary key generated always as ('Deployments-' || number::text) stored,
  space_id text not null,
  project_id text not null,
  release_id text not null,
  environment_id text not null,
  -- null: untenanted
  tenant_id text,
  task_id text not null,
  name text not null,
  comments text,
  created timestamptz not null,
  -- as they were asked for; null: at once, and however late
  queue_time timestamptz,
  queue_time_expiry timestamptz,
  -- no foreign key: who did it stays when the account is deleted
  deployed_by_id text,
  deployed_by text,
  -- null: the release has none
  variable_set_snapshot_id text,
  -- prompted variables: those that may be read, and the others, encrypted
  form_values jsonb not null default '{}',
  sealed_values bytea,
  -- Ids of actions and of deployment targets
  skip_actions text[] not null default '{}',
  specific_machine_ids text[] not null default '{}',
  excluded_machine_ids text[] not null default '{}',
  force_package_download boolean not null default false,
  force_package_redeployment boolean not null default false,
  use_guided_failure boolean not null default false,
  -- what a lifecycle's phases count; null: not yet, or it failed
  succeeded timestamptz,
  constraint deployments_task_key unique (task_id),
  constraint deployments_task_fkey foreign key (space_id, task_id) references server_tasks (space_id, id) on delete cascade,
  constraint deployments_release_fkey foreign key (project_id, release_id) references releases (project_id, id) on delete cascade,
  constraint deployments_project_fkey foreign key (space_id, project_id) references projects (space_id, id) on delete cascade,
  constraint deployments_environment_fkey foreign key (space_id, environment_id) references environments (space_id, id) on delete cascade,
  constraint deployments_variable_set_fkey foreign key (project_id, variable_set_snapshot_id) references variable_set_snapshots (project_id, id),
  constraint deployments_tenant_fkey foreign key (space_id, tenant_id) references tenants (space_id, id) on delete cascade
);
create index deployments_newest on deployments (space_id, number);
create index deployments_release on deployments (release_id, number);
create index deployments_place on deployments (project_id, environment_id, number);
create index deployments_environment on deployments (environment_id);
create index deployments_tenant on deployments (tenant_id);

create sequence runbook_runs_seq;
create table runbook_runs (
  number bigint not null default nextval('runbook_runs_seq'),
  id text primary key generated always as ('RunbookRuns-' || number::text) stored,
  space_id text not null,
  project_id text not null,
  runbook_id text not null,
  runbook_snapshot_id text not null,
  environment_id text not null,
  -- from here on as deployments
  tenant_id text,
  task_id text not null,
  name text not null,
  comments text,
  created timestamptz not null,
  queue_time timestamptz,
  queue_time_expiry timestamptz,
  run_by_id text,
  run_by text,
  form_values jsonb not null default '{}',
  sealed_values bytea,
  skip_actions text[] not null default '{}',
  specific_machine_ids text[] not null default '{}',
  excluded_machine_ids text[] not null default '{}',
  force_package_download boolean not null default false,
  use_guided_failure boolean not null default false,
  constraint runbook_runs_task_key unique (task_id),
  constraint runbook_runs_task_fkey foreign key (space_id, task_id) references server_tasks (space_id, id) on delete cascade,
  constraint runbook_runs_runbook_fkey foreign key (project_id, runbook_id) references runbooks (project_id, id) on delete cascade,
  constraint runbook_runs_snapshot_fkey foreign key (runbook_id, runbook_snapshot_id) references runbook_snapshots (runbook_id, id) on delete cascade,
  constraint runbook_runs_project_fkey foreign key (space_id, project_id) references projects (space_id, id) on delete cascade,
  constraint runbook_runs_environment_fkey foreign key (space_id, environment_id) references environments (space_id, id) on delete cascade,
  constraint runbook_runs_tenant_fkey foreign key (space_id, tenant_id) references tenants (space_id, id) on delete cascade
);
create index runbook_runs_newest on runbook_runs (space_id, number);
create index runbook_runs_runbook on runbook_runs (runbook_id, number);
create index runbook_runs_snapshot on runbook_runs (runbook_snapshot_id);
create index runbook_runs_project on runbook_runs (project_id, number);
create index runbook_runs_environment on runbook_runs (environment_id);
create index runbook_runs_tenant on runbook_runs (tenant_id);
