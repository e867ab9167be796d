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
using OctoLogin.Tenants;

namespace OctoLogin.Machines;

/// <summary>Makes, changes and deletes deployment targets, each with its audit event in the same commit.</summary>
public sealed class MachineChanges(
    NpgsqlDataSource database, MachineStore machines, MachineAccount account, EnvironmentStore environments, TenantStore tenants, TagSetStore sets, AuditLog audit)
{
    private const string Kind = "Deployment target";
    private const int MostIds = 1000;

    public async Task<Machine> CheckAsync(MachineInput input, Machine present, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        var name = validation.Required("Name", input.Name ?? present.Name);
        var tenantIds = await CheckTenantsAsync(input.TenantIds ?? [], space, validation, cancel);
        var tags = await sets.CheckTagsAsync(space.Id, "TenantTags", input.TenantTags ?? [], validation, cancel);
        var mode = validation.OneOf<TenantedDeploymentMode>("TenantedDeploymentParticipation", input.TenantedDeploymentParticipation);
        var machine = present with
        {
            Name = name,
            Slug = validation.Slug(input.Slug, present.Slug, name),
            IsDisabled = input.IsDisabled ?? present.IsDisabled,
            Roles = input.Roles is null ? present.Roles : Roles(input.Roles, validation),
            EnvironmentIds = input.EnvironmentIds is null ? present.EnvironmentIds : await CheckEnvironmentsAsync(input.EnvironmentIds, space, validation, cancel),
            TenantIds = tenantIds,
            TenantTags = tags,
            TenantedDeploymentParticipation = mode ?? (present.Id.Length > 0 ? present.TenantedDeploymentParticipation
                : tenantIds.Length + tags.Length > 0 ? TenantedDeploymentMode.Tenanted : TenantedDeploymentMode.Untenanted),
            EndpointJson = MachineEndpoint.Check(input.Endpoint, present.EndpointJson, validation),
            MachinePolicyId = validation.Optional("MachinePolicyId", input.MachinePolicyId) ?? present.MachinePolicyId,
            Thumbprint = validation.Optional("Thumbprint", input.Thumbprint) ?? present.Thumbprint,
            Uri = validation.Optional("Uri", input.Uri, 2000) ?? present.Uri,
        };
        validation.Check(machine.Roles.Length > 0, "Roles needs at least one entry: steps say for which roles they run.");
        validation.Check(machine.EnvironmentIds.Length > 0, "EnvironmentIds needs at least one entry.");
        machine = await account.CheckAsync(machine, present, space, caller, validation, cancel);
        validation.ThrowIfAny();
        return machine;
    }

    public Task<Machine> CreateAsync(Machine machine, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var created = await machines.InsertAsync(connection, machine, cancel);
        await audit.AppendAsync(connection, Describe(AuditEvent.Created(actor, Kind, created.Id, created.Name, created.SpaceId), created), cancel);
        return created;
    }, cancel);

    public Task<Machine> UpdateAsync(Machine machine, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var changed = await machines.UpdateAsync(connection, machine, cancel) ?? throw ApiException.NotFound("deployment target", machine.Id);
        await audit.AppendAsync(connection, Describe(AuditEvent.Modified(actor, Kind, changed.Id, changed.Name, changed.SpaceId), changed), cancel);
        return changed;
    }, cancel);

    public Task DeleteAsync(Machine machine, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        if (!await machines.DeleteAsync(connection, machine, cancel))
        {
            throw ApiException.NotFound("deployment target", machine.Id);
        }
        await audit.AppendAsync(connection, AuditEvent.Deleted(actor, Kind, machine.Id, machine.Name, machine.SpaceId), cancel);
    }, cancel);

    private static string[] Roles(string?[] sent, Validation validation)
    {
        validation.Check(sent.Length <= MostIds, $"Roles may have at most {MostIds} entries, not {sent.Length}.");
        return [.. sent.Take(MostIds).Select((role, i) => validation.Required($"Roles[{i}]", role)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private async Task<string[]> CheckEnvironmentsAsync(string?[] sent, SpaceContext space, Validation validation, CancellationToken cancel) =>
        Known("EnvironmentIds", "an environment", sent, await environments.IdsAsync(space.Id, cancel), validation);

    private async Task<string[]> CheckTenantsAsync(string?[] sent, SpaceContext space, Validation validation, CancellationToken cancel)
    {
        var found = await tenants.ListAsync(space.Id, new TenantQuery(), Page.All with { Ids = [.. sent.OfType<string>()] }, VisibleRows.Everything, cancel);
        return Known("TenantIds", "a tenant", sent, found.Items.Select(tenant => tenant.Id).ToHashSet(), validation);
    }

    private static string[] Known(string property, string kind, string?[] sent, IReadOnlySet<string> known, Validation validation)
    {
        validation.Check(sent.Length <= MostIds, $"{property} may have at most {MostIds} entries, not {sent.Length}.");
        var ids = sent.Select(id => id ?? "").Distinct().ToArray();
        foreach (var unknown in ids.Where(id => !known.Contains(id)))
        {
            validation.Check(false, $"{property} names '{Printable.Of(unknown)}', which is not {kind} of this space.");
        }
        return ids;
    }

    private static AuditEvent Describe(AuditEvent happened, Machine machine) => happened with
    {
        RelatedDocumentIds = [machine.Id, .. machine.EnvironmentIds, .. machine.TenantIds],
        Details = AuditDetails.Of(new { machine.Roles, machine.EnvironmentIds, machine.TenantIds, machine.TenantTags, machine.TenantedDeploymentParticipation, machine.AccountId, machine.IsDisabled }),
    };
}

/// <summary>
/// What a client sends; absent or null keeps what is there. But not <c>TenantIds</c> and <c>TenantTags</c>: Octopus's clients leave out an
/// empty list, so an absent one is empty.
/// </summary>
public sealed record MachineInput(
    string? Name, string? Slug, bool? IsDisabled, string?[]? Roles, string?[]? EnvironmentIds, string?[]? TenantIds, string?[]? TenantTags,
    string? TenantedDeploymentParticipation, JsonElement? Endpoint, string? MachinePolicyId, string? Thumbprint, string? Uri, string? SpaceId);
