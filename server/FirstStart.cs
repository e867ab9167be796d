using Dapper;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Spaces;
using OctoLogin.Users;

namespace OctoLogin;

/// <summary>What every server has: the default space, the built-in roles, the administrators' team, and the administrator that the settings name.</summary>
public sealed class FirstStart(NpgsqlDataSource database, SpaceStore spaces, FirstAdministrator administrator)
{
    public const string AdministratorsTeam = Administrators.TeamId;

    public async Task RunAsync(AdminOptions admin, CancellationToken cancel)
    {
        // Two replicas that start at the same moment make these once.
        await using var connection = await database.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync("select pg_advisory_lock(hashtext('octologin.first_start'))");
        try
        {
            await MakeRolesAndTeamAsync(connection);
            await MakeDefaultSpaceAsync(connection, cancel);
            if (admin.Username is not null)
            {
                await administrator.ApplyAsync(admin, cancel);
            }
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(hashtext('octologin.first_start'))");
        }
    }

    private async Task MakeDefaultSpaceAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        if (await spaces.FindDefaultAsync(cancel) is null)
        {
            await spaces.InsertAsync(connection, "Default", null, null, isDefault: true, cancel);
        }
    }

    private static async Task MakeRolesAndTeamAsync(NpgsqlConnection connection)
    {
        foreach (var role in BuiltInRoles.All)
        {
            await connection.ExecuteAsync(
                """
                insert into user_roles (id, name, description, granted_space_permissions, granted_system_permissions, can_be_deleted)
                values (@Id, @Name, @Description, @space, @system, false)
                on conflict (id) do update set name = excluded.name, description = excluded.description,
                    granted_space_permissions = excluded.granted_space_permissions, granted_system_permissions = excluded.granted_system_permissions
                where (user_roles.granted_space_permissions, user_roles.granted_system_permissions, user_roles.name, user_roles.description)
                    is distinct from (excluded.granted_space_permissions, excluded.granted_system_permissions, excluded.name, excluded.description)
                """,
                new { role.Id, role.Name, role.Description, space = Names(role.Space), system = Names(role.System) });
        }
        await connection.ExecuteAsync(
            """
            insert into teams (id, name, description, can_be_deleted)
            values (@AdministratorsTeam, 'Octopus Administrators', 'May do everything on this server.', false) on conflict (id) do nothing;
            insert into scoped_user_roles (id, team_id, user_role_id)
            values ('scopeduserroles-administrators', @AdministratorsTeam, 'userroles-systemadministrator') on conflict (id) do nothing
            """, new { AdministratorsTeam });
    }

    private static string[] Names(Permission[] permissions) => [.. permissions.Select(permission => permission.ToString())];
}
