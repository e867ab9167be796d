using System.Text.Json;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.TagSets;

namespace OctoLogin.Tenants;

/// <summary>Makes, changes and deletes tenants, each with its audit event in the same commit.</summary>
public sealed class TenantChanges(
    NpgsqlDataSource database, TenantStore tenants, TagSetStore sets, ProjectStore projects, EnvironmentStore environments, ScopedUserRoleStore roles, AuditLog audit)
{
    private const string Kind = "Tenant";
    private const int MostProjects = 10_000;

    /// <param name="present">What is changed; without an Id, what a new tenant starts with.</param>
    public async Task<Tenant> CheckAsync(TenantInput input, Tenant present, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        var name = validation.Required("Name", input.Name ?? present.Name);
        var tenant = present with
        {
            Name = name,
            Slug = validation.Slug(input.Slug, present.Slug, name),
            Description = validation.OptionalText("Description", input.Description ?? present.Description),
            IsDisabled = input.IsDisabled ?? present.IsDisabled,
            TenantTags = await sets.CheckTagsAsync(space.Id, "TenantTags", input.TenantTags ?? (present.Id.Length > 0 ? [] : present.TenantTags), validation, cancel),
        };
        if (input.ProjectEnvironments is not null || present.Id.Length > 0)
        {
            var connected = (input.ProjectEnvironments ?? []).ToDictionary(entry => entry.Key, entry => (entry.Value ?? []).Distinct().ToArray());
            await CheckConnectedAsync(connected, present.ProjectEnvironments, space, caller, validation, cancel);
            tenant = tenant with { ProjectEnvironmentsJson = JsonSerializer.Serialize(connected, Json.Options) };
        }
        validation.ThrowIfAny();
        return tenant;
    }

    public Task<Tenant> CreateAsync(Tenant tenant, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var created = await tenants.InsertAsync(connection, tenant, cancel);
        await audit.AppendAsync(connection, Describe(AuditEvent.Created(actor, Kind, created.Id, created.Name, created.SpaceId), created), cancel);
        return created;
    }, cancel);

    public Task<Tenant> UpdateAsync(Tenant tenant, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var changed = await tenants.UpdateAsync(connection, tenant, cancel) ?? throw ApiException.NotFound("tenant", tenant.Id);
        await audit.AppendAsync(connection, Describe(AuditEvent.Modified(actor, Kind, changed.Id, changed.Name, changed.SpaceId), changed), cancel);
        return changed;
    }, cancel);

    public Task DeleteAsync(Tenant tenant, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        await roles.DemandNoLimitAsync(connection, tenant.SpaceId, tenant.Id, $"Tenant '{tenant.Name}'", cancel);
        if (!await tenants.DeleteAsync(connection, tenant, cancel))
        {
            throw ApiException.NotFound("tenant", tenant.Id);
        }
        await audit.AppendAsync(connection, AuditEvent.Deleted(actor, Kind, tenant.Id, tenant.Name, tenant.SpaceId), cancel);
    }, cancel);

    /// <summary>What is connected already stays, also what the caller may not see; what is new must be there for them.</summary>
    private async Task CheckConnectedAsync(
        Dictionary<string, string[]> connected, IReadOnlyDictionary<string, string[]> present, SpaceContext space, Caller caller, Validation validation, CancellationToken cancel)
    {
        validation.Check(connected.Count <= MostProjects, $"ProjectEnvironments may have at most {MostProjects} projects, not {connected.Count}.");
        var newProjects = connected.Keys.Except(present.Keys).ToArray();
        var newEnvironments = connected.Values.SelectMany(ids => ids).Except(present.Values.SelectMany(ids => ids)).ToArray();
        var found = newProjects.Length == 0 ? []
            : (await projects.ListAsync(space.Id, Page.All with { Ids = newProjects }, caller.Visible(Permission.ProjectView, space.Id), cancel)).Items;
        var known = newEnvironments.Length == 0 ? []
            : (await environments.ListAsync(space.Id, Page.All with { Ids = newEnvironments }, caller.Visible(Permission.EnvironmentView, space.Id), cancel)).Items;
        foreach (var unknown in newProjects.Except(found.Select(project => project.Id)))
        {
            validation.Check(false, $"ProjectEnvironments names '{Printable.Of(unknown)}', which is not a project of this space; projects are named by Id here, such as Projects-1.");
        }
        foreach (var unknown in newEnvironments.Except(known.Select(environment => environment.Id)))
        {
            validation.Check(false, $"ProjectEnvironments names '{Printable.Of(unknown)}', which is not an environment of this space; environments are named by Id here, such as Environments-1.");
        }
        foreach (var project in found.Where(project => project.TenantedDeploymentMode == TenantedDeploymentMode.Untenanted))
        {
            validation.Check(false, $"Project '{project.Name}' ({project.Id}) is deployed without tenants; set its TenantedDeploymentMode before a tenant is connected to it.");
        }
    }

    private static AuditEvent Describe(AuditEvent happened, Tenant tenant) => happened with
    {
        RelatedDocumentIds = [tenant.Id, .. tenant.ProjectEnvironments.Keys.Take(100)],
        Details = AuditDetails.Of(new { tenant.TenantTags, tenant.ProjectEnvironments, tenant.IsDisabled }),
    };
}

/// <summary>
/// What a client sends; absent or null keeps what is there. But not <c>TenantTags</c> and <c>ProjectEnvironments</c>: Octopus's clients
/// leave out an empty one, so an absent one is empty. Else a tenant could not be taken out of its last project.
/// </summary>
public sealed record TenantInput(
    string? Name, string? Slug, string? Description, string[]? TenantTags, Dictionary<string, string[]?>? ProjectEnvironments, bool? IsDisabled, string? SpaceId);
