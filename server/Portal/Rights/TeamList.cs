using Dapper;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Http;

namespace OctoLogin.Portal.Rights;

/// <summary>Teams and their members as lists show them. Who may see which is asked before.</summary>
public sealed class TeamList(NpgsqlDataSource database)
{
    /// <param name="spaceIds">Null: the teams of every space.</param>
    /// <param name="ofServer">Also those of the server.</param>
    /// <param name="after">The Id of the team after which the page begins; null: the first page.</param>
    /// <param name="viewer">Who sees teams on the server need not see each space: one that they do not see has its Id for a name, as in the API.</param>
    public async Task<IReadOnlyList<TeamRow>> ReadAsync(string[]? spaceIds, bool ofServer, string? text, string? after, int take, Caller viewer, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        var teams = await connection.QueryAsync<TeamRow>(new CommandDefinition(
            """
            select t.id, t.name, t.description, t.space_id, s.name as space_name, not t.can_be_deleted as is_built_in,
              (select count(*) from team_members m where m.team_id = t.id) as members,
              jsonb_array_length(t.external_security_groups) as groups,
              (select count(*) from scoped_user_roles r where r.team_id = t.id and (r.space_id is null or @spaceIds::text[] is null or r.space_id = any(@spaceIds))) as roles
            from teams t left join spaces s on s.id = t.space_id
            where (case when t.space_id is null then @ofServer else @spaceIds::text[] is null or t.space_id = any(@spaceIds) end)
              and (@like::text is null or t.name ilike @like)
              and (@after::text is null or (lower(t.name), t.id) > (select lower(a.name), a.id from teams a where a.id = @after))
            order by lower(t.name), t.id limit @take
            """, new { spaceIds, ofServer, like = LikeText.Containing(text), after, take }, cancellationToken: cancel));
        return [.. teams.Select(team => team.SpaceId is null || viewer.Sees(team.SpaceId) ? team : team with { SpaceName = team.SpaceId })];
    }

    public async Task<IReadOnlyList<TeamMember>> MembersAsync(string teamId, string? text, int take, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<TeamMember>(new CommandDefinition(
            """
            select u.id, u.username, u.display_name, u.is_active, u.is_service from team_members m join users u on u.id = m.user_id
            where m.team_id = @teamId and (@like::text is null or u.username ilike @like or u.display_name ilike @like or u.email_address ilike @like)
            order by lower(u.username) limit @take
            """, new { teamId, like = LikeText.Containing(text), take }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Who is in the team by a group of the identity provider alone.</summary>
    public async Task<IReadOnlyList<TeamMember>> ByGroupAsync(string teamId, int take, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<TeamMember>(new CommandDefinition(
            """
            select u.id, u.username, u.display_name, u.is_active, u.is_service from effective_team_members m join users u on u.id = m.user_id
            where m.team_id = @teamId and not m.is_direct order by lower(u.username) limit @take
            """, new { teamId, take }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Whom a search finds that are no members yet.</summary>
    public async Task<IReadOnlyList<TeamMember>> OthersAsync(string teamId, string text, int take, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<TeamMember>(new CommandDefinition(
            """
            select u.id, u.username, u.display_name, u.is_active, u.is_service from users u
            where (u.username ilike @like or u.display_name ilike @like or u.email_address ilike @like)
              and not exists (select from team_members m where m.team_id = @teamId and m.user_id = u.id)
            order by lower(u.username) limit @take
            """, new { teamId, like = LikeText.Containing(text), take }, cancellationToken: cancel))).AsList();
    }

    /// <summary>By role, the teams that have it somewhere.</summary>
    public async Task<ILookup<string, Thing>> ByRoleAsync(string[]? spaceIds, bool ofServer, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        var found = await connection.QueryAsync<(string RoleId, string Id, string Name)>(new CommandDefinition(
            """
            select distinct r.user_role_id, t.id, t.name, lower(t.name) from scoped_user_roles r join teams t on t.id = r.team_id
            where (case when t.space_id is null then @ofServer else @spaceIds::text[] is null or t.space_id = any(@spaceIds) end)
            order by lower(t.name), t.id
            """, new { spaceIds, ofServer }, cancellationToken: cancel));
        return found.ToLookup(row => row.RoleId, row => new Thing(row.Id, row.Name));
    }
}

public sealed record TeamRow
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public string? Description { get; init; }

    /// <summary>Null: a team of the server.</summary>
    public string? SpaceId { get; init; }

    /// <summary>The space's name, or its Id for who does not see it.</summary>
    public string? SpaceName { get; init; }
    public required bool IsBuiltIn { get; init; }
    public required long Members { get; init; }
    public required int Groups { get; init; }
    public required long Roles { get; init; }
}

public sealed record TeamMember
{
    public required string Id { get; init; }
    public required string Username { get; init; }
    public required string DisplayName { get; init; }
    public required bool IsActive { get; init; }
    public required bool IsService { get; init; }

    public string Url => IsService ? $"/app/service-accounts/{Id}" : $"/app/users/{Id}";
}
