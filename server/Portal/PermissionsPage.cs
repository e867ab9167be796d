using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Portal.Rights;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.Users;
using Permission = OctoLogin.Access.Permission;

namespace OctoLogin.Portal;

/// <summary>"What may this user do here", of oneself and of others.</summary>
public abstract class PermissionsPage(UserStore users, SpaceStore spaces, ProjectStore projects, SpaceThings things, HeldRights rights) : PortalPage
{
    /// <summary>Empty: the server.</summary>
    [BindProperty(SupportsGet = true, Name = "space")]
    public string? SpaceId { get; set; }

    [BindProperty(SupportsGet = true, Name = "project")]
    public string? ProjectId { get; set; }

    [BindProperty(SupportsGet = true, Name = "environment")]
    public string? EnvironmentId { get; set; }

    [BindProperty(SupportsGet = true, Name = "tenant")]
    public string? TenantId { get; set; }

    public User Person { get; private set; } = null!;
    public IReadOnlyList<Thing> Spaces { get; private set; } = [];
    public ThingsSeen Things { get; private set; } = ThingsSeen.None;
    public IReadOnlyList<PermissionAnswer> Answers { get; private set; } = [];

    /// <summary>The server, or where in which space.</summary>
    public string PlaceName { get; private set; } = "on the server";

    protected async Task ReadAsync(string userId)
    {
        Person = await UserEndpoints.Get(userId, Caller, users, Cancel);
        Spaces = [.. (await SpaceEndpoints.List(OctoLogin.Http.Page.All, Caller, spaces, Cancel)).Items.Select(space => new Thing(space.Id, space.Name))];
        var place = string.IsNullOrEmpty(SpaceId) ? AccessTarget.System : await FindPlaceAsync((await SpaceEndpoints.Get(SpaceId, Caller, spaces, Cancel)).Id);
        Answers = PermissionView.Of(await rights.OfAsync(Person.Id, Cancel), place);
    }

    /// <summary>What is not of this space, or not seen, was chosen before another space was: it is left out.</summary>
    private async Task<AccessTarget> FindPlaceAsync(string spaceId)
    {
        SpaceId = spaceId;
        Things = await things.SeenAsync(spaceId, Caller, Cancel);
        (ProjectId, EnvironmentId, TenantId) = (Known(ProjectId, Things.Projects), Known(EnvironmentId, Things.Environments), Known(TenantId, Things.Tenants));
        var chosen = new[] { ProjectId, EnvironmentId, TenantId }.OfType<string>().Select(Things.NameOf).ToList();
        PlaceName = $"in space {Spaces.First(space => space.Id == spaceId).Name}{(chosen.Count == 0 ? "" : $", {string.Join(", ", chosen)}")}";
        var group = ProjectId is null ? null : (await projects.FindAsync(spaceId, ProjectId, Cancel))?.ProjectGroupId;
        return new(spaceId, ProjectId, group, EnvironmentId, TenantId);
    }

    /// <summary>Those of the right's limits that mean something to the permission, in words; null: none does.</summary>
    public string? LimitsOf(Grant grant, Permission permission) => Rights.LimitTexts.Of(grant, permission.Reach(), Things.NameOf);

    /// <summary>
    /// The API tells a user's teams to who may see users, and which roles a team has only to who may see teams in the role's space, or on the
    /// server. So it is here, also of oneself.
    /// </summary>
    public bool SeesRole(HeldRight right) => Caller.May(Permission.TeamView, new(right.Grant.SpaceId));

    public bool IsFromAdministration(HeldRight right, Permission permission) =>
        right.Grant.Covers(Permission.AdministerSystem, AccessTarget.System) && !(right.Grant.SpaceId is null && permission.IsSystem() && string.IsNullOrEmpty(SpaceId));

    private static string? Known(string? id, IReadOnlyList<Thing> things) => things.Any(thing => thing.Id == id) ? id : null;
}
