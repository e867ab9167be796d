using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Http;
using OctoLogin.Portal.Rights;
using OctoLogin.SignIn.OpenIdConnect;
using OctoLogin.Spaces;
using OctoLogin.Teams;

namespace OctoLogin.Portal.Pages.Teams;

public sealed class DetailsModel(
    NpgsqlDataSource database, TeamStore teams, TeamList list, UserRoleStore roleStore, ScopedUserRoleStore scoped, TeamRoles teamRoles, SpaceStore spaces, LimitNames names, ProviderSettingsStore provider, ProviderDocuments documents, AuditLog audit) : PortalPage
{
    public const int MostShown = 100;

    [FromRoute]
    public required string Id { get; set; }

    [BindProperty]
    public TeamForm Input { get; set; } = new();

    /// <summary>Whom to look for among those who are no members.</summary>
    [BindProperty(SupportsGet = true, Name = "find")]
    public string? Find { get; set; }

    /// <summary>Only members whose name has this.</summary>
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    public required Team Team { get; set; }
    public IReadOnlyList<TeamMember> Members { get; private set; } = [];
    public IReadOnlyList<TeamMember> Found { get; private set; } = [];

    /// <summary>Who is in it by a group alone.</summary>
    public IReadOnlyList<TeamMember> ByGroup { get; private set; } = [];

    /// <summary>External groups mean something while people can sign in with them.</summary>
    public bool HasProvider { get; private set; }

    /// <summary>Why they cannot now, though it is enabled; null: they can.</summary>
    public string? ProviderFault { get; private set; }
    public IReadOnlyList<TeamRole> Roles { get; private set; } = [];
    public string? SpaceName { get; private set; }

    /// <summary>Why the caller may not change it; null: they may.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Names of users are for those who may see users.</summary>
    public bool SeesNames => May(Permission.UserView);

    private string Address => $"/app/teams/{Team.Id}";

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Team = await TeamEndpoints.Get(Id, null, Caller, teams, Cancel);
        await next();
    }

    public async Task OnGetAsync()
    {
        Input = new() { Name = Team.Name, Description = Team.Description };
        await ReadAsync();
    }

    public Task<IActionResult> OnPostAsync() => ChangeAsync(
        team => InputOf(team) with { Name = Input.Name ?? team.Name, Description = Input.Description }, $"Team {Input.Name ?? Team.Name} was saved.");

    public Task<IActionResult> OnPostAddMemberAsync(string user) => ChangeAsync(
        team => InputOf(team) with { MemberUserIds = [.. team.MemberUserIds, user ?? ""] }, "The member was added.");

    public Task<IActionResult> OnPostRemoveMemberAsync(string user) => ChangeAsync(
        team => InputOf(team) with { MemberUserIds = [.. team.MemberUserIds.Where(member => member != user)] }, "The member was removed.");

    public Task<IActionResult> OnPostAddGroupAsync(string groupId, string groupName) => ChangeAsync(
        team => InputOf(team) with { ExternalSecurityGroups = [.. InputOf(team).ExternalSecurityGroups!, new(groupId, groupName)] }, $"The external group {groupId} was added.");

    public Task<IActionResult> OnPostRemoveGroupAsync(string groupId) => ChangeAsync(
        team => InputOf(team) with { ExternalSecurityGroups = [.. InputOf(team).ExternalSecurityGroups!.Where(group => group.Id != groupId)] }, $"The external group {groupId} was removed.");

    public Task<IActionResult> OnPostRemoveRoleAsync(string role) => DoAsync(
        () => ScopedUserRoleEndpoints.Delete(role, new(null, Team.Id), Caller, scoped, teamRoles, Cancel), "The role was taken from the team.");

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Team.Name))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Team.Name));
        }
        if (await TryAsync(() => TeamEndpoints.Delete(Team.Id, null, Caller, database, teams, scoped, audit, Cancel)))
        {
            return Done("/app/teams", $"Team {Team.Name} was deleted.");
        }
        await OnGetAsync();
        return Page();
    }

    private static TeamInput InputOf(Team team) =>
        new(team.Name, null, team.Description, team.MemberUserIds, [.. team.ExternalSecurityGroups.Select(group => new ExternalGroupInput(group.Id, group.DisplayName))]);

    private Task<IActionResult> ChangeAsync(Func<Team, TeamInput> change, string done) => DoAsync(
        () => TeamEndpoints.ChangeAsync(Team.Id, change, null, Caller, database, teams, scoped, audit, Cancel), done);

    private async Task<IActionResult> DoAsync(Func<Task> change, string done)
    {
        if (await TryAsync(change))
        {
            return Done(Address, done);
        }
        Input = Input with { Name = Input.Name ?? Team.Name, Description = Input.Description ?? Team.Description };
        await ReadAsync();
        return Page();
    }

    private async Task ReadAsync()
    {
        Refusal = await RefusalAsync();
        var seen = (await SpaceEndpoints.List(OctoLogin.Http.Page.All, Caller, spaces, Cancel)).Items;
        SpaceName = Team.SpaceId is null ? null : seen.FirstOrDefault(space => space.Id == Team.SpaceId)?.Name;
        var settings = await provider.GetAsync(Cancel);
        HasProvider = settings is { IsEnabled: true, IsComplete: true };
        ProviderFault = HasProvider ? await documents.FaultAsync(settings, Cancel) : null;
        if (SeesNames)
        {
            ByGroup = await list.ByGroupAsync(Team.Id, MostShown, Cancel);
            Members = await list.MembersAsync(Team.Id, Text?.Trim(), MostShown + 1, Cancel);
            Found = string.IsNullOrWhiteSpace(Find) ? [] : await list.OthersAsync(Team.Id, Find.Trim(), 20, Cancel);
        }
        var given = (await ScopedUserRoleEndpoints.List(OctoLogin.Http.Page.All, new(null, Team.Id), Caller, scoped, teams, Cancel)).Items;
        var roles = (await UserRoleEndpoints.All(Caller, roleStore, Cancel)).ToDictionary(role => role.Id);
        var named = await names.OfAsync(given, Caller, Cancel);
        Roles = [.. given.Select(role => TeamRole.Of(role, roles[role.UserRoleId], seen.FirstOrDefault(space => space.Id == role.SpaceId)?.Name ?? role.SpaceId, named))];
    }

    private async Task<string?> RefusalAsync()
    {
        if (!Caller.May(Permission.TeamEdit, Team.SpaceId is null ? AccessTarget.System : AccessTarget.Space(Team.SpaceId)))
        {
            return "You may see this team and not change it.";
        }
        await using var connection = await database.OpenConnectionAsync(Cancel);
        try
        {
            Caller.DemandAll(await scoped.RightsOfTeamAsync(connection, Team.Id, Cancel), "Changing this team");
            return null;
        }
        catch (ApiException refusal)
        {
            return refusal.Message;
        }
    }
}

/// <summary>A role of a team in words.</summary>
/// <param name="Place">Null: the whole server.</param>
/// <param name="Limits">Null: none.</param>
public sealed record TeamRole(string Id, UserRole Role, string? Place, string? Limits)
{
    public static TeamRole Of(ScopedUserRole given, UserRole role, string? place, IReadOnlyDictionary<string, string> names) =>
        new(given.Id, role, place, LimitTexts.Of(given.GrantOf(role), null, id => names.GetValueOrDefault(id, id)));
}
