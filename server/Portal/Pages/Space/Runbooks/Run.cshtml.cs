using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Runbooks;

namespace OctoLogin.Portal.Pages.Space.Runbooks;

/// <summary>Runs what is published.</summary>
public sealed class RunModel(ProjectStore projects, RunbookStore runbooks, RunbookSnapshotStore snapshots, ExecutionChoices choices, CreateRunbookRuns create) : RunbookPage(projects, runbooks), IExecuting
{
    [BindProperty]
    public ExecutionForm Input { get; set; } = new();

    public ExecutionChoice Choice { get; private set; } = null!;
    public string Button => "Run";

    protected override async Task ReadAsync()
    {
        Caller.DemandInSomeEnvironment(Permission.RunbookRunCreate, ProjectEndpoints.Target(Project));
        var published = Runbook.PublishedRunbookSnapshotId is { } id ? await snapshots.FindAsync(Space.Id, id, Cancel) : null;
        if (published is null)
        {
            throw ApiException.Conflict($"Runbook '{Runbook.Name}' has no published snapshot. Publish one first.");
        }
        var subject = new ExecutionSubject(Project, Permission.RunbookRunCreate, Runbook.MultiTenancyMode, $"Runbook '{Runbook.Name}'");
        Choice = await choices.ReadAsync(subject, published.ProcessSnapshotId, published.VariableSetSnapshotId, Space, Caller, Cancel);
    }

    public void OnGet(string? environment) => Input = new() { EnvironmentNames = environment is null ? [] : [environment] };

    public async Task<IActionResult> OnPostAsync()
    {
        IReadOnlyList<RunbookRunServerTask> made = [];
        var command = new CreateRunbookRunsCommand { ProjectName = Project.Id, RunbookName = Runbook.Id };
        return await TryAsync(async () => made = await create.RunAsync(Input.Fill(command, Choice.Prompts), Space, Caller, Cancel))
            ? Done(made.Count == 1 ? At($"tasks/{made[0].ServerTaskId}") : BackUrl, made.Count == 1 ? "The run was queued." : $"{made.Count} runs were queued.")
            : Page();
    }
}
