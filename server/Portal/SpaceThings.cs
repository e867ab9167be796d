using Microsoft.AspNetCore.Mvc.Rendering;
using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.ProjectGroups;
using OctoLogin.Projects;
using OctoLogin.Tenants;

namespace OctoLogin.Portal;

/// <summary>What of a space can be chosen on a page: what the caller sees, as lists of names.</summary>
public sealed class SpaceThings(ProjectStore projects, ProjectGroupStore groups, EnvironmentStore environments, TenantStore tenants)
{
    /// <summary>More cannot be chosen from by eye; what lies beyond is set by the API.</summary>
    private const int Most = 2000;

    public async Task<ThingsSeen> SeenAsync(string spaceId, Caller caller, CancellationToken cancel)
    {
        var page = new Page { Take = Most };
        return new()
        {
            Projects = await ListAsync(Permission.ProjectView, async visible =>
                (await projects.ListAsync(spaceId, page, visible, cancel)).Items.Select(project => new Thing(project.Id, project.Name)).ToList()),
            ProjectGroups = await ListAsync(Permission.ProjectGroupView, async _ =>
                (await groups.ListAsync(spaceId, page, cancel)).Items.Select(group => new Thing(group.Id, group.Name)).ToList()),
            Environments = [.. (await EnvironmentEndpoints.AllSeenAsync(spaceId, caller, environments, cancel)).Select(environment => new Thing(environment.Id, environment.Name))],
            Tenants = await ListAsync(Permission.TenantView, async visible =>
                (await tenants.ListAsync(spaceId, new TenantQuery(), page, visible, cancel)).Items.Select(tenant => new Thing(tenant.Id, tenant.Name)).ToList()),
        };

        async Task<IReadOnlyList<Thing>> ListAsync(Permission permission, Func<VisibleRows, Task<List<Thing>>> list) =>
            caller.MaySomewhere(permission, spaceId) ? await list(caller.Visible(permission, spaceId)) : [];
    }
}

public sealed record ThingsSeen
{
    public static ThingsSeen None { get; } = new();

    public IReadOnlyList<Thing> Projects { get; init; } = [];
    public IReadOnlyList<Thing> ProjectGroups { get; init; } = [];
    public IReadOnlyList<Thing> Environments { get; init; } = [];
    public IReadOnlyList<Thing> Tenants { get; init; } = [];

    /// <summary>By Id; one that the caller does not see has no name.</summary>
    public string NameOf(string id) =>
        Projects.Concat(ProjectGroups).Concat(Environments).Concat(Tenants).FirstOrDefault(thing => thing.Id == id)?.Name ?? id;

    /// <summary>The things as a choice of one, with a first item for none.</summary>
    public static IEnumerable<SelectListItem> Options(IReadOnlyList<Thing> things, string? chosen, string none) =>
        [new(none, ""), .. things.Select(thing => new SelectListItem(thing.Name, thing.Id, thing.Id == chosen))];
}
