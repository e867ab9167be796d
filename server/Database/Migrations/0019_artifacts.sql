-- Files that scripts keep with their task.

create sequence artifacts_seq;
create table artifacts (
  number bigint primary key default nextval('artifacts_seq'),
  id text not null generated always as ('Artifacts-' || number::text) stored,
  space_id text not null,
  task_id text not null,
  -- as the script calls it
  filename text not null,
  -- which action, and for which target
  source text not null,
  -- the element of the task's log that it is of
  log_correlation_id text not null,
  size_bytes bigint not null,
  -- lower-case hex
  sha256 text not null,
  content_number bigint not null constraint artifacts_content_fkey references package_contents,
  created timestamptz not null,
  constraint artifacts_id_key unique (id),
  constraint artifacts_content_key unique (content_number),
  constraint artifacts_task_fkey foreign key (space_id, task_id) references server_tasks (space_id, id) on delete cascade
);
create index artifacts_task on artifacts (task_id, number);
create index artifacts_newest on artifacts (space_id, number);

-- Artifacts also go with their task, and that with its project or space: whatever way they go, their bytes are nobody's from then on.
create function discard_artifact_content() returns trigger language plpgsql as $$
begin
  update package_contents set state = 'Discarded', discarded_at = now() where number = old.content_number;
  return null;
end $$;
create trigger artifacts_content_discarded after delete on artifacts for each row execute function discard_artifact_content();
