using Npgsql;
using OctoLogin.Access;
using OctoLogin.Channels;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.Spaces;

namespace OctoLogin.Deployments;

/// <summary>Gathers how far a project's newest releases have come, and what of it the caller may see.</summary>
public sealed class ProjectProgressionReader(
    NpgsqlDataSource database, ProjectStore projects, ReleaseStore releases, ChannelStore channels, LifecycleStore lifecycles, EnvironmentStore environments,
    DeploymentStore deployments, ProgressionReader ofReleases)
{
    public const int MostReleases = 100;

    public async Task<ProjectProgression> ReadAsync(string projectId, int count, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(projectId, space, caller, projects, cancel);
        caller.Demand(Permission.ReleaseView, ProjectEndpoints.Target(project));
        caller.DemandSomewhere(Permission.DeploymentView, space.Id);
        var newest = await releases.ListAsync(space.Id, project.Id, Page.All with { Take = count }, VisibleRows.Everything, cancel);
        var lines = (await channels.ListAsync(space.Id, project.Id, Page.All, VisibleRows.Everything, cancel)).Items;
        await using var connection = await database.OpenConnectionAsync(cancel);
        var ofProject = await LifecyclesAsync(connection, project, lines, cancel);
        var ofLifecycles = await EnvironmentsAsync(ofProject, project, caller, cancel);
        var ranks = await deployments.RanksAsync(connection, project.Id, cancel);
        var ids = newest.Items.Select(release => release.Id).ToArray();
        var (succeeded, made) = (await deployments.SucceededAsync(connection, ids, cancel), (await ofReleases.DeploymentsAsync(ids, space, caller, cancel)).ToLookup(one => one.Deployment.ReleaseId));
        var standing = newest.Items.Select(release =>
        {
            var channel = lines.FirstOrDefault(one => one.Id == release.ChannelId);
            var history = new ReleaseHistory(project, channel, ofProject[channel?.LifecycleId ?? project.LifecycleId], [.. succeeded[release.Id]]);
            return new ReleaseStanding(release, channel, made[release.Id].GroupBy(one => one.Deployment.EnvironmentId).ToDictionary(
                place => place.Key,
                IReadOnlyList<DeploymentStanding> (place) => [.. place.Select(one => DeploymentStanding.Of(release, one, ranks.TryGetValue(one.Deployment.Id, out var rank) ? rank : null))]),
                history.Of(tenant: null).Next);
        }).ToList();
        return new(
            [.. ofLifecycles.Values.SelectMany(named => named).Distinct()],
            lines.ToDictionary(channel => channel.Id, channel => ofLifecycles[channel.LifecycleId ?? project.LifecycleId]), ofLifecycles, standing);
    }

    /// <summary>The project's and its channels', by Id; there are as many as these name, however many releases there are.</summary>
    private async Task<Dictionary<string, Lifecycle>> LifecyclesAsync(NpgsqlConnection connection, Project project, IEnumerable<Channel> lines, CancellationToken cancel)
    {
        var found = new Dictionary<string, Lifecycle>();
        foreach (var id in lines.Select(channel => channel.LifecycleId).OfType<string>().Prepend(project.LifecycleId).Distinct())
        {
            found[id] = await lifecycles.FindAsync(connection, project.SpaceId, id, cancel) ?? throw new InvalidOperationException($"Lifecycle {id} is not there.");
        }
        return found;
    }

    /// <summary>By lifecycle the environments that the caller sees. Without phases: all of them.</summary>
    private async Task<Dictionary<string, IReadOnlyList<NamedEnvironment>>> EnvironmentsAsync(Dictionary<string, Lifecycle> ofProject, Project project, Caller caller, CancellationToken cancel)
    {
        var seen = await EnvironmentEndpoints.AllSeenAsync(project.SpaceId, caller, environments, cancel);
        return ofProject.ToDictionary(one => one.Key, IReadOnlyList<NamedEnvironment> (one) =>
        {
            var order = one.Value.Phases.Count > 0 ? one.Value.EnvironmentIds() : [.. seen.Select(environment => environment.Id)];
            return [.. order.Join(seen, id => id, environment => environment.Id, (_, environment) => new NamedEnvironment(environment.Id, environment.Name))];
        });
    }
}
