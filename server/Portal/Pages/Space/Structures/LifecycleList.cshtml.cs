using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Lifecycles;

namespace OctoLogin.Portal.Pages.Space.Structures;

public sealed class LifecycleListModel(LifecycleStore lifecycles, EnvironmentStore environments) : SpacePage
{
    public StructureList List { get; private set; } = null!;

    public async Task OnGetAsync()
    {
        var found = await LifecycleEndpoints.All(Space, Caller, lifecycles, Cancel);
        var names = (await EnvironmentEndpoints.AllSeenAsync(Space.Id, Caller, environments, Cancel)).ToDictionary(one => one.Id, one => one.Name);
        List = new("Lifecycles", "lifecycle", "A lifecycle says in which order releases go to which environments.",
            Caller.May(Permission.LifecycleCreate, AccessTarget.Space(Space.Id)) ? At("lifecycles/new") : null,
            [.. found.Select(one => new StructureRow(one.Name, At($"lifecycles/{one.Id}"), one.Phases.Count == 0 ? "Any environment, in any order" : string.Join(" → ", one.Phases.Select(phase => Phase(phase, names)))))]);
    }

    private static string Phase(Phase phase, Dictionary<string, string> names) =>
        $"{phase.Name} ({string.Join(", ", phase.EnvironmentIds().Select(id => names.GetValueOrDefault(id, id)).DefaultIfEmpty("all others"))})";
}
