using OctoLogin.Database;
using OctoLogin.ExecutionAccounts;
using OctoLogin.Machines;
using OctoLogin.ServerTasks;
using OctoLogin.Variables;

namespace OctoLogin.Executions;

/// <summary>Runs a process: the steps of its plan group by group, whatever of them runs after a failure too, and says how it ended.</summary>
public sealed class ProcessExecution(MachineStore machines, StepAccounts accounts, StepExecution steps)
{
    /// <exception cref="TaskFailedException">A step failed.</exception>
    public async Task RunAsync(ProcessRun run, RunningTask task, CancellationToken cancel)
    {
        var state = new ExecutionState();
        var targets = await TargetsAsync(run, cancel);
        var plan = Plan(run, targets, state, task);
        var (wanted, faults) = ActionAccounts.Of(plan, run);
        await accounts.FindAsync(wanted, faults, run.Place, cancel);
        if (run.Execution.UseGuidedFailure)
        {
            task.Log.Warning("Guided failure was asked for, which this server does not have: a step that fails, fails.");
        }
        foreach (var group in plan.Groups)
        {
            cancel.ThrowIfCancellationRequested();
            // Whether a step runs is decided by what came before its group, not by those that start with it.
            var failed = state.Failed;
            await Task.WhenAll(group.Select(step => steps.RunAsync(run, step, failed, state, task, cancel)));
        }
        if (state.Failed)
        {
            throw new TaskFailedException(run.FailedMessage);
        }
    }

    private static ExecutionPlan Plan(ProcessRun run, IReadOnlyList<ExecutionTarget> targets, ExecutionState state, RunningTask task)
    {
        var values = run.Values(run.Target(null, null));
        foreach (var warning in values.Warnings)
        {
            task.Log.Warning(warning);
        }
        var scope = new ExecutionScope(run.Execution.EnvironmentId, run.ChannelId, run.Tenant?.TenantTags ?? [], run.Execution.SkipActions);
        try
        {
            return ExecutionPlan.Of(run.Steps, scope, targets, ActionValues.Of(values, run.SystemValues, state, [], task.Mask).Expand);
        }
        catch (SubstitutionException fault)
        {
            throw new TaskFailedException(fault.Message);
        }
    }

    private async Task<IReadOnlyList<ExecutionTarget>> TargetsAsync(ProcessRun run, CancellationToken cancel)
    {
        var execution = run.Execution;
        var there = await Outage.WaitAsync(() => machines.ForDeploymentAsync(
            execution.SpaceId, execution.EnvironmentId, execution.TenantId, run.Tenant?.TenantTags ?? [], [], cancel), cancel);
        return [.. there
            .Where(machine => execution.SpecificMachineIds.Length == 0 || execution.SpecificMachineIds.Contains(machine.Id))
            .Where(machine => !execution.ExcludedMachineIds.Contains(machine.Id))
            .Select(machine => new ExecutionTarget(machine.Id, machine.Name, machine.Roles) { AccountId = machine.AccountId })];
    }
}
