using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.Portal.Rights;

/// <summary>The list of people, page by page from a name on, so that the last page costs what the first does.</summary>
public sealed class PeopleList(NpgsqlDataSource database)
{
    /// <param name="after">The username after which the page begins; null: the first page.</param>
    public async Task<IReadOnlyList<PersonRow>> ReadAsync(string? text, string? after, int take, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<PersonRow>(new CommandDefinition(
            """
            select u.id, u.username, u.display_name, u.email_address, u.is_active,
              (select count(*) from effective_team_members m where m.user_id = u.id) as teams,
              greatest(
                (select max(s.last_seen_at) from sessions s where s.user_id = u.id),
                (select max(k.last_used_at) from api_keys k where k.user_id = u.id),
                (select max(e.last_sign_in_at) from external_identities e where e.user_id = u.id)) as last_seen
            from users u
            where not u.is_service
              and (@like::text is null or u.username ilike @like or u.display_name ilike @like or u.email_address ilike @like)
              and (@after::text is null or lower(u.username) > lower(@after))
            order by lower(u.username) limit @take
            """, new { like = LikeText.Containing(text), after, take }, cancellationToken: cancel))).AsList();
    }
}

public sealed record PersonRow
{
    public required string Id { get; init; }
    public required string Username { get; init; }
    public required string DisplayName { get; init; }
    public string? EmailAddress { get; init; }
    public required bool IsActive { get; init; }
    public required long Teams { get; init; }

    /// <summary>In a session that is still there, with an API key, or signing in at the identity provider; null: none of these is known.</summary>
    public DateTimeOffset? LastSeen { get; init; }
}
