using OctoLogin.Environments;
using OctoLogin.ExecutionAccounts;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.ServerTasks;
using OctoLogin.Tenants;
using OctoLogin.Variables;

namespace OctoLogin.Executions;

/// <summary>A process with all that it needs to run, read before it starts.</summary>
public sealed record ProcessRun
{
    public required Execution Execution { get; init; }
    public required ServerTask Task { get; init; }
    public required Project Project { get; init; }
    public required DeploymentEnvironment Environment { get; init; }

    /// <summary>Null: untenanted.</summary>
    public Tenant? Tenant { get; init; }

    /// <summary>The process's own Id, not its snapshot's: its sensitive properties are sealed for that.</summary>
    public required string ProcessId { get; init; }
    public required IReadOnlyList<DeploymentStep> Steps { get; init; }
    public required IReadOnlyList<SelectedPackage> Packages { get; init; }

    /// <summary>Null: a runbook's run.</summary>
    public string? ChannelId { get; init; }

    /// <summary>The project or the runbook.</summary>
    public required string ProcessOwner { get; init; }

    /// <summary>The frozen variables as they hold for a target, with what was given for prompted ones.</summary>
    public required Func<VariableTarget, VariableValues> Values { get; init; }

    /// <summary><c>Octopus.Project.Name</c> and all else that holds for the whole run.</summary>
    public required IReadOnlyDictionary<string, string> SystemValues { get; init; }

    /// <summary>Where accounts are used, and what ID tokens tell of it.</summary>
    public required AccountPlace Place { get; init; }

    /// <summary>The error of the task when a step failed.</summary>
    public required string FailedMessage { get; init; }

    public VariableTarget Target(string? actionId, ExecutionTarget? machine) => new(
        Execution.EnvironmentId, Execution.TenantId, Tenant?.TenantTags ?? [], machine?.Id, machine?.Roles ?? [], actionId, ChannelId, ProcessOwner);
}
