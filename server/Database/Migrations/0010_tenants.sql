-- Who is deployed for and where to: tag sets, tenants with their tags and projects, deployment targets.
-- What names a tag refers to it by Id, so renaming a tag or its set needs no second place to be written.

create sequence tag_sets_seq;
create table tag_sets (
  id text primary key default 'TagSets-' || nextval('tag_sets_seq'),
  space_id text not null constraint tag_sets_space_fkey references spaces on delete cascade,
  name text not null,
  slug text not null,
  description text,
  sort_order int not null,
  created_at timestamptz not null default now(),
  constraint tag_sets_slug_key unique (space_id, slug),
  constraint tag_sets_space_id_key unique (space_id, id)
);
create unique index tag_sets_name_key on tag_sets (space_id, lower(name));

create sequence tags_seq;
create table tags (
  -- TagSets-1/Tags-3
  id text primary key,
  space_id text not null,
  tag_set_id text not null,
  name text not null,
  color text not null,
  description text,
  sort_order int not null,
  -- Set/Tag: how everything but the tag set itself names it
  canonical_name text not null,
  constraint tags_space_id_key unique (space_id, id),
  constraint tags_set_fkey foreign key (space_id, tag_set_id) references tag_sets (space_id, id) on delete cascade
);
create unique index tags_name_key on tags (tag_set_id, lower(name));
create index tags_canonical_name on tags (space_id, lower(canonical_name));

create sequence tenants_seq;
create table tenants (
  id text primary key default 'Tenants-' || nextval('tenants_seq'),
  space_id text not null constraint tenants_space_fkey references spaces,
  name text not null,
  slug text not null,
  description text,
  is_disabled boolean not null default false,
  -- no foreign key: it outlives the tenant that it was made from
  cloned_from_tenant_id text,
  created_at timestamptz not null default now(),
  constraint tenants_slug_key unique (space_id, slug),
  constraint tenants_space_id_key unique (space_id, id)
);
create unique index tenants_name_key on tenants (space_id, lower(name));

create table tenant_tags (
  space_id text not null,
  tenant_id text not null,
  tag_id text not null,
  primary key (tenant_id, tag_id),
  constraint tenant_tags_tenant_fkey foreign key (space_id, tenant_id) references tenants (space_id, id) on delete cascade,
  constraint tenant_tags_tag_fkey foreign key (space_id, tag_id) references tags (space_id, id)
);
create index tenant_tags_tag on tenant_tags (tag_id);

-- The projects that a tenant is connected to, and in each the environments: possibly none yet.
create table tenant_projects (
  space_id text not null,
  tenant_id text not null,
  project_id text not null,
  primary key (tenant_id, project_id),
  constraint tenant_projects_tenant_fkey foreign key (space_id, tenant_id) references tenants (space_id, id) on delete cascade,
  constraint tenant_projects_project_fkey foreign key (space_id, project_id) references projects (space_id, id)
);
create index tenant_projects_project on tenant_projects (project_id);

create table tenant_project_environments (
  space_id text not null,
  tenant_id text not null,
  project_id text not null,
  environment_id text not null,
  primary key (tenant_id, project_id, environment_id),
  constraint tenant_project_environments_project_fkey foreign key (tenant_id, project_id) references tenant_projects (tenant_id, project_id) on delete cascade,
  constraint tenant_project_environments_environment_fkey foreign key (space_id, environment_id) references environments (space_id, id)
);
create index tenant_project_environments_environment on tenant_project_environments (environment_id);

create sequence machines_seq;
create table machines (
  id text primary key default 'Machines-' || nextval('machines_seq'),
  space_id text not null constraint machines_space_fkey references spaces,
  name text not null,
  slug text not null,
  is_disabled boolean not null default false,
  roles text[] not null,
  tenanted_deployment_participation text not null
    constraint machines_participation check (tenanted_deployment_participation in ('Untenanted', 'TenantedOrUntenanted', 'Tenanted')),
  -- json and not jsonb: kept in the form that a client sent; never holds a secret
  endpoint json not null,
  -- kept for clients
  machine_policy_id text,
  thumbprint text,
  uri text,
  health_status text not null default 'Unknown',
  status_summary text,
  created_at timestamptz not null default now(),
  constraint machines_slug_key unique (space_id, slug),
  constraint machines_space_id_key unique (space_id, id)
);
create unique index machines_name_key on machines (space_id, lower(name));

create table machine_environments (
  space_id text not null,
  machine_id text not null,
  environment_id text not null,
  primary key (machine_id, environment_id),
  constraint machine_environments_machine_fkey foreign key (space_id, machine_id) references machines (space_id, id) on delete cascade,
  constraint machine_environments_environment_fkey foreign key (space_id, environment_id) references environments (space_id, id)
);
create index machine_environments_environment on machine_environments (environment_id);

create table machine_tenants (
  space_id text not null,
  machine_id text not null,
  tenant_id text not null,
  primary key (machine_id, tenant_id),
  constraint machine_tenants_machine_fkey foreign key (space_id, machine_id) references machines (space_id, id) on delete cascade,
  constraint machine_tenants_tenant_fkey foreign key (space_id, tenant_id) references tenants (space_id, id)
);
create index machine_tenants_tenant on machine_tenants (tenant_id);

create table machine_tags (
  space_id text not null,
  machine_id text not null,
  tag_id text not null,
  primary key (machine_id, tag_id),
  constraint machine_tags_machine_fkey foreign key (space_id, machine_id) references machines (space_id, id) on delete cascade,
  constraint machine_tags_tag_fkey foreign key (space_id, tag_id) references tags (space_id, id)
);
create index machine_tags_tag on machine_tags (tag_id);

alter table channels add constraint channels_space_id_key unique (space_id, id);
create table channel_tags (
  space_id text not null,
  channel_id text not null,
  tag_id text not null,
  primary key (channel_id, tag_id),
  constraint channel_tags_channel_fkey foreign key (space_id, channel_id) references channels (space_id, id) on delete cascade,
  constraint channel_tags_tag_fkey foreign key (space_id, tag_id) references tags (space_id, id)
);
create index channel_tags_tag on channel_tags (tag_id);

-- Channels could name tags before there were any. Such tags come to be, so that no channel is for more tenants than it said.
with named as (
  select distinct c.space_id, c.id as channel_id, trim(split_part(t, '/', 1)) as set_name, trim(split_part(t, '/', 2)) as tag_name
  from channels c cross join lateral unnest(c.tenant_tags) t where t ~ '^[^/,]*[^/,[:space:]][^/,]*/[^/,]*[^/,[:space:]][^/,]*$'
), made_sets as (
  insert into tag_sets (space_id, name, slug, sort_order)
  select space_id, min(set_name), 'tag-set-' || row_number() over (partition by space_id order by lower(set_name)),
    row_number() over (partition by space_id order by lower(set_name)) - 1
  from named group by space_id, lower(set_name) returning id, space_id, name
), made_tags as (
  insert into tags (id, space_id, tag_set_id, name, color, sort_order, canonical_name)
  select s.id || '/Tags-' || nextval('tags_seq'), s.space_id, s.id, n.tag_name, '#333333', 0, s.name || '/' || n.tag_name
  from made_sets s join (select space_id, lower(set_name) as set_key, min(tag_name) as tag_name from named group by space_id, lower(set_name), lower(tag_name)) n
    on n.space_id = s.space_id and n.set_key = lower(s.name)
  returning id, space_id, canonical_name
)
insert into channel_tags (space_id, channel_id, tag_id)
select distinct n.space_id, n.channel_id, t.id from named n join made_tags t
  on t.space_id = n.space_id and lower(t.canonical_name) = lower(n.set_name || '/' || n.tag_name);

alter table channels drop column tenant_tags;
