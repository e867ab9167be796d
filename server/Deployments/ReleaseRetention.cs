using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Channels;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;

namespace OctoLogin.Deployments;

/// <summary>Removes the releases that lifecycles no longer keep, and with them the records of their deployments.</summary>
public sealed class ReleaseRetention(
    NpgsqlDataSource database, SpaceStore spaces, ProjectStore projects, ChannelStore channels, LifecycleStore lifecycles, DeploymentStore deployments, ReleaseStore releases,
    AuditLog audit, TimeProvider clock)
{
    public async Task RunAsync(ActivityLog log, CancellationToken cancel)
    {
        foreach (var space in await spaces.AllAsync(cancel))
        {
            foreach (var project in (await projects.ListAsync(space.Id, Page.All, VisibleRows.Everything, cancel)).Items)
            {
                var removed = await RunAsync(project, cancel);
                if (removed.Count > 0)
                {
                    log.Info($"Of project {project.Name} releases were removed that its lifecycles no longer keep: {string.Join(", ", removed)}.");
                }
            }
        }
    }

    private async Task<IReadOnlyList<string>> RunAsync(Project project, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var removable = await RemovableAsync(project, now, cancel);
        var removed = new List<string>();
        foreach (var one in removable)
        {
            if (await releases.FindAsync(project.SpaceId, one.Id, cancel) is { } release && await RemoveAsync(project, release, now, cancel))
            {
                removed.Add(release.Version);
            }
        }
        return removed;
    }

    private async Task<IReadOnlyList<RetainedRelease>> RemovableAsync(Project project, DateTimeOffset now, CancellationToken cancel)
    {
        var lines = (await channels.ListAsync(project.SpaceId, project.Id, Page.All, VisibleRows.Everything, cancel)).Items.ToDictionary(channel => channel.Id, channel => channel.LifecycleId ?? project.LifecycleId);
        await using var connection = await database.OpenConnectionAsync(cancel);
        var policies = new Dictionary<string, Lifecycle>();
        foreach (var id in lines.Values.Distinct())
        {
            if (await lifecycles.FindAsync(connection, project.SpaceId, id, cancel) is { } lifecycle && lifecycle.Phases.Select(phase => phase.ReleaseRetentionPolicy).Append(lifecycle.ReleaseRetentionPolicy).Any(policy => policy is { KeepsAll: false }))
            {
                policies[id] = lifecycle;
            }
        }
        return policies.Count == 0 ? [] :
        [
            .. (await deployments.RetainedAsync(connection, project.Id, cancel)).GroupBy(release => release.ChannelId)
                .Where(line => lines.TryGetValue(line.Key, out var id) && policies.ContainsKey(id))
                .SelectMany(line => ReleaseRetentionRules.Removable(policies[lines[line.Key]], line, now)),
        ];
    }

    private Task<bool> RemoveAsync(Project project, Release release, DateTimeOffset looked, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        if (await deployments.AnySinceAsync(connection, release, looked, cancel) || !await releases.DeleteAsync(connection, release, cancel))
        {
            return false;
        }
        var happened = AuditEvent.Deleted(AuditActor.System, "Release", release.Id, $"{release.Version} of project {project.Name}", release.SpaceId) with
        {
            RelatedDocumentIds = [release.Id, release.ProjectId, release.ChannelId],
            Details = AuditDetails.Of(new { release.Assembled, Because = "The lifecycle's retention policy" }),
        };
        await audit.AppendAsync(connection, happened, cancel);
        return true;
    }, cancel);
}
