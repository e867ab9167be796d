using OctoLogin.Channels;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.Projects;

namespace OctoLogin.Runbooks;

/// <summary>Where a runbook may be run, by its scope.</summary>
public sealed class RunbookPlaces(ChannelStore channels, LifecycleStore lifecycles)
{
    public async Task CheckAsync(Runbook runbook, Project project, IReadOnlyList<ExecutionPlace> places, Validation validation, CancellationToken cancel)
    {
        var allowed = runbook.EnvironmentScope switch
        {
            RunbookEnvironmentScope.Specified => runbook.Environments,
            RunbookEnvironmentScope.FromProjectLifecycles => await OfLifecyclesAsync(project, cancel),
            _ => null,
        };
        var why = runbook.EnvironmentScope == RunbookEnvironmentScope.Specified ? "it is not one of those that the runbook names" : "no lifecycle of the project has it";
        foreach (var environment in places.Select(place => place.Environment).DistinctBy(environment => environment.Id).Where(environment => allowed?.Contains(environment.Id) == false))
        {
            validation.Check(false, $"Runbook '{runbook.Name}' is not run in environment '{environment.Name}': {why}.");
        }
    }

    /// <summary>Null: everywhere, as a lifecycle without phases goes.</summary>
    private async Task<IReadOnlyCollection<string>?> OfLifecyclesAsync(Project project, CancellationToken cancel)
    {
        var ofChannels = await channels.ListAsync(project.SpaceId, project.Id, Page.All, VisibleRows.Everything, cancel);
        var allowed = new HashSet<string>();
        foreach (var id in ofChannels.Items.Select(channel => channel.LifecycleId ?? project.LifecycleId).Distinct())
        {
            var lifecycle = await lifecycles.FindAsync(project.SpaceId, id, cancel);
            if (lifecycle is null or { Phases.Count: 0 })
            {
                return null;
            }
            allowed.UnionWith(lifecycle.EnvironmentIds());
        }
        return allowed;
    }
}
