using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Artifacts;
using OctoLogin.Audit;
using OctoLogin.Deployments;
using OctoLogin.Executions;
using OctoLogin.ServerTasks;

namespace OctoLogin.Portal.Pages.Space.Tasks;

/// <summary>A task and its log, which grows while one looks at it.</summary>
public sealed class TaskModel(
    ServerTaskStore tasks, TaskLogStore logs, ArtifactStore artifacts, DeploymentStore deployments, SpaceNames names, TaskMetrics metrics, NpgsqlDataSource database, AuditLog audit) : SpacePage
{
    private const int FirstLines = 500;
    private const int MostLines = 20_000;

    [FromRoute]
    public string Id { get; set; } = "";

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "level")]
    public string? Level { get; set; }

    /// <summary>How many of the last lines.</summary>
    [BindProperty(SupportsGet = true, Name = "lines")]
    public int? Lines { get; set; }

    public ServerTask Task { get; private set; } = null!;
    public TaskFacts Facts { get; private set; } = null!;
    public IReadOnlyList<LogNode> Roots { get; private set; } = [];

    /// <summary>Where earlier lines are; null: these are all.</summary>
    public string? EarlierUrl { get; private set; }

    /// <summary>Earlier lines than a page shows are only in the raw log.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Null: the task has ended.</summary>
    public string? NewsUrl { get; private set; }
    public IReadOnlyList<Artifact> Artifacts { get; private set; } = [];

    /// <summary>Null: it is none, or not for the caller to see.</summary>
    public Deployment? Deployment { get; private set; }

    /// <summary>Of what runs a runbook.</summary>
    public string? RunbookRunId { get; private set; }
    public bool MayCancel => Task is { IsCompleted: false, State: not TaskState.Cancelling } && Caller.May(Permission.TaskCancel, ServerTaskEndpoints.Target(Task));
    public string Arguments => JsonSerializer.Serialize(Task.Arguments, Indented);
    private LogFilter Filter => new(LogLevels.Categories(Level), Text?.Trim());

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public async Task OnGetAsync()
    {
        // The task before its log: when it has ended, so has the log that is read after.
        Task = await ServerTaskEndpoints.SeenAsync(Id, Space, Caller, tasks, Cancel);
        var most = Math.Clamp(Lines ?? FirstLines, 1, MostLines);
        var tail = await logs.TailAsync(Task, Filter, most, Cancel);
        Roots = LogNode.Of(Task, tail);
        IsCut = tail.HasEarlier && most == MostLines;
        EarlierUrl = tail.HasEarlier && !IsCut ? Address(("lines", Math.Min(most * 4, MostLines).ToString(CultureInfo.InvariantCulture))) : null;
        NewsUrl = Task.IsCompleted ? null : News(tail.Last);
        Facts = await FactsAsync(isNews: false);
        Artifacts = (await ArtifactEndpoints.List(new() { Take = 200 }, [Task.Id], Space, Caller, artifacts, Cancel)).Items;
        await FindDeploymentAsync();
    }

    /// <summary>What came after a number, for htmx.</summary>
    public async Task<IActionResult> OnGetNewsAsync(int after)
    {
        Task = await ServerTaskEndpoints.SeenAsync(Id, Space, Caller, tasks, Cancel);
        var added = await logs.ReadAsync(Task, after, Cancel);
        var next = added.Count > 0 ? added[^1].Number : after;
        var isEnd = Task.IsCompleted && added.Count < TaskLogStore.PageSize;
        return Partial("_TaskNews", new LogNews(
            Task, [.. added.Where(entry => entry.Kind != LogEntryKind.Line || Filter.Takes(entry))], isEnd ? null : News(next), await FactsAsync(isNews: true)));
    }

    public async Task<IActionResult> OnGetRawAsync() => await AnswerAsync(await TaskLogEndpoints.GetRaw(Id, Space, Caller, tasks, logs, Cancel));

    public async Task<IActionResult> OnGetArtifactAsync(string artifact) =>
        await AnswerAsync(await ArtifactEndpoints.Download(artifact, HttpContext, Space, Caller, artifacts, database, Cancel));

    public async Task<IActionResult> OnPostCancelAsync()
    {
        var canceled = await ServerTaskEndpoints.Cancel(Id, Space, Caller, tasks, metrics, database, audit, Cancel);
        return Done(At($"tasks/{canceled.Id}"), canceled.State switch
        {
            TaskState.Cancelling => "The task was told to stop.",
            TaskState.Canceled => "The task was canceled.",
            var ended => $"The task had ended already: {ended}.",
        });
    }

    private async Task FindDeploymentAsync()
    {
        RunbookRunId = Argument("RunbookRunId");
        if (Argument("DeploymentId") is { } id && await deployments.FindAsync(Space.Id, id, Cancel) is { } deployment && Caller.May(Permission.DeploymentView, ExecutionPlaces.Target(deployment)))
        {
            Deployment = deployment;
        }
    }

    private string? Argument(string name) =>
        Task.Arguments.ValueKind == JsonValueKind.Object && Task.Arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private async Task<TaskFacts> FactsAsync(bool isNews) =>
        new(Task, await names.OfAsync([Task.ProjectId, Task.EnvironmentId, Task.TenantId], Space.Id, Caller, Cancel), $"{PortalServices.Root}/spaces/{Space.Space.Slug}", isNews);

    private string News(int after) => Address(("handler", "News"), ("after", after.ToString(CultureInfo.InvariantCulture)));

    private string Address(params (string, string?)[] more) => At($"tasks/{Task.Id}", [("q", Text), ("level", Level), .. more]);
}
