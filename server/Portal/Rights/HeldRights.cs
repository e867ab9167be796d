using Dapper;
using Npgsql;
using OctoLogin.Access;

namespace OctoLogin.Portal.Rights;

/// <summary>What a user holds, with where each right comes from.</summary>
public sealed class HeldRights(NpgsqlDataSource database)
{
    public async Task<IReadOnlyList<HeldRight>> OfAsync(string userId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return [.. (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select t.id as team_id, t.name as team_name, m.is_direct, r.name as role_name, r.id as role_id,
              s.space_id, s.project_ids, s.project_group_ids, s.environment_ids, s.tenant_ids,
              case when s.space_id is null then r.granted_system_permissions else r.granted_space_permissions end as permissions
            from effective_team_members m
            join teams t on t.id = m.team_id
            join scoped_user_roles s on s.team_id = m.team_id
            join user_roles r on r.id = s.user_role_id
            where m.user_id = @userId
            order by lower(t.name), lower(r.name), length(s.id), s.id
            """, new { userId }, cancellationToken: cancel))).Select(row => row.Read())];
    }

    private sealed record Row
    {
        public required string TeamId { get; init; }
        public required string TeamName { get; init; }
        public required bool IsDirect { get; init; }
        public required string RoleId { get; init; }
        public required string RoleName { get; init; }
        public string? SpaceId { get; init; }
        public required string[] ProjectIds { get; init; }
        public required string[] ProjectGroupIds { get; init; }
        public required string[] EnvironmentIds { get; init; }
        public required string[] TenantIds { get; init; }
        public required string[] Permissions { get; init; }

        public HeldRight Read() => new(TeamId, TeamName, IsDirect, RoleId, RoleName, new GrantRow
        {
            SpaceId = SpaceId, ProjectIds = ProjectIds, ProjectGroupIds = ProjectGroupIds, EnvironmentIds = EnvironmentIds, TenantIds = TenantIds, Permissions = Permissions,
        }.ToGrant());
    }
}

/// <summary>One role of one team of a user.</summary>
/// <param name="IsDirect">A member of the team; false: in it by a group of the identity provider.</param>
public sealed record HeldRight(string TeamId, string TeamName, bool IsDirect, string RoleId, string RoleName, Grant Grant);
