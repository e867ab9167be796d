using Dapper;
using Npgsql;

namespace OctoLogin.Access;

/// <summary>A user's teams with what each gives, in one statement.</summary>
public sealed class RolesOfUser(NpgsqlDataSource database)
{
    /// <param name="viewer">Who sees teams on the server; a space that they do not see has its Id for a name, as in the API.</param>
    public async Task<IReadOnlyList<HeldRole>> ListAsync(string userId, Caller viewer, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        var held = await connection.QueryAsync<HeldRole>(new CommandDefinition(
            """
            select t.id as team_id, t.name as team, r.name as role, s.space_id, sp.name as space,
              coalesce(cardinality(s.project_ids) + cardinality(s.project_group_ids) + cardinality(s.environment_ids) + cardinality(s.tenant_ids), 0) as limits
            from team_members m join teams t on t.id = m.team_id
            left join scoped_user_roles s on s.team_id = t.id
            left join user_roles r on r.id = s.user_role_id
            left join spaces sp on sp.id = s.space_id
            where m.user_id = @userId order by lower(t.name), t.id, lower(r.name), lower(sp.name)
            """, new { userId }, cancellationToken: cancel));
        return [.. held.Select(role => role.SpaceId is null || viewer.Sees(role.SpaceId) ? role : role with { Space = role.SpaceId })];
    }
}

public sealed record HeldRole
{
    public required string TeamId { get; init; }
    public required string Team { get; init; }

    /// <summary>Null: the team has none.</summary>
    public string? Role { get; init; }

    /// <summary>Null: on the server.</summary>
    public string? SpaceId { get; init; }

    /// <summary>Its name, or the Id for who does not see it.</summary>
    public string? Space { get; init; }

    /// <summary>To how many projects, environments or tenants it is limited; 0: it is not.</summary>
    public required int Limits { get; init; }
}
