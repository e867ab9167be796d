-- When the targets of a space were last queued to be checked by themselves: whichever server writes it queues the task.
create table health_check_schedules (
  space_id text primary key constraint health_check_schedules_space_fkey references spaces on delete cascade,
  queued_at timestamptz not null
);
