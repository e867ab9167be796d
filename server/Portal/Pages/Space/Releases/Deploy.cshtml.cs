using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Deployments;
using OctoLogin.Executions;
using OctoLogin.Projects;
using OctoLogin.Releases;

namespace OctoLogin.Portal.Pages.Space.Releases;

public sealed class DeployModel(
    ProjectStore projects, ReleaseStore releases, ExecutionChoices choices, ProgressionReader progression, CreateDeployments create) : SpacePage, IExecuting
{
    [FromRoute]
    public string Id { get; set; } = "";

    [BindProperty]
    public ExecutionForm Input { get; set; } = new();

    public Release Release { get; private set; } = null!;
    public Project Project { get; private set; } = null!;
    public ExecutionChoice Choice { get; private set; } = null!;
    public string Button => "Deploy";
    public string BackUrl => At($"releases/{Release.Id}");

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        (Release, Project) = await ReleaseEndpoints.SeenAsync(Id, Space, Caller, projects, releases, Cancel);
        Caller.DemandInSomeEnvironment(Permission.DeploymentCreate, ProjectEndpoints.Target(Project));
        var subject = new ExecutionSubject(Project, Permission.DeploymentCreate, Project.TenantedDeploymentMode, $"Project '{Project.Name}'");
        Choice = await choices.ReadAsync(subject, Release.ProcessSnapshotId, Release.VariableSetSnapshotId, Space, Caller, Cancel);
        if (MayHere(Permission.DeploymentView))
        {
            Choice = Choice with { Next = (await progression.ReadAsync(Release.Id, null, Space, Caller, Cancel)).NextDeployments };
        }
        await next();
    }

    public void OnGet(string? environment, string? tenant) => Input = new()
    {
        EnvironmentNames = environment is not null ? [environment] : Choice.Next is [var only] ? [only] : [],
        Tenants = tenant is null ? [] : [tenant],
    };

    public async Task<IActionResult> OnPostAsync()
    {
        IReadOnlyList<DeploymentServerTask> made = [];
        var command = new CreateDeploymentsCommand { ProjectName = Project.Id, ReleaseVersion = Release.Version };
        return await TryAsync(async () => made = await create.RunAsync(Input.Fill(command, Choice.Prompts), Input.Tenants.Length > 0, Space, Caller, Cancel))
            ? Done(made.Count == 1 ? At($"tasks/{made[0].ServerTaskId}") : BackUrl, made.Count == 1 ? "The deployment was queued." : $"{made.Count} deployments were queued.")
            : Page();
    }
}
