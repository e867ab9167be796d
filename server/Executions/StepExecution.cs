using OctoLogin.Http;
using OctoLogin.ServerTasks;
using OctoLogin.Variables;

namespace OctoLogin.Executions;

/// <summary>Runs one step: whether it does at all, for which targets, and its actions one after the other on each of them.</summary>
public sealed class StepExecution(ActionExecution actions)
{
    public async Task RunAsync(ProcessRun run, StepPlan step, bool failedBefore, ExecutionState state, RunningTask task, CancellationToken cancel)
    {
        var log = task.Log.Begin($"Step {step.Number}: {step.Step.Name}");
        try
        {
            var skipped = step.Skipped ?? WhyNotNow(run, step, failedBefore, state, task.Mask);
            if (skipped is not null)
            {
                log.Write(step.SkipWarns ? LogCategory.Warning : LogCategory.Info, skipped);
                state.End(step.Step, "Skipped", null);
                log.End(ActivityStatus.Skipped);
                return;
            }
            var outcome = await OnTargetsAsync(run, step, state, log, task.Mask, cancel);
            state.End(step.Step, outcome.Failed ? "Failed" : outcome.Status == ActivityStatus.Skipped ? "Skipped" : "Succeeded", outcome.Error);
            log.End(outcome.Status);
        }
        catch (SubstitutionException fault)
        {
            log.Error(fault.Message);
            state.End(step.Step, "Failed", fault.Message);
            log.End(ActivityStatus.Failed);
        }
        catch
        {
            log.End(cancel.IsCancellationRequested ? ActivityStatus.Canceled : ActivityStatus.Failed);
            throw;
        }
    }

    private static string? WhyNotNow(ProcessRun run, StepPlan step, bool failedBefore, ExecutionState state, SecretMask mask)
    {
        var values = ActionValues.Of(run.Values(run.Target(null, null)), run.SystemValues, state, [], mask);
        return step.RunsAfter(failedBefore, values.Expand) ? null
            : $"Step '{step.Step.Name}' was skipped: " + step.Step.Condition.ToUpperInvariant() switch
            {
                "FAILURE" => "no step before it failed.",
                "VARIABLE" => "its run condition is not true.",
                _ => "a step before it failed.",
            };
    }

    private async Task<ActionOutcome> OnTargetsAsync(ProcessRun run, StepPlan step, ExecutionState state, ActivityLog log, SecretMask mask, CancellationToken cancel)
    {
        if (step.Targets is null)
        {
            return await AllActionsAsync(run, step, null, state, log.Begin("Server"), mask, cancel);
        }
        using var window = new SemaphoreSlim(step.Window);
        var all = step.Targets.Select(async target =>
        {
            await window.WaitAsync(cancel);
            try
            {
                return await AllActionsAsync(run, step, target, state, log.Begin(Printable.Of(target.Name)), mask, cancel);
            }
            finally
            {
                window.Release();
            }
        });
        return ActionOutcome.Worst(await Task.WhenAll(all));
    }

    /// <summary>One after the other; after one that fails no more.</summary>
    private async Task<ActionOutcome> AllActionsAsync(
        ProcessRun run, StepPlan step, ExecutionTarget? target, ExecutionState state, ActivityLog log, SecretMask mask, CancellationToken cancel)
    {
        try
        {
            var outcomes = new List<ActionOutcome>();
            foreach (var action in step.Actions)
            {
                var place = step.Actions.Count > 1 ? log.Begin(action.Action.Name) : log;
                outcomes.Add(await actions.RunAsync(run, step, action, target, state, place, mask, cancel));
                place.End(outcomes[^1].Status);
                if (outcomes[^1].Failed)
                {
                    break;
                }
            }
            var worst = ActionOutcome.Worst(outcomes);
            log.End(worst.Status);
            return worst;
        }
        catch
        {
            log.End(cancel.IsCancellationRequested ? ActivityStatus.Canceled : ActivityStatus.Failed);
            throw;
        }
    }
}

/// <summary>How an action, or several, ended.</summary>
/// <param name="Error">Null: it did not fail.</param>
public sealed record ActionOutcome(ActivityStatus Status, string? Error = null)
{
    private static readonly ActivityStatus[] FromBest = [ActivityStatus.Skipped, ActivityStatus.Success, ActivityStatus.SuccessWithWarning, ActivityStatus.Failed];

    public bool Failed => Error is not null;

    public static ActionOutcome Worst(IReadOnlyList<ActionOutcome> outcomes) => outcomes.MaxBy(outcome => Array.IndexOf(FromBest, outcome.Status))!;
}
