using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Rendering;
using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Http;
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

    [BindProperty(SupportsGet = true, Name = "skip")]
    public int Skip { get; set; }

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
        var page = new Page { Skip = Math.Max(0, Skip), Take = Take, PartialName = string.IsNullOrWhiteSpace(Text) ? null : Text };
        var query = new MachineQuery { HealthStatuses = string.IsNullOrEmpty(Health) ? null : [Health], EnvironmentIds = string.IsNullOrEmpty(EnvironmentId) ? null : [EnvironmentId] };
        var found = await MachineEndpoints.List(page, query, Space, Caller, machines, Cancel);
        Targets = found.Items;
        names = (await EnvironmentEndpoints.AllSeenAsync(Space.Id, Caller, environments, Cancel)).ToDictionary(one => one.Id, one => one.Name);
        Environments = [new("Any environment", ""), .. names.Select(one => new SelectListItem(one.Value, one.Key))];
        Pager = Pager.Of(At("targets", [("health", Health), ("environment", EnvironmentId)]), Text, page, found.TotalResults);
    }

    public async Task<IActionResult> OnPostCheckAsync()
    {
        var task = await tasks.RunAsync(new TaskCommand { Name = HealthChecks.HealthCheckRunner.Name }, Space, Caller, Cancel);
        return Done(At($"tasks/{task.Id}"), "The health check was queued.");
    }
}
