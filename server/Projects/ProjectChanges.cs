using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.ProjectGroups;
using OctoLogin.Spaces;

namespace OctoLogin.Projects;

/// <summary>Makes, changes and deletes projects, each with its audit event in the same commit.</summary>
public sealed class ProjectChanges(
    NpgsqlDataSource database, ProjectStore projects, ProjectGroupStore groups, LifecycleStore lifecycles, ScopedUserRoleStore roles, AuditLog audit)
{
    private const string Kind = "Project";

    /// <param name="present">Null: a new one.</param>
    public async Task<Project> CheckAsync(ProjectInput input, Project? present, SpaceContext space, CancellationToken cancel)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        var name = validation.Required("Name", input.Name ?? present?.Name);
        var groupId = validation.Required("ProjectGroupId", input.ProjectGroupId ?? present?.ProjectGroupId);
        var lifecycleId = validation.Required("LifecycleId", input.LifecycleId ?? present?.LifecycleId);
        var group = groupId.Length == 0 ? null : await groups.FindAsync(space.Id, groupId, cancel);
        var lifecycle = lifecycleId.Length == 0 ? null : await lifecycles.FindAsync(space.Id, lifecycleId, cancel);
        validation.Check(groupId.Length == 0 || group is not null, $"ProjectGroupId names '{Printable.Of(groupId)}', which is not a project group of this space.");
        validation.Check(lifecycleId.Length == 0 || lifecycle is not null, $"LifecycleId names '{Printable.Of(lifecycleId)}', which is not a lifecycle of this space.");
        validation.Check(input.IsVersionControlled != true && input.PersistenceSettings?.Type is null or PersistenceSettings.Database,
            "A version-controlled project is not possible: this server keeps the process in its database. Leave IsVersionControlled and PersistenceSettings out.");
        var project = new Project
        {
            Id = present?.Id ?? "",
            SpaceId = space.Id,
            Name = name,
            Slug = validation.Slug(input.Slug, present?.Slug ?? "", name),
            Description = validation.OptionalText("Description", input.Description ?? present?.Description),
            ProjectGroupId = group?.Id ?? "",
            LifecycleId = lifecycle?.Id ?? "",
            IsDisabled = input.IsDisabled ?? present?.IsDisabled ?? false,
            TenantedDeploymentMode = validation.OneOf<TenantedDeploymentMode>("TenantedDeploymentMode", input.TenantedDeploymentMode) ?? present?.TenantedDeploymentMode ?? TenantedDeploymentMode.Untenanted,
        };
        validation.ThrowIfAny();
        return project;
    }

    public Task<Project> CreateAsync(Project project, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var created = await projects.InsertAsync(connection, project, cancel);
        await audit.AppendAsync(connection, AuditEvent.Created(actor, Kind, created.Id, created.Name, created.SpaceId), cancel);
        return created;
    }, cancel);

    public Task<Project> UpdateAsync(Project project, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var changed = await projects.UpdateAsync(connection, project, cancel) ?? throw ApiException.NotFound("project", project.Id);
        await audit.AppendAsync(connection, AuditEvent.Modified(actor, Kind, changed.Id, changed.Name, changed.SpaceId), cancel);
        return changed;
    }, cancel);

    public Task DeleteAsync(Project project, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        await roles.DemandNoLimitAsync(connection, project.SpaceId, project.Id, $"Project '{project.Name}'", cancel);
        if (!await projects.DeleteAsync(connection, project, cancel))
        {
            throw ApiException.NotFound("project", project.Id);
        }
        await audit.AppendAsync(connection, AuditEvent.Deleted(actor, Kind, project.Id, project.Name, project.SpaceId), cancel);
    }, cancel);
}

/// <summary>What a client sends; absent or null keeps what is there.</summary>
public sealed record ProjectInput(
    string? Name, string? Slug, string? Description, string? ProjectGroupId, string? LifecycleId, bool? IsDisabled, string? TenantedDeploymentMode,
    bool? IsVersionControlled, PersistenceSettings? PersistenceSettings, string? SpaceId);
