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
        return step.RunsAfter(failedBefore, Expand) ? null
            : $"Step '{step.Step.Name}' was skipped: " + step.Step.Condition.ToUpperInvariant() switch
            {
                "FAILURE" => "no step before it failed.",
                "VARIABLE" => "its run condition is not true.",
                _ => "a step before it failed.",
            };

        string Expand(string text) => ActionValues.Of(run.Values(run.Target(null, null)), run.SystemValues, state, [], mask).Expand(text);
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
    private Task<ActionOutcome> AllActionsAsync(
        ProcessRun run, StepPlan step, ExecutionTarget? target, ExecutionState state, ActivityLog own, SecretMask mask, CancellationToken cancel) =>
        InAsync(own, async log =>
        {
            var outcomes = new List<ActionOutcome>();
            foreach (var action in step.Actions)
            {
                outcomes.Add(step.Actions.Count == 1
                    ? await actions.RunAsync(run, step, action, target, state, log, mask, cancel)
                    : await InAsync(log.Begin(action.Action.Name), place => actions.RunAsync(run, step, action, target, state, place, mask, cancel), cancel));
                if (outcomes[^1].Failed)
                {
                    break;
                }
            }
            return ActionOutcome.Worst(outcomes);
        }, cancel);

    /// <summary>Whatever becomes of it, its element of the log ends.</summary>
    private static async Task<ActionOutcome> InAsync(ActivityLog log, Func<ActivityLog, Task<ActionOutcome>> work, CancellationToken cancel)
    {
        try
        {
            var outcome = await work(log);
            log.End(outcome.Status);
            return outcome;
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
