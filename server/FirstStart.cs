using Dapper;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;
using OctoLogin.Users;

namespace OctoLogin;

/// <summary>What every server has: the default space, the built-in roles, the administrators' team, and the administrator that the settings name.</summary>
public sealed class FirstStart(
    NpgsqlDataSource database, SpaceStore spaces, UserStore users, UserAccounts accounts, ApiKeyStore keys, AuditLog audit, TimeProvider clock, ILogger<FirstStart> log)
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
                await MakeFirstAdministratorAsync(connection, admin, cancel);
            }
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(hashtext('octologin.first_start'))");
        }
    }

    /// <summary>
    /// Only a user that is made here, or the only administrator there could be, becomes one by the settings: otherwise whoever
    /// takes the name of an administrator that was renamed would be one after the next start.
    /// </summary>
    private async Task MakeFirstAdministratorAsync(NpgsqlConnection connection, AdminOptions admin, CancellationToken cancel)
    {
        var isAdministrator = await connection.ExecuteScalarAsync<bool?>(
            """
            select exists (select from team_members m where m.team_id = @AdministratorsTeam and m.user_id = u.id)
            from users u where lower(u.username) = lower(@Username)
            """, new { AdministratorsTeam, admin.Username });
        var thereIsOne = await connection.ExecuteScalarAsync<bool>(
            "select exists (select from team_members where team_id = @AdministratorsTeam)", new { AdministratorsTeam });
        if (isAdministrator == false && thereIsOne)
        {
            log.NotAdministrator(admin.Username!);
            return;
        }
        await MakeAdministratorAsync(admin, AuditActor.System, cancel);
    }

    /// <summary>The user of that name as a member of the administrators' team; made if there is none. Also the <c>admin</c> verb's work.</summary>
    public async Task<User> MakeAdministratorAsync(AdminOptions admin, AuditActor actor, CancellationToken cancel)
    {
        var user = await users.FindByNameAsync(admin.Username!, cancel)
            ?? await accounts.CreateAsync(new UserInput(admin.Username, null, admin.Email, true, false, admin.Password), actor, cancel);
        if (user.IsService)
        {
            throw new StartupException($"Admin:Username is '{admin.Username}', which is a service account; an administrator must be a person's account.");
        }
        await database.InTransactionAsync(async connection =>
        {
            var added = await connection.ExecuteAsync(
                "insert into team_members (team_id, user_id) values (@AdministratorsTeam, @Id) on conflict do nothing", new { AdministratorsTeam, user.Id });
            if (added > 0)
            {
                await audit.AppendAsync(connection, AuditEvent.Modified(actor, "Team", AdministratorsTeam, $"Octopus Administrators ({user.Username} was added)"), cancel);
            }
            if (admin.ApiKey is { } key)
            {
                var made = await keys.InsertAsync(connection, user.Id, "Admin:ApiKey of the settings", ApiKeySecret.Hash(key), ApiKeySecret.Hint(key), clock.GetUtcNow(), null, null, cancel);
                if (made is not null)
                {
                    await audit.AppendAsync(connection, AuditEvent.Created(actor, "API key", made.Id, $"{made.Hint} of {user.Username}"), cancel);
                }
            }
        }, cancel);
        return user;
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

/// <summary>The settings below <c>Admin:</c>; made at start when they do not exist yet, never changed by them afterwards.</summary>
public sealed record AdminOptions(string? Username, string? Email = null, string? Password = null, string? ApiKey = null)
{
    public static AdminOptions Read(IConfiguration configuration, List<string> faults)
    {
        var admin = new AdminOptions(configuration["Admin:Username"], configuration["Admin:Email"], configuration["Admin:Password"], configuration["Admin:ApiKey"]);
        if (admin.Username is null && (admin.Password ?? admin.ApiKey ?? admin.Email) is not null)
        {
            admin = admin with { Username = "admin" };
        }
        if (admin.ApiKey is { } key && (!key.StartsWith(ApiKeySecret.Prefix, StringComparison.Ordinal)
            || key.Length < ApiKeySecret.Prefix.Length + ApiKeySecret.FewestCharactersAfterPrefix || !key.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
        {
            faults.Add($"Admin:ApiKey must be 'API-' and at least {ApiKeySecret.FewestCharactersAfterPrefix} letters, digits or '-'; it has {key.Length} characters and is not shown here.");
        }
        if (admin.Password is { Length: < UserAccounts.FewestPasswordCharacters } password)
        {
            faults.Add($"Admin:Password must have at least {UserAccounts.FewestPasswordCharacters} characters, not {password.Length}.");
        }
        return admin;
    }
}

internal static partial class FirstStartLog
{
    [LoggerMessage(LogLevel.Warning, "Admin:Username is {Username}, which is an account that is no administrator; it is left as it is. The verb 'admin' makes it one")]
    public static partial void NotAdministrator(this ILogger log, string username);
}
