using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Rendering;
using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Machines;
using OctoLogin.ServerTasks;

namespace OctoLogin.Portal.Pages.Space.Targets;

public sealed class TargetListModel(MachineStore machines, EnvironmentStore environments, CreateTask tasks) : SpacePage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "health")]
    public string? Health { get; set; }

    [BindProperty(SupportsGet = true, Name = "environment")]
    public string? EnvironmentId { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    public IReadOnlyList<Machine> Targets { get; private set; } = [];
    public IReadOnlyList<SelectListItem> Environments { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public bool IsNarrowed => new[] { Text, Health, EnvironmentId }.Any(value => !string.IsNullOrEmpty(value));
    private Dictionary<string, string> names = [];

    public static IReadOnlyList<SelectListItem> States { get; } =
        [new("Any health", ""), .. new[] { MachineHealth.Healthy, MachineHealth.Unhealthy, MachineHealth.Unavailable, MachineHealth.Unknown }.Select(state => new SelectListItem(state, state))];

    public string EnvironmentsOf(Machine machine) => string.Join(", ", machine.EnvironmentIds.Where(names.ContainsKey).Select(id => names[id]));

    public async Task OnGetAsync()
    {
        var query = new MachineQuery { HealthStatuses = string.IsNullOrEmpty(Health) ? null : [Health], EnvironmentIds = string.IsNullOrEmpty(EnvironmentId) ? null : [EnvironmentId] };
        var found = await MachineEndpoints.List(Http.Page.Following(After, Take, Text), query, Space, Caller, machines, Cancel);
        (Targets, Pager) = Pager.Cut(found.Items, Take, target => target.Name, At("targets", [("health", Health), ("environment", EnvironmentId)]), Text, After);
        names = (await EnvironmentEndpoints.AllSeenAsync(Space.Id, Caller, environments, Cancel)).ToDictionary(one => one.Id, one => one.Name);
        Environments = [new("Any environment", ""), .. names.Select(one => new SelectListItem(one.Value, one.Key))];
    }

    public async Task<IActionResult> OnPostCheckAsync()
    {
        var task = await tasks.RunAsync(new TaskCommand { Name = HealthChecks.HealthCheckRunner.Name }, Space, Caller, Cancel);
        return Done(At($"tasks/{task.Id}"), "The health check was queued.");
    }
}
