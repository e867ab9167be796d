using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Rendering;
using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.ServerTasks;

namespace OctoLogin.Portal.Pages.Space.Tasks;

public sealed class TaskListModel(ServerTaskStore tasks, ProjectStore projects, EnvironmentStore environments, SpaceNames names) : SpacePage
{
    private const int Take = 50;
    private const int MostProjects = 500;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "state")]
    public string? State { get; set; }

    [BindProperty(SupportsGet = true, Name = "project")]
    public string? ProjectId { get; set; }

    [BindProperty(SupportsGet = true, Name = "environment")]
    public string? EnvironmentId { get; set; }

    /// <summary>The number of the last task of the page before.</summary>
    [BindProperty(SupportsGet = true, Name = "before")]
    public long? Before { get; set; }

    public IReadOnlyList<ServerTask> Tasks { get; private set; } = [];
    public NamesById Names { get; private set; } = new(new Dictionary<string, string>());
    public IReadOnlyList<SelectListItem> Projects { get; private set; } = [];
    public IReadOnlyList<SelectListItem> Environments { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public bool IsNarrowed => new[] { Text, State, ProjectId, EnvironmentId }.Any(value => !string.IsNullOrEmpty(value));

    public static IReadOnlyList<SelectListItem> States { get; } =
        [new("Any state", ""), new("Not ended", "active"), .. Enum.GetNames<TaskState>().Select(state => new SelectListItem(state, state))];

    public async Task OnGetAsync()
    {
        var filter = new TaskFilter
        {
            States = string.IsNullOrEmpty(State) ? null : State == "active" ? [nameof(TaskState.Queued), nameof(TaskState.Executing), nameof(TaskState.Cancelling)] : [State],
            Projects = One(ProjectId), Environments = One(EnvironmentId), Before = Before,
        };
        var found = await tasks.NewestAsync(filter, Caller.VisibleTargets(Permission.TaskView, Space.Id), LikeText.Containing(Text?.Trim()), Take + 1, Cancel);
        Tasks = [.. found.Take(Take)];
        Pager = new(Before is null ? null : Address(null), found.Count > Take ? Address(Tasks[^1].Number) : null, "Newest", "Older");
        Names = await names.OfAsync(Tasks.SelectMany(task => new[] { task.ProjectId, task.EnvironmentId, task.TenantId }), Space.Id, Caller, Cancel);
        Environments = [new("Any environment", ""), .. (await EnvironmentEndpoints.AllSeenAsync(Space.Id, Caller, environments, Cancel)).Select(one => new SelectListItem(one.Name, one.Id))];
        var seen = MayHere(Permission.ProjectView)
            ? (await projects.ListAsync(Space.Id, OctoLogin.Http.Page.All with { Take = MostProjects }, Caller.Visible(Permission.ProjectView, Space.Id), Cancel)).Items : [];
        Projects = [new("Any project", ""), .. seen.Select(one => new SelectListItem(one.Name, one.Id))];
    }

    private static string[]? One(string? id) => string.IsNullOrEmpty(id) ? null : [id];

    private string Address(long? before) => At("tasks", [("q", Text), ("state", State), ("project", ProjectId), ("environment", EnvironmentId), ("before", before?.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
}
