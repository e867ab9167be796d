-- Every process of the server says that it is there, not only those that run tasks. One of an older version, which says nothing of it, does both.
alter table server_nodes
  add column serves boolean not null default true,
  add column runs_tasks boolean not null default true;
