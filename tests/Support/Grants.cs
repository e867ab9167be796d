using Dapper;

namespace OctoLogin.Tests.Support;

/// <summary>Rights for a test's account, written where the server reads them.</summary>
public static class Grants
{
    /// <summary>Makes the account the one member of a new team with a built-in role, such as <c>userroles-systemmanager</c>.</summary>
    /// <param name="spaceId">Null: the role's system permissions.</param>
    public static async Task GrantAsync(this ServerFixture server, string userId, string roleId, string? spaceId = null)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            with team as (insert into teams (name) values (@name) returning id),
                 member as (insert into team_members (team_id, user_id) select id, @userId from team)
            insert into scoped_user_roles (team_id, user_role_id, space_id) select id, @roleId, @spaceId from team
            """, new { name = $"team of {userId} for {roleId} {spaceId}", userId, roleId, spaceId });
    }
}
