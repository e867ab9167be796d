-- One row for the installation as a whole.
create table server (
  id int not null constraint server_pkey primary key constraint server_is_single check (id = 1),
  installation_id uuid not null,
  -- A known text sealed with the master key: tells a wrong key before it can be used for anything.
  master_key_check bytea not null,
  created_at timestamptz not null
);
