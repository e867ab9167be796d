using System.CommandLine;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.Teams;
using OctoLogin.Users;

namespace OctoLogin.CommandLine;

/// <summary>The options that give an account a role, by a team of the account's own name; what they name is looked up before anything is made.</summary>
public sealed class RoleOptionSet
{
    private readonly Option<string?> role = new("--role") { Description = "A user role to give it, by name or Id, such as 'Build server'.", HelpName = "ROLE" };
    private readonly Option<string?> space = new("--space") { Description = "The space in which it has the role, by name, slug or Id; the default space unless told.", HelpName = "SPACE" };
    private readonly Option<string[]> projects = new("--project") { Description = "Limits the role to this project; repeat it for more.", HelpName = "PROJECT" };
    private readonly Option<string[]> environments = new("--in-environment") { Description = "Limits the role to this environment; repeat it for more.", HelpName = "ENVIRONMENT" };

    public void AddTo(Command command)
    {
        command.Options.Add(role);
        command.Options.Add(space);
        command.Options.Add(projects);
        command.Options.Add(environments);
    }

    /// <summary>What the options must not be, told before anything is opened.</summary>
    public ParseResult Check(ParseResult parsed) =>
        parsed.GetValue(role) is not null || (parsed.GetValue(space) is null && parsed.GetValue(projects) is null or [] && parsed.GetValue(environments) is null or [])
            ? parsed
            : throw new UsageException("--space, --project and --in-environment say where a --role holds, and none is given.");

    /// <summary>Null: no role was asked for.</summary>
    public async Task<ScopedUserRole?> ReadAsync(ParseResult parsed, VerbServices services, CancellationToken cancel)
    {
        if (parsed.GetValue(role) is not { } named)
        {
            return null;
        }
        var roles = (await services.Get<UserRoleStore>().ListAsync(Page.All, cancel)).Items;
        var found = roles.FirstOrDefault(each => each.Name.Equals(named, StringComparison.OrdinalIgnoreCase) || each.Id.Equals(named, StringComparison.OrdinalIgnoreCase))
            ?? throw ApiException.BadRequest($"There is no user role '{Printable.Of(named)}'; there are: {string.Join(", ", roles.Select(each => each.Name))}.");
        var inSpace = await SpaceAsync(parsed.GetValue(space), services, cancel);
        var spaceId = found.GrantedSpacePermissions.Length == 0 ? null : inSpace.Id;
        return new ScopedUserRole
        {
            Id = "",
            UserRoleId = found.Id,
            TeamId = "",
            SpaceId = spaceId,
            ProjectIds = await IdsAsync(parsed.GetValue(projects), "project", async name => (await services.Get<ProjectStore>().FindNamedAsync(inSpace.Id, name, cancel))?.Id),
            EnvironmentIds = await IdsAsync(parsed.GetValue(environments), "environment", async name => (await services.Get<EnvironmentStore>().FindAsync(inSpace.Id, Slug.From(name), cancel))?.Id),
        };
    }

    private static async Task<Space> SpaceAsync(string? named, VerbServices services, CancellationToken cancel)
    {
        var spaces = await services.Get<SpaceStore>().AllAsync(cancel);
        return spaces.FirstOrDefault(each => named is null ? each.IsDefault : ((string[])[each.Name, each.Id, each.Slug]).Contains(named, StringComparer.OrdinalIgnoreCase))
            ?? throw ApiException.BadRequest($"There is no space '{Printable.Of(named)}'; there are: {string.Join(", ", spaces.Select(each => each.Name))}.");
    }

    /// <summary>To an account just made, which does not stay when this is refused: a team of its name may be there already.</summary>
    public static async Task GiveOrUndoAsync(User user, ScopedUserRole asked, VerbServices services, CancellationToken cancel)
    {
        try
        {
            await GiveAsync(user, asked, services, cancel);
        }
        catch (ApiException)
        {
            await services.Get<UserAccounts>().DeleteAsync(user, VerbServices.Actor, CancellationToken.None);
            throw;
        }
    }

    private static async Task GiveAsync(User user, ScopedUserRole asked, VerbServices services, CancellationToken cancel)
    {
        var (teams, audit) = (services.Get<TeamStore>(), services.Get<AuditLog>());
        var team = (await teams.OfUserAsync(user.Id, cancel)).FirstOrDefault(each => each.Name == user.Username)
            ?? await services.Get<NpgsqlDataSource>().InTransactionAsync(async connection =>
            {
                var made = await teams.InsertAsync(connection, new Team { Id = "", Name = user.Username, MemberUserIds = [user.Id], CanBeDeleted = true }, cancel);
                await audit.AppendAsync(connection, AuditEvent.Created(VerbServices.Actor, "Team", made.Id, made.Name), cancel);
                return made;
            }, cancel);
        await services.Get<TeamRoles>().GiveAsync(asked with { TeamId = team.Id }, OnThisMachine, cancel);
    }

    /// <summary>Whoever may run the verbs holds the database and the master key, and so every right.</summary>
    private static Caller OnThisMachine { get; } = new()
    {
        UserId = "",
        Username = VerbServices.Actor.Username!,
        IsService = false,
        Grants = [new Grant { Permissions = new HashSet<Permission> { Permission.AdministerSystem } }],
        Actor = VerbServices.Actor,
    };

    private static async Task<string[]> IdsAsync(string[]? names, string kind, Func<string, Task<string?>> find)
    {
        var ids = new List<string>();
        foreach (var name in names ?? [])
        {
            ids.Add(await find(name) ?? throw ApiException.BadRequest($"There is no {kind} '{Printable.Of(name)}' in that space."));
        }
        return [.. ids];
    }
}
