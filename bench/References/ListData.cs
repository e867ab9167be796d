using System.Globalization;
using Npgsql;

namespace OctoLogin.Bench.References;

/// <summary>Fills a server's database by SQL: what months of use leave there. The events are in no chain, which no list minds.</summary>
internal sealed class ListData(string socket) : IAsyncDisposable
{
    private readonly NpgsqlDataSource database = NpgsqlDataSource.Create($"Host={socket};Username=octologin;Database=octologin;Command Timeout=600");

    public async Task FillAsync(int events, int accounts, int teams)
    {
        await using var fill = database.CreateCommand(string.Create(CultureInfo.InvariantCulture,
            $$"""
            insert into users (username, display_name, is_service, external_id)
              select 'ci-' || lpad(i::text, 5, '0'), 'Service ' || i, true, gen_random_uuid() from generate_series(1, {{accounts}}) i;
            insert into users (username, display_name, email_address)
              select 'person-' || i, 'Person ' || i, 'person' || i || '@example.com' from generate_series(1, 500) i;
            insert into oidc_identities (user_id, name, issuer, subject, conditions, created_at, updated_at)
              select id, 'main', 'https://token.actions.githubusercontent.com', 'repo:octo-org/' || username || ':ref:refs/heads/' || case when id like '%00' then '*' else 'main' end,
                '[]', now() - interval '200 days', now() - interval '200 days' from users where username like 'ci-%';
            insert into oidc_identity_uses (identity_id, last_used_at)
              select id, now() - (row_number() over ()) * interval '20 minutes' from oidc_identities where name = 'main' and user_id not like '%7';
            insert into teams (name, description) select 'team-' || i, 'Team ' || i from generate_series(1, {{teams}}) i;
            insert into team_members (team_id, user_id)
              select t.id, u.id from (select id, row_number() over (order by id) as n from teams where name like 'team-%') t
                join (select id, row_number() over (order by id) as n from users) u on u.n % {{teams}} = t.n % {{teams}};
            insert into scoped_user_roles (team_id, user_role_id, space_id) select id, 'userroles-projectviewer', 'Spaces-1' from teams where name like 'team-%';
            insert into login_counts (hour, cause, logins)
              select date_trunc('hour', now()) - h * interval '1 hour', cause, 100 from generate_series(0, 400) h, unnest(array['', 'Expired', 'SubjectMismatch', 'Untrusted']) cause;
            create temporary table made as
              select i, u.id as user_id, u.username, o.id as identity_id from generate_series(1, {{events}}) i
                join (select id, username, row_number() over (order by id) - 1 as n from users where username like 'ci-%') u on u.n = (i * 7919) % {{accounts}}
                join oidc_identities o on o.user_id = u.id;
            insert into audit_events (occurred, category, user_id, username, established_with, message, related_document_ids, details, correlation_id, ip_address, user_agent)
              select now() - ({{events}} - i) * interval '14 days' / {{events}},
                case when i % 10 = 0 then 'TokenRefused' when i % 50 = 1 then 'Modified' else 'TokenIssued' end, user_id, username, 'Exchange',
                username || ' logged in with OIDC identity main; the access token ends at 2026-01-31 12:00:00Z',
                array[user_id, identity_id, 'Issuers-' || left(encode(sha256('https://token.actions.githubusercontent.com'), 'hex'), 32)],
                ('{"outcome":"refused","cause":"SubjectMismatch","error":"invalid_request","reason":"r","told":"t","audience":"a","identity":"' || identity_id || '","checks":[],"claims":{'
                  || (select string_agg('"claim_' || k || '":"' || md5((i * k)::text) || md5((i * k + 1)::text) || '"', ',') from generate_series(1, 22) k) || chr(125) || chr(125))::json,
                md5(i::text), '10.0.0.' || i % 250, 'actions/oidc-client' from made order by i;
            analyze;
            """));
        await fill.ExecuteNonQueryAsync();
    }

    /// <summary>So many of each kind of thing in the default space, and issuers; fewer of what nobody has thousands of.</summary>
    public async Task FillSpaceAsync(int things)
    {
        await using var fill = database.CreateCommand(string.Create(CultureInfo.InvariantCulture,
            $$"""
            create temporary table n as select i, lpad(i::text, 5, '0') as name from generate_series(1, {{things}}) i;
            insert into issuers (issuer, updated_at) select 'https://issuer-' || name || '.example.com', now() from n;
            insert into spaces (name, slug) select 'space-' || name, 'space-' || name from n where i <= 200;
            insert into environments (space_id, name, slug, sort_order) select 'Spaces-1', 'environment-' || name, 'environment-' || name, i from n where i <= 50;
            insert into feeds (space_id, name, slug, feed_type, feed_uri) select 'Spaces-1', 'feed-' || name, 'feed-' || name, 'Docker', 'https://registry.example.com' from n;
            insert into accounts (space_id, name, slug, account_type, tenanted_deployment_participation, details)
              select 'Spaces-1', 'account-' || name, 'account-' || name, 'GenericOidcAccount', 'Untenanted', json_build_object() from n;
            insert into account_environments (space_id, account_id, environment_id) select 'Spaces-1', a.id, e.id from accounts a, environments e where a.name like '%7' and e.name like '%7';
            insert into machines (space_id, name, slug, roles, tenanted_deployment_participation, endpoint, health_status)
              select 'Spaces-1', 'target-' || name, 'target-' || name, array['web'], 'Untenanted', '{"CommunicationStyle":"None"}', case when i % 10 = 0 then 'Unhealthy' else 'Healthy' end from n;
            insert into machine_environments (space_id, machine_id, environment_id)
              select 'Spaces-1', m.id, e.id from (select id, row_number() over (order by id) as i from machines) m join (select id, row_number() over (order by id) as i from environments) e on e.i = 1 + m.i % 50;
            insert into projects (space_id, name, slug, project_group_id, lifecycle_id)
              select 'Spaces-1', 'project-' || n.name, 'project-' || n.name, g.id, l.id from n, project_groups g, lifecycles l
              where g.space_id = 'Spaces-1' and g.slug = 'default' and l.space_id = 'Spaces-1' and l.slug = 'default';
            insert into channels (space_id, project_id, name, slug, is_default) select 'Spaces-1', id, 'Default', 'default', true from projects where slug = 'project-00001';
            insert into deployment_process_snapshots (id, space_id, project_id, version, steps) select 'deploymentprocess-' || id || '-s-0', 'Spaces-1', id, 0, '[]' from projects where slug = 'project-00001';
            insert into releases (space_id, project_id, channel_id, version, version_key, process_snapshot_id, assembled)
              select 'Spaces-1', p.id, c.id, '1.0.' || i, n.name, s.id, now() from n, projects p join channels c on c.project_id = p.id join deployment_process_snapshots s on s.project_id = p.id order by i;
            insert into tenants (space_id, name, slug) select 'Spaces-1', 'tenant-' || name, 'tenant-' || name from n;
            insert into tenant_projects (space_id, tenant_id, project_id) select 'Spaces-1', t.id, p.id from tenants t, projects p where p.slug = 'project-00001';
            create temporary table c as
              with made as (insert into package_contents (state, started_at) select 'Published', now() from generate_series(1, 2 * {{things}}) returning number)
              select number, row_number() over (order by number) - 1 as i from made;
            insert into packages (space_id, feed_id, package_id, version, version_key, file_extension, size_bytes, sha256, content_number, published)
              select 'Spaces-1', 'feeds-builtin', case when i < {{things}} then 'package-' || lpad((1 + i)::text, 5, '0') else 'package-00077' end, '1.0.' || i, lpad(i::text, 6, '0'), '.zip', 1000, repeat('0', 64), number, now() from c;
            insert into server_tasks (space_id, name, description, project_id, state, queue_time, start_time, completed_time, last_updated_time)
              select 'Spaces-1', 'Deploy', 'Deploy project-00001', p.id, 'Success', now(), now(), now(), now() from n, projects p where p.slug = 'project-00001';
            analyze;
            """));
        await fill.ExecuteNonQueryAsync();
    }

    /// <summary>What the paths of a measure name: one thing each, and the end of a page that is far from the first.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ValuesAsync()
    {
        await using var find = database.CreateCommand(
            """
            select (select id from users where username = 'ci-00077'), (select 'Events-' || max(number) from audit_events),
              'Issuers-' || left(encode(sha256('https://token.actions.githubusercontent.com'), 'hex'), 32), to_char(now() at time zone 'UTC' - interval '13 days', 'YYYY-MM-DD"T"HH24:MI'),
              (select id from teams where name = 'team-777'), (select min(number) + 1000 from audit_events), (select correlation_id from audit_events where category = 'TokenRefused' order by number desc offset 9000 limit 1),
              (select min(number) + 100 from releases), (select min(number) + 100 from server_tasks)
            """);
        await using var found = await find.ExecuteReaderAsync();
        await found.ReadAsync();
        string[] names = ["account", "event", "issuer", "old", "team", "oldEvent", "correlation", "oldRelease", "oldTask"];
        return names.Select((name, i) => (name, Value: Convert.ToString(found.GetValue(i), CultureInfo.InvariantCulture)!)).ToDictionary(one => one.name, one => one.Value);
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
