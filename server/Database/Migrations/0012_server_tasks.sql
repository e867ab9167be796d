-- What the server does in the background: a queue that all nodes share, who runs what, and what was logged.

-- One row for each life of a process that takes tasks.
create table server_nodes (
  id uuid primary key,
  name text not null,
  started_at timestamptz not null,
  heartbeat_at timestamptz not null
);

create sequence server_tasks_seq;
-- Fencing tokens: one for each time that a node takes a task.
create sequence server_task_leases_seq;
create table server_tasks (
  number bigint not null default nextval('server_tasks_seq'),
  id text primary key generated always as ('ServerTasks-' || number::text) stored,
  space_id text not null constraint server_tasks_space_fkey references spaces on delete cascade,
  name text not null,
  description text not null,
  -- json and not jsonb: a client reads back what it knows, in its order
  arguments json not null default '{}',
  -- null: of no project. Environment and tenant have no foreign key: a task is history, and must not keep them from being deleted.
  project_id text,
  environment_id text,
  tenant_id text,
  -- of the tasks with the same key one runs at a time; null: it need not wait for any
  concurrency_key text,
  time_limit interval,
  state text not null default 'Queued'
    constraint server_tasks_state check (state in ('Queued', 'Executing', 'Success', 'Failed', 'Canceled', 'Cancelling', 'TimedOut')),
  -- by the servers' clocks, as a client names them
  queue_time timestamptz not null,
  queue_time_expiry timestamptz,
  start_time timestamptz,
  completed_time timestamptz,
  last_updated_time timestamptz not null,
  error_message text,
  has_warnings_or_errors boolean not null default false,
  -- kept when the task has ended: which node ran it
  node_name text,
  node_id uuid,
  -- null unless it runs
  lease bigint,
  -- the statement that took it, by an id that the node made before: what one took whose answer was lost can be found
  take_id uuid,
  -- by the database's clock, the only one that all nodes share
  lease_until timestamptz,
  -- its log was removed by age
  log_removed boolean not null default false,
  project_key text not null generated always as (coalesce(project_id, '')) stored,
  constraint server_tasks_number_key unique (number),
  constraint server_tasks_space_id_key unique (space_id, id),
  constraint server_tasks_leased check ((state in ('Executing', 'Cancelling')) = (lease is not null) and num_nulls(lease, lease_until) in (0, 2)),
  constraint server_tasks_completed check ((state in ('Queued', 'Executing', 'Cancelling')) = (completed_time is null)),
  constraint server_tasks_project_fkey foreign key (space_id, project_id) references projects (space_id, id) on delete cascade
);
-- The queue: each project's in order, and which projects wait is found by skipping along it.
create index server_tasks_queued on server_tasks (project_key, queue_time, number) where state = 'Queued';
create index server_tasks_expiring on server_tasks (queue_time_expiry) where state = 'Queued';
create index server_tasks_running on server_tasks (project_key) where state in ('Executing', 'Cancelling');
-- What makes "one at a time" true, whatever two nodes do at the same moment.
create unique index server_tasks_one_of_key on server_tasks (concurrency_key) where state in ('Executing', 'Cancelling');
create index server_tasks_newest on server_tasks (space_id, number);
create index server_tasks_project on server_tasks (project_id, number);
create index server_tasks_completed_time on server_tasks (completed_time) where not log_removed;

-- What happened in a task's log, in order; the tree that clients read is made of it.
create table server_task_logs (
  task_number bigint not null constraint server_task_logs_task_fkey references server_tasks (number) on delete cascade,
  -- from 1, given by the node that runs the task
  number int not null,
  -- the element of the tree; the root is 1
  activity int not null,
  kind text not null constraint server_task_logs_kind check (kind in ('Begin', 'Line', 'Progress', 'End')),
  occurred_at timestamptz not null,
  -- of Begin: the element above; null: it is the root
  parent int,
  -- of Line
  category text,
  -- of End
  status text,
  -- of Progress
  percentage int,
  -- of Begin the name, otherwise the message
  message text,
  detail text,
  primary key (task_number, number)
);
