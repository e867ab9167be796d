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
    DeploymentStore deployments, ProgressionReader ofReleases, ReleaseProgress progress)
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
        var ofLifecycles = await EnvironmentsAsync(connection, project, lines, caller, cancel);
        var ranks = await deployments.RanksAsync(connection, project.Id, cancel);
        var standing = new List<ReleaseStanding>();
        foreach (var release in newest.Items)
        {
            var history = await progress.ReadAsync(connection, project, release, cancel);
            var made = await ofReleases.DeploymentsAsync(release, space, caller, cancel);
            standing.Add(new(release, history.Channel,
                made.GroupBy(one => one.Deployment.EnvironmentId).ToDictionary(
                    place => place.Key,
                    IReadOnlyList<DeploymentStanding> (place) => [.. place.Select(one => DeploymentStanding.Of(release, one, ranks.TryGetValue(one.Deployment.Id, out var rank) ? rank : null))]),
                history.Of(tenant: null).Next));
        }
        return new(
            [.. ofLifecycles.Values.SelectMany(named => named).Distinct()],
            lines.ToDictionary(channel => channel.Id, channel => ofLifecycles[channel.LifecycleId ?? project.LifecycleId]), ofLifecycles, standing);
    }

    /// <summary>By lifecycle, of the project and its channels, the environments that the caller sees. Without phases: all of them.</summary>
    private async Task<Dictionary<string, IReadOnlyList<NamedEnvironment>>> EnvironmentsAsync(
        NpgsqlConnection connection, Project project, IEnumerable<Channel> lines, Caller caller, CancellationToken cancel)
    {
        var seen = await EnvironmentEndpoints.AllSeenAsync(project.SpaceId, caller, environments, cancel);
        var named = new Dictionary<string, IReadOnlyList<NamedEnvironment>>();
        foreach (var id in lines.Select(channel => channel.LifecycleId).OfType<string>().Prepend(project.LifecycleId).Distinct())
        {
            var lifecycle = await lifecycles.FindAsync(connection, project.SpaceId, id, cancel);
            var order = lifecycle is { Phases.Count: > 0 } ? lifecycle.EnvironmentIds() : [.. seen.Select(environment => environment.Id)];
            named[id] = [.. order.Join(seen, one => one, environment => environment.Id, (_, environment) => new NamedEnvironment(environment.Id, environment.Name))];
        }
        return named;
    }
}
