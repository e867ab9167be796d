using OctoLogin.ExecutionAccounts;
using OctoLogin.Http;
using OctoLogin.Projects;

namespace OctoLogin.Executions;

/// <summary>What names the accounts of a process's actions. Pure.</summary>
public static class ActionAccounts
{
    /// <summary>
    /// Those of the whole plan as far as they are known before it starts, so that one which may not be used there fails the task before any
    /// token exists. What an earlier step gives (<c>#{Octopus.Action[…].Output…}</c>) is looked at when the action runs.
    /// </summary>
    public static (IReadOnlyCollection<WantedAccount> Wanted, IReadOnlyCollection<string> Faults) Of(ExecutionPlan plan, ProcessRun run)
    {
        var wanted = new HashSet<WantedAccount>();
        var faults = new HashSet<string>();
        foreach (var step in plan.Groups.SelectMany(group => group).Where(step => step.Skipped is null))
        {
            foreach (var action in step.Actions.Where(action => action.Skipped is null && ScriptAction.Types.Contains(action.Action.ActionType, StringComparer.OrdinalIgnoreCase)))
            {
                foreach (var target in step.Targets ?? (IReadOnlyList<ExecutionTarget?>)[null])
                {
                    var values = run.Values(run.Target(action.Action.Id, target));
                    var source = SourceOf(action.Action, target, name => Known(action.Action.Properties.Text(name) ?? values.Values.GetValueOrDefault(name)), values.AccountTypes);
                    var (more, wrong) = source.Read();
                    wanted.UnionWith(more);
                    faults.UnionWith(wrong);
                }
            }
        }
        return (wanted, faults);
    }

    public static AccountSource SourceOf(DeploymentAction action, ExecutionTarget? target, Func<string, string?> value, IReadOnlyDictionary<string, string> accountTypes) =>
        new(action.Name, action.ActionType, value, accountTypes, target?.AccountId is { } account ? (target.Name, account) : null);

    private static string? Known(string? text) => text?.Contains("#{", StringComparison.Ordinal) == true ? null : text;
}
