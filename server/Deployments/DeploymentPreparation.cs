using OctoLogin.Channels;
using OctoLogin.Executions;
using OctoLogin.Releases;
using OctoLogin.ServerTasks;

namespace OctoLogin.Deployments;

/// <summary>Reads what a deployment runs: the process, variables and packages that were frozen with its release.</summary>
public sealed class DeploymentPreparation(DeploymentStore deployments, ReleaseStore releases, ChannelStore channels, ProcessRunReader reader)
{
    /// <summary>Null: something of it was deleted.</summary>
    public async Task<PreparedDeployment?> PrepareAsync(ServerTask task, string deploymentId, CancellationToken cancel)
    {
        if (await deployments.FindAsync(task.SpaceId, deploymentId, cancel) is not { } deployment || await releases.FindAsync(task.SpaceId, deployment.ReleaseId, cancel) is not { } release)
        {
            return null;
        }
        var channel = await channels.FindAsync(task.SpaceId, release.ProjectId, release.ChannelId, cancel);
        var source = new ProcessSource(
            release.ProcessSnapshotId, release.SelectedPackages, release.ChannelId, release.ProjectId, Values(deployment, release, channel),
            "The deployment failed because one or more steps failed. Please see the deployment log for details.");
        return await reader.ReadAsync(deployment, source, task, cancel) is { } run ? new(deployment, release, run) : null;
    }

    private static Dictionary<string, string> Values(Deployment deployment, Release release, Channel? channel)
    {
        var values = new Dictionary<string, string>
        {
            ["Octopus.Release.Id"] = release.Id,
            ["Octopus.Release.Number"] = release.Version,
            ["Octopus.Release.Notes"] = release.ReleaseNotes ?? "",
            ["Octopus.Release.Created"] = SystemValues.Time(release.Assembled),
            ["Octopus.Release.Channel.Id"] = release.ChannelId,
            ["Octopus.Release.Channel.Name"] = channel?.Name ?? "",
            ["Octopus.Deployment.CreatedBy.Id"] = deployment.DeployedById ?? "",
            ["Octopus.Deployment.CreatedBy.Username"] = deployment.DeployedBy ?? "",
            ["Octopus.Deployment.ForcePackageRedeployment"] = deployment.ForcePackageRedeployment.ToString(),
        };
        foreach (var (name, value) in release.CustomFields)
        {
            values[$"Octopus.Release.CustomFields[{name}]"] = value ?? "";
        }
        return values;
    }
}

public sealed record PreparedDeployment(Deployment Deployment, Release Release, ProcessRun Run);
