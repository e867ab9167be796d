using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.Access;

public sealed class ScopedUserRoleStore(NpgsqlDataSource database)
{
    private const string Columns = "id, user_role_id, team_id, space_id, project_ids, project_group_ids, environment_ids, tenant_ids";

    /// <param name="spaceIds">Null: of every space, and those of the server.</param>
    /// <param name="teamId">Null: of every team.</param>
    public async Task<Slice<ScopedUserRole>> ListAsync(Page page, string[]? spaceIds, string? teamId, CancellationToken cancel)
    {
        const string Where =
            """
            where (@spaceIds::text[] is null or space_id = any(@spaceIds))
              and (@teamId::text is null or team_id = @teamId)
              and (@Ids::text[] is null or id = any(@Ids))
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from scoped_user_roles {Where};
            select {Columns} from scoped_user_roles {Where} order by length(id), id limit @Take offset @Skip
            """,
            new { spaceIds, teamId, page.Ids, page.Take, page.Skip }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<ScopedUserRole>()).AsList());
    }

    public async Task<ScopedUserRole?> FindAsync(string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<ScopedUserRole>(new CommandDefinition(
            $"select {Columns} from scoped_user_roles where id = @id", new { id }, cancellationToken: cancel));
    }

    /// <summary>As it is now, and as it stays until the commit.</summary>
    public async Task<ScopedUserRole?> LockAsync(NpgsqlConnection connection, string id, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<ScopedUserRole>(new CommandDefinition(
            $"select {Columns} from scoped_user_roles where id = @id for update", new { id }, cancellationToken: cancel));

    /// <summary>What membership of the team gives.</summary>
    public async Task<IReadOnlyList<Grant>> RightsOfTeamAsync(NpgsqlConnection connection, string teamId, CancellationToken cancel) =>
        [.. (await connection.QueryAsync<GrantRow>(new CommandDefinition(
            """
            select s.space_id, s.project_ids, s.project_group_ids, s.environment_ids, s.tenant_ids,
                case when s.space_id is null then r.granted_system_permissions else r.granted_space_permissions end as permissions
            from scoped_user_roles s join user_roles r on r.id = s.user_role_id where s.team_id = @teamId
            """, new { teamId }, cancellationToken: cancel))).Select(row => row.ToGrant())];

    public async Task<IReadOnlyList<ScopedUserRole>> UsesOfRoleAsync(NpgsqlConnection connection, string userRoleId, CancellationToken cancel) =>
        (await connection.QueryAsync<ScopedUserRole>(new CommandDefinition(
            $"select {Columns} from scoped_user_roles where user_role_id = @userRoleId", new { userRoleId }, cancellationToken: cancel))).AsList();

    /// <summary>Refuses to delete what roles are limited to. Their limits cannot go with it: a role without any is not limited at all.</summary>
    /// <param name="limit">The Id of the project, project group, environment or tenant that would be deleted.</param>
    /// <param name="what">It in words, as the start of a sentence.</param>
    public async Task DemandNoLimitAsync(NpgsqlConnection connection, string spaceId, string limit, string what, CancellationToken cancel)
    {
        var teams = (await connection.QueryAsync<string>(new CommandDefinition(
            """
            select distinct t.name from scoped_user_roles s join teams t on t.id = s.team_id
            where s.space_id = @spaceId and @limit = any(s.project_ids || s.project_group_ids || s.environment_ids || s.tenant_ids) order by 1 limit 5
            """, new { spaceId, limit }, cancellationToken: cancel))).AsList();
        if (teams.Count > 0)
        {
            throw ApiException.Conflict($"{what} is what roles of the teams {Names.List(teams)} are limited to. Change these roles first.");
        }
    }

    /// <summary>Limits of the role that name nothing in its space.</summary>
    public async Task<IReadOnlyList<string>> UnknownLimitsAsync(NpgsqlConnection connection, ScopedUserRole role, CancellationToken cancel) =>
        (await connection.QueryAsync<string>(new CommandDefinition(
            """
            select u.id from unnest(@limits) as u (id) where not exists (
              select from projects x where x.space_id = @SpaceId and x.id = u.id
              union all select from project_groups x where x.space_id = @SpaceId and x.id = u.id
              union all select from environments x where x.space_id = @SpaceId and x.id = u.id
              union all select from tenants x where x.space_id = @SpaceId and x.id = u.id)
            """, new { role.SpaceId, limits = role.Limits() }, cancellationToken: cancel))).AsList();

    /// <summary>The names of the teams that have the role.</summary>
    public async Task<IReadOnlyList<string>> TeamsWithRoleAsync(NpgsqlConnection connection, string userRoleId, CancellationToken cancel) =>
        (await connection.QueryAsync<string>(new CommandDefinition(
            "select distinct t.name from scoped_user_roles s join teams t on t.id = s.team_id where s.user_role_id = @userRoleId order by t.name",
            new { userRoleId }, cancellationToken: cancel))).AsList();

    public Task<ScopedUserRole> InsertAsync(NpgsqlConnection connection, ScopedUserRole role, CancellationToken cancel) =>
        connection.QuerySingleAsync<ScopedUserRole>(new CommandDefinition(
            $"""
            insert into scoped_user_roles (user_role_id, team_id, space_id, project_ids, project_group_ids, environment_ids, tenant_ids)
            values (@UserRoleId, @TeamId, @SpaceId, @ProjectIds, @ProjectGroupIds, @EnvironmentIds, @TenantIds)
            returning {Columns}
            """, role, cancellationToken: cancel));

    public Task<ScopedUserRole> UpdateAsync(NpgsqlConnection connection, ScopedUserRole role, CancellationToken cancel) =>
        connection.QuerySingleAsync<ScopedUserRole>(new CommandDefinition(
            $"""
            update scoped_user_roles set user_role_id = @UserRoleId, space_id = @SpaceId, project_ids = @ProjectIds,
                project_group_ids = @ProjectGroupIds, environment_ids = @EnvironmentIds, tenant_ids = @TenantIds
            where id = @Id returning {Columns}
            """, role, cancellationToken: cancel));

    public Task DeleteAsync(NpgsqlConnection connection, string id, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition("delete from scoped_user_roles where id = @id", new { id }, cancellationToken: cancel));
}
