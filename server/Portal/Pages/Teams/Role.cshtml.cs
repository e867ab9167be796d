using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Spaces;
using OctoLogin.Teams;

namespace OctoLogin.Portal.Pages.Teams;

/// <summary>Gives a team a role, or changes what one of its roles is limited to.</summary>
public sealed class RoleModel(TeamStore teams, UserRoleStore roleStore, ScopedUserRoleStore scoped, TeamRoles teamRoles, SpaceStore spaces, SpaceThings things) : PortalPage
{
    public const string New = "new";

    [FromRoute]
    public required string Id { get; set; }

    /// <summary>The Id of one that the team has, or <see cref="New"/>.</summary>
    [FromRoute]
    public required string Scoped { get; set; }

    [BindProperty(SupportsGet = true, Name = "role")]
    public string? RoleId { get; set; }

    /// <summary>Empty: the whole server.</summary>
    [BindProperty(SupportsGet = true, Name = "space")]
    public string? SpaceId { get; set; }

    [BindProperty]
    public LimitsForm Input { get; set; } = new();

    public required Team Team { get; set; }
    public bool IsNew => Scoped == New;
    public IReadOnlyList<UserRole> Roles { get; private set; } = [];
    public IReadOnlyList<OctoLogin.Spaces.Space> Spaces { get; private set; } = [];
    public ThingsSeen Things { get; private set; } = ThingsSeen.None;
    public UserRole? Role => Roles.FirstOrDefault(role => role.Id == RoleId);

    /// <summary>The role has nothing to give at this place.</summary>
    public string? Misfit => Role is null ? null : ScopedUserRoleInput.Misfit(Role, string.IsNullOrEmpty(SpaceId) ? null : SpaceId);

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Team = await TeamEndpoints.Get(Id, null, Caller, teams, Cancel);
        var editable = Caller.DemandSpacesWith(Permission.TeamEdit);
        Roles = await UserRoleEndpoints.All(Caller, roleStore, Cancel);
        Spaces = [.. (await SpaceEndpoints.List(OctoLogin.Http.Page.All, Caller, spaces, Cancel)).Items
            .Where(space => (Team.SpaceId is null || Team.SpaceId == space.Id) && (editable is null || editable.Contains(space.Id)))];
        if (!IsNew)
        {
            var present = await ScopedUserRoleEndpoints.Get(Scoped, new(null, Team.Id), Caller, scoped, Cancel);
            (RoleId, SpaceId) = (present.UserRoleId, present.SpaceId);
            Input = HttpMethods.IsGet(Request.Method) ? LimitsForm.Of(present) : Input;
        }
        SpaceId = string.IsNullOrEmpty(SpaceId) && Team.SpaceId is not null ? Team.SpaceId : SpaceId;
        Things = string.IsNullOrEmpty(SpaceId) ? ThingsSeen.None : await things.SeenAsync((await SpaceEndpoints.Get(SpaceId, Caller, spaces, Cancel)).Id, Caller, Cancel);
        await next();
    }

    public void OnGet()
    {
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var input = new ScopedUserRoleInput(RoleId, Team.Id, SpaceId, Input.ProjectIds, Input.ProjectGroupIds, Input.EnvironmentIds, Input.TenantIds);
        var path = new ScopedUserRolePath(null, Team.Id);
        return await TryAsync(() => IsNew
                ? ScopedUserRoleEndpoints.Create(input, path, Caller, spaces, teamRoles, Cancel)
                : ScopedUserRoleEndpoints.Update(Scoped, input, path, Caller, spaces, scoped, teamRoles, Cancel))
            ? Done($"/app/teams/{Team.Id}", IsNew ? $"The team has the role {Role?.Name} now." : $"The limits of {Role?.Name} were saved.")
            : Page();
    }
}

public sealed record LimitsForm
{
    public string[]? ProjectIds { get; init; }
    public string[]? ProjectGroupIds { get; init; }
    public string[]? EnvironmentIds { get; init; }
    public string[]? TenantIds { get; init; }

    public static LimitsForm Of(ScopedUserRole role) =>
        new() { ProjectIds = role.ProjectIds, ProjectGroupIds = role.ProjectGroupIds, EnvironmentIds = role.EnvironmentIds, TenantIds = role.TenantIds };
}
