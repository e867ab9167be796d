using OctoLogin.Accounts;
using OctoLogin.Environments;
using OctoLogin.ExecutionAccounts;
using OctoLogin.ProjectGroups;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;
using OctoLogin.Tenants;
using OctoLogin.Variables;

namespace OctoLogin.Executions;

/// <summary>Reads all that an execution needs to run: what was frozen for it, and where and for whom it runs.</summary>
public sealed class ProcessRunReader(
    SpaceStore spaces, ProjectGroupStore groups, ProjectStore projects, EnvironmentStore environments, TenantStore tenants, DeploymentProcessStore processes, VariableSetStore variables,
    SealedValues sealedValues, PromptedSecrets prompted)
{
    /// <summary>Null: something of it was deleted.</summary>
    public async Task<ProcessRun?> ReadAsync(Execution execution, ProcessSource source, ServerTask task, CancellationToken cancel)
    {
        var spaceId = execution.SpaceId;
        if (await spaces.FindAsync(spaceId, cancel) is not { } space
            || await projects.FindAsync(spaceId, execution.ProjectId, cancel) is not { } project
            || await environments.FindAsync(spaceId, execution.EnvironmentId, cancel) is not { } environment
            || await processes.FindByIdAsync(spaceId, source.ProcessSnapshotId, cancel) is not { } process)
        {
            return null;
        }
        var tenant = execution.TenantId is null ? null : await tenants.FindAsync(spaceId, execution.TenantId, cancel);
        var set = execution.VariableSetSnapshotId is null ? null : await variables.FindByIdAsync(spaceId, execution.VariableSetSnapshotId, cancel);
        var secret = prompted.Open(execution);
        var values = SystemValues.Of(execution, space, project, environment, tenant, task);
        foreach (var (name, value) in source.Values)
        {
            values[name] = value;
        }
        return execution.TenantId is not null && tenant is null ? null : new ProcessRun
        {
            Execution = execution,
            Task = task,
            Project = project,
            Environment = environment,
            Tenant = tenant,
            ProcessId = process.PresentId,
            Steps = process.Steps,
            Packages = source.Packages,
            ChannelId = source.ChannelId,
            ProcessOwner = source.Owner,
            Values = target => (set is null ? VariableValues.None : sealedValues.Resolve(set, target)).With(execution.FormValues).With(secret, secret.Keys),
            SystemValues = values,
            Place = PlaceOf(execution, source, environment, tenant, new SubjectParts
            {
                Space = space.Slug,
                ProjectGroup = (await groups.FindAsync(spaceId, project.ProjectGroupId, cancel))?.Slug,
                Project = project.Slug,
                Runbook = source.RunbookSlug,
                Tenant = tenant?.Slug,
                Environment = environment.Slug,
            }),
            FailedMessage = source.FailedMessage,
        };
    }

    private static AccountPlace PlaceOf(Execution execution, ProcessSource source, DeploymentEnvironment environment, Tenant? tenant, SubjectParts subject) => new()
    {
        SpaceId = execution.SpaceId,
        EnvironmentId = environment.Id,
        EnvironmentName = environment.Name,
        TenantId = tenant?.Id,
        TenantName = tenant?.Name,
        TenantTags = tenant?.TenantTags ?? [],
        Use = source.RunbookSlug is null ? SubjectUse.Deployment : SubjectUse.Runbook,
        Subject = subject,
        ExecutionId = execution.Id,
    };
}

/// <summary>What a process comes from: a release or a runbook's snapshot.</summary>
/// <param name="ChannelId">Null: a runbook's run.</param>
/// <param name="Owner">The project or the runbook.</param>
/// <param name="Values">Its own system variables.</param>
/// <param name="FailedMessage">The task's error when a step failed.</param>
public sealed record ProcessSource(
    string ProcessSnapshotId, IReadOnlyList<SelectedPackage> Packages, string? ChannelId, string Owner, IReadOnlyDictionary<string, string> Values, string FailedMessage)
{
    /// <summary>Null: a deployment.</summary>
    public string? RunbookSlug { get; init; }
}
