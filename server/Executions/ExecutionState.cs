using OctoLogin.Projects;
using OctoLogin.Scripts;

namespace OctoLogin.Executions;

/// <summary>What the steps that have ended leave for those that follow. Safe for steps that run at the same time.</summary>
public sealed class ExecutionState
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> sensitive = new(StringComparer.OrdinalIgnoreCase);
    private bool failed;

    public bool Failed
    {
        get
        {
            lock (gate)
            {
                return failed;
            }
        }
    }

    /// <summary>As they are now: outputs and how steps ended.</summary>
    public (IReadOnlyDictionary<string, string> Values, IReadOnlySet<string> Sensitive) Snapshot()
    {
        lock (gate)
        {
            return (new Dictionary<string, string>(values, values.Comparer), new HashSet<string>(sensitive, sensitive.Comparer));
        }
    }

    /// <param name="target">Null: the action ran on the server.</param>
    public void Add(DeploymentAction action, ExecutionTarget? target, IReadOnlyList<OutputVariable> outputs)
    {
        lock (gate)
        {
            foreach (var output in outputs)
            {
                Set($"Octopus.Action[{action.Name}].Output.{output.Name}", output);
                if (target is not null)
                {
                    Set($"Octopus.Action[{action.Name}].Output[{target.Name}].{output.Name}", output);
                }
            }
        }
    }

    /// <param name="code">Octopus's word: Succeeded, Failed, Skipped.</param>
    /// <param name="error">Null: none.</param>
    public void End(DeploymentStep step, string code, string? error)
    {
        lock (gate)
        {
            values[$"Octopus.Step[{step.Name}].Status.Code"] = code;
            if (error is null)
            {
                return;
            }
            values[$"Octopus.Step[{step.Name}].Status.Error"] = error;
            values[$"Octopus.Step[{step.Name}].Status.ErrorDetail"] = error;
            values["Octopus.Deployment.Error"] = error;
            values["Octopus.Deployment.ErrorDetail"] = error;
            failed = true;
        }
    }

    private void Set(string name, OutputVariable output)
    {
        values[name] = output.Value;
        if (output.IsSensitive)
        {
            sensitive.Add(name);
        }
    }
}
