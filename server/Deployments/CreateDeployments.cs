using Npgsql;
using OctoLogin.Access;
using OctoLogin.Channels;
using OctoLogin.Database;
using OctoLogin.Environments;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.Spaces;
using OctoLogin.Variables;

namespace OctoLogin.Deployments;

/// <summary>
/// The other command of a CI job: a release to environments, perhaps for tenants. Checks who asks, what, where and when, and whether
/// channel and lifecycle let the release go there; then queues a task for each place, all in one transaction.
/// </summary>
public sealed class CreateDeployments(
    NpgsqlDataSource database, ProjectStore projects, ReleaseStore releases, DeploymentProcessStore processes, VariableSetStore variables, PresentVariables presentVariables, EnvironmentStore environments,
    ExecutionPlaces executionPlaces, ReleaseProgress progress, DeploymentQueue queue, TimeProvider clock)
{
    public async Task<IReadOnlyList<DeploymentServerTask>> RunAsync(
        CreateDeploymentsCommand command, bool tenanted, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.DeploymentCreate, space.Id);
        var validation = new Validation().Fault(space.Mismatch("SpaceId", command.SpaceId)).Fault(space.Mismatch("SpaceIdOrName", command.SpaceIdOrName));
        var project = await ProjectEndpoints.NamedAsync(command.ProjectName, Permission.DeploymentCreate, space, caller, projects, validation, cancel);
        if (project is null)
        {
            // Everything else depends on it.
            validation.ThrowIfAny();
        }
        var subject = new ExecutionSubject(project!, Permission.DeploymentCreate, project!.TenantedDeploymentMode, $"Project '{project.Name}'");
        var places = await executionPlaces.FindAsync(command, subject, tenanted, space, caller, validation, cancel);
        validation.Check(!project.IsDisabled, $"Project '{project.Name}' is disabled: nothing of it is deployed.");
        var release = await FindReleaseAsync(command, project, validation, cancel);
        if (command.UpdateVariableSnapshot == true)
        {
            // What the release deploys from now on changes.
            caller.Demand(Permission.ReleaseEdit, ProjectEndpoints.Target(project));
        }
        var options = await ReadOptionsAsync(command, release, places, space, validation, cancel);
        if (release is not null)
        {
            await CheckLifecycleAsync(project, release, places, validation, cancel);
        }
        validation.ThrowIfAny();
        return await database.InTransactionAsync(async connection =>
        {
            var deployed = command.UpdateVariableSnapshot == true ? await presentVariables.TakeAsync(connection, release!, project, caller.Actor, cancel) : release!;
            return await queue.AddAsync(connection, project, deployed, places, new(options, command.ForcePackageRedeployment ?? false), caller.Actor, cancel);
        }, cancel);
    }

    private async Task<Release?> FindReleaseAsync(CreateDeploymentsCommand command, Project project, Validation validation, CancellationToken cancel)
    {
        var version = validation.Required("ReleaseVersion", command.ReleaseVersion);
        var release = version.Length == 0 ? null : await releases.FindVersionAsync(project.Id, version, cancel);
        validation.Check(release is not null || version.Length == 0, $"Project '{project.Name}' has no release '{Printable.Of(version)}'.");
        return release;
    }

    private async Task<ExecutionOptions> ReadOptionsAsync(
        CreateDeploymentsCommand command, Release? release, IReadOnlyList<ExecutionPlace> places, SpaceContext space, Validation validation, CancellationToken cancel)
    {
        var process = release is null ? null : await processes.FindByIdAsync(space.Id, release.ProcessSnapshotId, cancel);
        var options = await executionPlaces.ReadOptionsAsync(command, process?.Steps, places, space, clock.GetUtcNow(), validation, cancel);
        if (release is null)
        {
            return options;
        }
        var set = command.UpdateVariableSnapshot == true ? await variables.FindAsync(space.Id, release.ProjectId, cancel)
            : release.VariableSetSnapshotId is null ? null : await variables.FindByIdAsync(space.Id, release.VariableSetSnapshotId, cancel);
        return ExecutionPrompts.Read(options, command, set, places, release.ChannelId, release.ProjectId, validation);
    }

    private async Task CheckLifecycleAsync(Project project, Release release, IReadOnlyList<ExecutionPlace> places, Validation validation, CancellationToken cancel)
    {
        var names = (await environments.ListAsync(project.SpaceId, Page.All, VisibleRows.Everything, cancel)).Items.ToDictionary(environment => environment.Id, environment => environment.Name);
        await using var connection = await database.OpenConnectionAsync(cancel);
        var history = await progress.ReadAsync(connection, project, release, cancel);
        foreach (var place in places)
        {
            validation.Fault(history.Refusal(place.Tenant));
            validation.Fault(history.Of(place.Tenant).Refusal(place.Environment.Id, id => names.GetValueOrDefault(id, id)));
        }
    }
}

/// <summary>What a client sends.</summary>
public sealed record CreateDeploymentsCommand : ExecutionCommand
{
    public string? ReleaseVersion { get; init; }
    public bool? ForcePackageRedeployment { get; init; }
    public bool? UpdateVariableSnapshot { get; init; }
}
