using OctoLogin.Access;
using OctoLogin.Projects;
using OctoLogin.Variables;

namespace OctoLogin.Portal.Pages.Space.Projects;

public sealed class VariablesModel(ProjectStore projects, VariableChanges changes, SpaceNames names) : ProjectPage(projects)
{
    private readonly ProjectStore store = projects;
    private Dictionary<string, string> scopes = [];
    private NamesById others = new(new Dictionary<string, string>());

    public IReadOnlyList<Variable> Variables { get; private set; } = [];
    public int Version { get; private set; }
    public string? EditUrl => Caller.MayInSomeEnvironment(Permission.VariableEdit, ProjectEndpoints.Target(Project)) ? At($"projects/{Project.Slug}/variables/edit") : null;

    public async Task OnGetAsync()
    {
        var set = await VariableEndpoints.Get(Project.Id, Space, Caller, store, changes, Cancel);
        Variables = [.. set.Variables.OrderBy(variable => variable.Name, StringComparer.OrdinalIgnoreCase)];
        Version = set.Version;
        var known = set.ScopeValues;
        scopes = new[] { known.Environments, known.Machines, known.Actions, known.Roles, known.Channels, known.TenantTags, known.Processes }
            .SelectMany(values => values).DistinctBy(value => value.Id).ToDictionary(value => value.Id, value => value.Name);
        others = await names.OfAsync(set.Variables.SelectMany(variable => variable.Scope.Tenant.Concat(variable.Scope.Environment)), Space.Id, Caller, Cancel);
    }

    /// <summary>Where it holds, in words; empty: everywhere.</summary>
    public IEnumerable<string> ScopeOf(Variable variable)
    {
        (string Word, string[] Ids)[] parts =
        [
            ("Environment", variable.Scope.Environment), ("Tenant", variable.Scope.Tenant), ("Tenant tag", variable.Scope.TenantTag), ("Target", variable.Scope.Machine), ("Role", variable.Scope.Role),
            ("Step", variable.Scope.Action), ("Channel", variable.Scope.Channel), ("Process", variable.Scope.ProcessOwner),
        ];
        return parts.Where(part => part.Ids.Length > 0).Select(part => $"{part.Word}: {string.Join(", ", part.Ids.Select(id => scopes.GetValueOrDefault(id) ?? others[id]))}");
    }
}
