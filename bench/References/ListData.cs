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

    /// <summary>What the paths of a measure name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ValuesAsync()
    {
        await using var find = database.CreateCommand(
            """
            select (select id from users where username = 'ci-00077'), (select 'Events-' || max(number) from audit_events),
              'Issuers-' || left(encode(sha256('https://token.actions.githubusercontent.com'), 'hex'), 32), to_char(now() at time zone 'UTC' - interval '13 days', 'YYYY-MM-DD"T"HH24:MI')
            """);
        await using var found = await find.ExecuteReaderAsync();
        await found.ReadAsync();
        return new Dictionary<string, string> { ["account"] = found.GetString(0), ["event"] = found.GetString(1), ["issuer"] = found.GetString(2), ["old"] = found.GetString(3) };
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
