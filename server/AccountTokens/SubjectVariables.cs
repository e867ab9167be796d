using OctoLogin.Executions;
using OctoLogin.Projects;
using OctoLogin.Runbooks;
using OctoLogin.Spaces;

namespace OctoLogin.AccountTokens;

/// <summary>What custom claims may name where nothing runs: the system variables of the place. A project's own variables could be secrets. Pure.</summary>
public static class SubjectVariables
{
    public static Func<string, string?> Of(Space space, Project project, Runbook? runbook, ExecutionPlace place)
    {
        var values = SystemValues.OfPlace(space, project, place.Environment, place.Tenant);
        if (runbook is not null)
        {
            values["Octopus.Runbook.Id"] = runbook.Id;
            values["Octopus.Runbook.Name"] = runbook.Name;
        }
        return values.GetValueOrDefault;
    }
}
