using Npgsql;
using OctoLogin.Channels;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.Tenants;

namespace OctoLogin.Deployments;

/// <summary>Reads how far a release has come: the lifecycle of its channel or, if that has none, of its project, and where it was deployed.</summary>
public sealed class ReleaseProgress(ChannelStore channels, LifecycleStore lifecycles, DeploymentStore deployments)
{
    public async Task<ReleaseHistory> ReadAsync(NpgsqlConnection connection, Project project, Release release, CancellationToken cancel)
    {
        var channel = await channels.FindNamedAsync(connection, project, release.ChannelId, cancel);
        var id = channel?.LifecycleId ?? project.LifecycleId;
        var lifecycle = await lifecycles.FindAsync(connection, project.SpaceId, id, cancel) ?? throw new InvalidOperationException($"Lifecycle {id} is not there.");
        return new(project, channel, lifecycle, await deployments.SucceededAsync(connection, release.Id, cancel));
    }
}

/// <param name="Channel">Null: it was deleted since.</param>
public sealed record ReleaseHistory(Project Project, Channel? Channel, Lifecycle Lifecycle, IReadOnlyList<SucceededDeployment> Deployed)
{
    /// <summary>Why a release of this channel is not for the tenant; null: it is, as it is for no tenant.</summary>
    public string? Refusal(Tenant? tenant) => tenant is null || Channel is null || TenantTags.Missing(tenant.TenantTags, Channel.TenantTags) is not { Count: > 0 } missing
        ? null
        : $"Channel '{Printable.Of(Channel.Name)}' is for tenants with {Names.List(Channel.TenantTags)}, and tenant '{Printable.Of(tenant.Name)}' has none of {Names.List(missing)}.";

    public LifecycleProgress Of(Tenant? tenant) => LifecycleProgress.Of(
        Lifecycle, Deployed, tenant is null ? null : new(tenant.Id, tenant.ProjectEnvironments.GetValueOrDefault(Project.Id, []).ToHashSet()));
}
