using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;
using OctoLogin.Teams;
using OctoLogin.Users;

namespace OctoLogin.CommandLine;

/// <summary>What a new service account may do: roles in one space, through a team of its own name.</summary>
internal sealed record RolesOfAccount(IReadOnlyList<UserRole> Roles, Space Space)
{
    /// <summary>Found before anything is made, so that a mistyped name makes nothing.</summary>
    public static async Task<RolesOfAccount?> FindAsync(VerbServices services, string[] roles, string? space, CancellationToken cancel)
    {
        if (roles.Length == 0)
        {
            return null;
        }
        var known = (await services.Get<UserRoleStore>().ListAsync(Page.All, cancel)).Items;
        var found = roles.Select(name => known.FirstOrDefault(role => Is(role.Id, name) || Is(role.Name, name))
            ?? throw ApiException.BadRequest($"--role: there is no user role '{Printable.Of(name)}'. There are: {string.Join(", ", known.Select(role => role.Name))}.")).ToList();
        var spaces = await services.Get<SpaceStore>().AllAsync(cancel);
        return new(found, spaces.FirstOrDefault(each => space is null ? each.IsDefault : Is(each.Id, space) || Is(each.Name, space) || Is(each.Slug, space))
            ?? throw ApiException.BadRequest($"--space: there is no space '{Printable.Of(space)}'. There are: {string.Join(", ", spaces.Select(each => each.Name))}."));
    }

    public async Task<Team> GiveAsync(VerbServices services, User account, CancellationToken cancel)
    {
        var wanted = new TeamInput(account.Username, null, $"The roles of service account {account.Username}.", [account.Id], null).ApplyTo(null, null);
        var team = await services.Get<NpgsqlDataSource>().InTransactionAsync(async connection =>
        {
            var made = await services.Get<TeamStore>().InsertAsync(connection, wanted, cancel);
            await services.Get<AuditLog>().AppendAsync(connection, AuditEvent.Created(VerbServices.Actor, "Team", made.Id, made.Name), cancel);
            return made;
        }, cancel);
        foreach (var role in Roles)
        {
            // A role of system permissions alone holds on the whole server.
            var spaceId = role.GrantedSpacePermissions.Length == 0 ? null : Space.Id;
            await services.Get<TeamRoles>().GiveAsync(new ScopedUserRole { Id = "", UserRoleId = role.Id, TeamId = team.Id, SpaceId = spaceId }, Operator, cancel);
        }
        return team;
    }

    /// <summary>Who can open the database holds every right there is.</summary>
    private static Caller Operator => new()
    {
        UserId = "",
        Username = Environment.UserName,
        IsService = false,
        Grants = [new Grant { Permissions = new HashSet<Permission> { Permission.AdministerSystem } }],
        Actor = VerbServices.Actor,
    };

    private static bool Is(string value, string given) => string.Equals(value, given, StringComparison.OrdinalIgnoreCase);
}
