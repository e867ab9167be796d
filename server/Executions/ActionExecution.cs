using OctoLogin.ExecutionAccounts;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.ServerTasks;

namespace OctoLogin.Executions;

/// <summary>Runs one action on one target, again if it fails and its retries say so.</summary>
public sealed class ActionExecution(ScriptAction script, StepAccounts accounts, ActionImages images, SensitiveProperties sensitive)
{
    public async Task<ActionOutcome> RunAsync(
        ProcessRun run, StepPlan step, ActionPlan action, ExecutionTarget? target, ExecutionState state, ActivityLog log, SecretMask mask, CancellationToken cancel)
    {
        if (action.Skipped is not null)
        {
            log.Info(action.Skipped);
            return new(ActivityStatus.Skipped);
        }
        var ofImages = await images.ValuesAsync(run.Execution.SpaceId, PackageValues.PackagesOf(action.Action, run.Packages), log, cancel);
        var values = ValuesOf(run, step, action.Action, target, ofImages, state, mask);
        if (!action.Runs(values.Expand))
        {
            log.Info($"Step '{action.Action.Name}' was skipped: its run condition is not true.");
            return new(ActivityStatus.Skipped);
        }
        if (!ScriptAction.Types.Contains(action.Action.ActionType, StringComparer.OrdinalIgnoreCase))
        {
            return Failed(log, $"Step '{Printable.Of(action.Action.Name)}' is of the type '{Printable.Of(action.Action.ActionType)}', which this server cannot run; it runs {string.Join(", ", ScriptAction.Types)}.");
        }
        try
        {
            var chosen = await accounts.FindAsync(ActionAccounts.SourceOf(action.Action, target, name => values[name], values.Accounts), run.Place, cancel);
            return await RetryAsync(run, action.Action, target, values, chosen, state, log, mask, cancel);
        }
        catch (TaskFailedException fault)
        {
            return Failed(log, fault.Message);
        }
    }

    private async Task<ActionOutcome> RetryAsync(
        ProcessRun run, DeploymentAction action, ExecutionTarget? target, ActionValues values, ChosenAccounts chosen, ExecutionState state, ActivityLog log, SecretMask mask, CancellationToken cancel)
    {
        var rule = RetryRule.Of(name => values[name]);
        for (var retry = 0; ; retry++)
        {
            // Each try has tokens of its own: those of the one before may have expired.
            // What is secret here is not for a token's claims, which others read.
            var login = accounts.LogIn(chosen, name => values.SensitiveNames.Contains(name) ? null : values[name], mask);
            var own = values.With([.. login.Values.Select(value => KeyValuePair.Create(value.Name, value.Value))], login.Values.Where(value => value.IsSensitive).Select(value => value.Name));
            var outcome = await script.RunAsync(new ActionUse(run, action, target, own, rule.TimeLimit, login), state, log, mask, cancel);
            if (!outcome.Failed || retry == rule.MostRetries)
            {
                return outcome;
            }
            log.Warning($"Retry {retry + 1} of {rule.MostRetries} in {rule.Before(retry + 1).TotalSeconds:0} s.");
            await Task.Delay(rule.Before(retry + 1), cancel);
        }
    }

    public static ActionOutcome Failed(ActivityLog log, string error)
    {
        log.Error(error);
        return new(ActivityStatus.Failed, error);
    }

    private ActionValues ValuesOf(
        ProcessRun run, StepPlan step, DeploymentAction action, ExecutionTarget? target, IEnumerable<KeyValuePair<string, string>> ofImages, ExecutionState state, SecretMask mask)
    {
        var own = new Dictionary<string, string>(run.SystemValues, StringComparer.OrdinalIgnoreCase);
        var secret = new List<string>();
        Take("step:" + step.Step.Id, step.Step.Properties);
        Take(action.Id, action.Properties);
        foreach (var (name, value) in ActionValues.Names(step, action, target).Concat(PackageValues.Of(action, run.Packages)).Concat(ofImages))
        {
            own[name] = value;
        }
        return ActionValues.Of(run.Values(run.Target(action.Id, target)), own, state, secret, mask);

        void Take(string ownerId, Dictionary<string, System.Text.Json.JsonElement> properties)
        {
            foreach (var name in properties.Keys.Where(name => name != ScriptAction.BodyProperty))
            {
                if (properties.Text(name) is { } text)
                {
                    own[name] = text;
                }
                else if (sensitive.Open(run.ProcessId, ownerId, name, properties[name]) is { } opened)
                {
                    own[name] = opened;
                    secret.Add(name);
                }
            }
        }
    }
}

/// <summary>An action that is about to run on a target.</summary>
/// <param name="Target">Null: on the server.</param>
public sealed record ActionUse(ProcessRun Run, DeploymentAction Action, ExecutionTarget? Target, ActionValues Values, TimeSpan? TimeLimit, StepLogin Login);
