using Microsoft.AspNetCore.Mvc.Rendering;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.ProjectGroups;
using OctoLogin.Projects;
using OctoLogin.Spaces;

namespace OctoLogin.Portal.Pages.Space.Projects;

/// <summary>What a person fills in of a project.</summary>
public sealed record ProjectForm
{
    public string? Name { get; set; }
    public string? Slug { get; set; }
    public string? Description { get; set; }
    public string? ProjectGroupId { get; set; }
    public string? LifecycleId { get; set; }
    public string? TenantedDeploymentMode { get; set; }
    public bool IsDisabled { get; set; }

    public static IReadOnlyList<SelectListItem> Modes { get; } =
    [
        new("Without tenants", nameof(OctoLogin.Projects.TenantedDeploymentMode.Untenanted)), new("With or without tenants", nameof(OctoLogin.Projects.TenantedDeploymentMode.TenantedOrUntenanted)),
        new("Only for tenants", nameof(OctoLogin.Projects.TenantedDeploymentMode.Tenanted)),
    ];

    public static ProjectForm Of(Project project) => new()
    {
        Name = project.Name, Slug = project.Slug, Description = project.Description, ProjectGroupId = project.ProjectGroupId, LifecycleId = project.LifecycleId,
        TenantedDeploymentMode = project.TenantedDeploymentMode.ToString(), IsDisabled = project.IsDisabled,
    };

    public ProjectInput ToInput() => new(Name, Slug, Description, ProjectGroupId, LifecycleId, IsDisabled, TenantedDeploymentMode, null, null, null);
}

/// <summary>What a project's group and lifecycle may be.</summary>
public sealed class ProjectChoices(ProjectGroupStore groups, LifecycleStore lifecycles)
{
    /// <summary>Of groups those where a project may be made, and the one where it is.</summary>
    /// <param name="present">Null: a new project.</param>
    public async Task<(IReadOnlyList<SelectListItem> Groups, IReadOnlyList<SelectListItem> Lifecycles)> ReadAsync(Project? present, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var mayGroups = caller.May(Permission.ProjectGroupView, AccessTarget.Space(space.Id));
        var mayLifecycles = caller.May(Permission.LifecycleView, AccessTarget.Space(space.Id));
        var ofGroups = mayGroups ? (await groups.ListAsync(space.Id, Page.All, cancel)).Items : [];
        var ofLifecycles = mayLifecycles ? (await lifecycles.ListAsync(space.Id, Page.All, cancel)).Items : [];
        return (
            WithPresent([.. ofGroups.Where(group => group.Id == present?.ProjectGroupId || caller.May(Permission.ProjectCreate, new(space.Id, ProjectGroupId: group.Id))).Select(group => new SelectListItem(group.Name, group.Id))], present?.ProjectGroupId),
            WithPresent([.. ofLifecycles.Select(lifecycle => new SelectListItem(lifecycle.Name, lifecycle.Id))], present?.LifecycleId));
    }

    private static IReadOnlyList<SelectListItem> WithPresent(List<SelectListItem> items, string? id) =>
        id is null || items.Exists(item => item.Value == id) ? items : [.. items, new SelectListItem(id, id)];
}
