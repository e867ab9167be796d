using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Executions;
using OctoLogin.Projects;
using OctoLogin.Runbooks;
using OctoLogin.ServerTasks;

namespace OctoLogin.Portal.Pages.Space.Runbooks;

public sealed class RunbookModel(
    ProjectStore projects, RunbookStore runbooks, RunbookChanges changes, RunbookSnapshotStore snapshots, CreateRunbookSnapshot create, RunbookRunStore runs,
    DeploymentProcessStore processes, EnvironmentStore environments, ServerTaskStore tasks, SpaceNames names) : RunbookPage(projects, runbooks)
{
    private const int Most = 20;
    private readonly (ProjectStore Projects, RunbookStore Runbooks) stores = (projects, runbooks);
    private Dictionary<string, ServerTask> ofRuns = [];

    [BindProperty]
    public SnapshotForm Input { get; set; } = new();

    public IReadOnlyList<RunbookSnapshot> Snapshots { get; private set; } = [];
    public IReadOnlyList<RunbookRun> Runs { get; private set; } = [];
    public NamesById Names { get; private set; } = new(new Dictionary<string, string>());

    public ProcessView? View { get; private set; }
    public bool MayEdit => MayOnProject(Permission.RunbookEdit);
    public bool MayRun => !Project.IsDisabled && Runbook.PublishedRunbookSnapshotId is not null && Caller.MayInSomeEnvironment(Permission.RunbookRunCreate, ProjectEndpoints.Target(Project));

    public ServerTask? TaskOf(RunbookRun run) => ofRuns.GetValueOrDefault(run.TaskId);

    public async Task OnGetAsync()
    {
        await ShowAsync();
        Input.Name = $"Snapshot {Snapshots.Count + 1}";
    }

    /// <summary>Freezes the runbook as it is now, and publishes that.</summary>
    public async Task<IActionResult> OnPostPublishAsync()
    {
        var wanted = new RunbookSnapshotInput(Input.Name, Input.Notes, Project.Id, Runbook.Id, null, null, null);
        return await TryAsync(() => RunbookSnapshotEndpoints.Create(wanted, true, Space, Caller, stores.Projects, stores.Runbooks, create, Cancel))
            ? Done(BackUrl, $"{Input.Name} was published: it is what runs from now on.")
            : await AgainAsync();
    }

    /// <summary>One that there is already.</summary>
    public async Task<IActionResult> OnPostUseAsync(string? snapshot)
    {
        var wanted = new RunbookInput(null, null, null, null, null, null, null, null, null, null, null, snapshot, null);
        return await TryAsync(() => RunbookEndpoints.Update(Runbook.Id, wanted, Space, Caller, stores.Projects, stores.Runbooks, changes, Cancel))
            ? Done(BackUrl, "It was published: it is what runs from now on.")
            : await AgainAsync();
    }

    private async Task<IActionResult> AgainAsync()
    {
        await ShowAsync();
        return Page();
    }

    private async Task ShowAsync()
    {
        Snapshots = (await RunbookSnapshotEndpoints.ListOfRunbook(Runbook.Id, new() { Take = Most }, Space, Caller, stores.Projects, stores.Runbooks, snapshots, Cancel)).Items;
        var process = await RunbookProcessEndpoints.Get(Runbook.RunbookProcessId, Space, Caller, stores.Projects, stores.Runbooks, processes, Cancel);
        var places = (await EnvironmentEndpoints.AllSeenAsync(Space.Id, Caller, environments, Cancel)).ToDictionary(one => one.Id, one => one.Name);
        View = new(process.Steps, new(places), MayEdit ? $"{BackUrl}/process" : null);
        if (MayHere(Permission.RunbookRunView))
        {
            Runs = (await RunbookRunEndpoints.List(new() { Take = Most }, new ExecutionQuery(Runbooks: [Runbook.Id]), Space, Caller, runs, Cancel)).Items;
            Names = await names.OfAsync(Runs.SelectMany(run => new[] { run.EnvironmentId, run.TenantId }), Space.Id, Caller, Cancel);
            var wanted = Runs.Where(run => Caller.May(Permission.TaskView, ExecutionPlaces.Target(run))).Select(run => run.TaskId).ToArray();
            ofRuns = wanted.Length == 0 ? []
                : (await tasks.ListAsync(new TaskFilter(), Caller.VisibleTargets(Permission.TaskView, Space.Id), OctoLogin.Http.Page.All with { Ids = wanted }, Cancel)).Items.ToDictionary(task => task.Id);
        }
    }
}

public sealed record SnapshotForm
{
    public string? Name { get; set; }
    public string? Notes { get; set; }
}
