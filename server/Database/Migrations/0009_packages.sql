-- Feeds, the packages of each space's built-in feed with their bytes, and what is known of their builds.

create sequence feeds_seq;
create table feeds (
  space_id text not null constraint feeds_space_fkey references spaces on delete cascade,
  -- feeds-builtin is in every space, as clients name it so
  id text not null default 'Feeds-' || nextval('feeds_seq'),
  name text not null,
  slug text not null,
  feed_type text not null constraint feeds_type check (feed_type in ('BuiltIn')),
  created_at timestamptz not null default now(),
  primary key (space_id, id),
  constraint feeds_slug_key unique (space_id, slug)
);
create unique index feeds_name_key on feeds (space_id, lower(name));
create unique index feeds_one_built_in on feeds (space_id) where feed_type = 'BuiltIn';

insert into feeds (space_id, id, name, slug, feed_type)
select id, 'feeds-builtin', 'Octopus Server (built-in)', 'octopus-server-built-in', 'BuiltIn' from spaces;

-- The bytes of a push. They come chunk by chunk, each in a commit of its own, and are nobody's until a package names them in the
-- last one. No space_id: what may be read is decided at the package.
create sequence package_contents_seq;
create table package_contents (
  number bigint primary key default nextval('package_contents_seq'),
  state text not null default 'Pushing' constraint package_contents_state check (state in ('Pushing', 'Published', 'Discarded')),
  started_at timestamptz not null,
  -- no package has them since; whoever is reading them then gets to the end
  discarded_at timestamptz
);
create index package_contents_left on package_contents (number) where state <> 'Published';

create table package_chunks (
  content_number bigint not null constraint package_chunks_content_fkey references package_contents on delete cascade,
  ordinal int not null,
  bytes bytea not null,
  written_at timestamptz not null,
  primary key (content_number, ordinal)
);
-- Packages are compressed already: trying once more would take most of the time of a push.
alter table package_chunks alter column bytes set storage external;

create sequence packages_seq;
create table packages (
  number bigint primary key default nextval('packages_seq'),
  -- packages-Acme.Web.1.2.3; of one space only
  id text not null generated always as ('packages-' || package_id || '.' || version) stored,
  space_id text not null constraint packages_space_fkey references spaces,
  feed_id text not null,
  package_id text not null,
  version text not null,
  -- sorts as versions do (SemVer 2.0.0 section 11), byte by byte
  version_key text collate "C" not null,
  file_extension text not null,
  size_bytes bigint not null,
  -- lower-case hex
  sha256 text not null,
  content_number bigint not null constraint packages_content_fkey references package_contents,
  published timestamptz not null,
  constraint packages_content_key unique (content_number),
  constraint packages_feed_fkey foreign key (space_id, feed_id) references feeds (space_id, id)
);
create unique index packages_id_key on packages (space_id, lower(id));
create index packages_newest on packages (space_id, lower(package_id), version_key);
create index packages_oldest on packages (published);

-- May come before the package, and stay after it.
create sequence build_information_seq;
create table build_information (
  id text primary key,
  space_id text not null constraint build_information_space_fkey references spaces on delete cascade,
  package_id text not null,
  version text not null,
  version_key text collate "C" not null,
  created timestamptz not null,
  -- the resource as clients read it; also a package's PackageVersionBuildInformation
  resource json not null
);
create unique index build_information_version_key on build_information (space_id, lower(package_id), lower(version));
