using OctoLogin.Environments;
using OctoLogin.Channels;
using OctoLogin.Executions;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;
using OctoLogin.Tenants;
using OctoLogin.Variables;

namespace OctoLogin.Deployments;

/// <summary>Reads what a deployment runs: the process, variables and packages that were frozen with its release.</summary>
public sealed class DeploymentPreparation(
    DeploymentStore deployments, ReleaseStore releases, SpaceStore spaces, ProjectStore projects, ChannelStore channels, EnvironmentStore environments, TenantStore tenants,
    DeploymentProcessStore processes)
{
    /// <summary>Null: something of it was deleted.</summary>
    public async Task<PreparedDeployment?> PrepareAsync(ServerTask task, string deploymentId, CancellationToken cancel)
    {
        var spaceId = task.SpaceId;
        if (await deployments.FindAsync(spaceId, deploymentId, cancel) is not { } deployment
            || await releases.FindAsync(spaceId, deployment.ReleaseId, cancel) is not { } release
            || await spaces.FindAsync(spaceId, cancel) is not { } space
            || await projects.FindAsync(spaceId, deployment.ProjectId, cancel) is not { } project
            || await environments.FindAsync(spaceId, deployment.EnvironmentId, cancel) is not { } environment
            || await processes.FindByIdAsync(spaceId, release.ProcessSnapshotId, cancel) is not { } process)
        {
            return null;
        }
        var channel = await channels.FindAsync(spaceId, project.Id, release.ChannelId, cancel);
        var tenant = deployment.TenantId is null ? null : await tenants.FindAsync(spaceId, deployment.TenantId, cancel);
        var run = new ProcessRun
        {
            Execution = deployment,
            Environment = environment,
            Tenant = tenant,
            ProcessId = DeploymentProcess.IdOf(project.Id),
            Steps = process.Steps,
            Packages = release.SelectedPackages,
            ChannelId = release.ChannelId,
            ProcessOwner = project.Id,
            Values = target => VariableValues.None,
            SystemValues = Values(SystemValues.Of(deployment, space, project, environment, tenant, task), deployment, release, channel),
            FailedMessage = "The deployment failed because one or more steps failed. Please see the deployment log for details.",
        };
        return new(deployment, release, project, run);
    }

    private static Dictionary<string, string> Values(Dictionary<string, string> values, Deployment deployment, Release release, Channel? channel)
    {
        values["Octopus.Release.Id"] = release.Id;
        values["Octopus.Release.Number"] = release.Version;
        values["Octopus.Release.Notes"] = release.ReleaseNotes ?? "";
        values["Octopus.Release.Created"] = SystemValues.Time(release.Assembled);
        values["Octopus.Release.Channel.Id"] = release.ChannelId;
        values["Octopus.Release.Channel.Name"] = channel?.Name ?? "";
        values["Octopus.Deployment.CreatedBy.Id"] = deployment.DeployedById ?? "";
        values["Octopus.Deployment.CreatedBy.Username"] = deployment.DeployedBy ?? "";
        values["Octopus.Deployment.ForcePackageRedeployment"] = deployment.ForcePackageRedeployment.ToString();
        foreach (var (name, value) in release.CustomFields)
        {
            values[$"Octopus.Release.CustomFields[{name}]"] = value ?? "";
        }
        return values;
    }
}

public sealed record PreparedDeployment(Deployment Deployment, Release Release, Project Project, ProcessRun Run);
