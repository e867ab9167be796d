using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Deployments;
using OctoLogin.Projects;
using OctoLogin.Releases;

namespace OctoLogin.Portal.Pages.Space.Releases;

public sealed class ReleaseModel(
    ProjectStore projects, ReleaseStore releases, ProgressionReader progression, PresentVariables present, SpaceNames names, NpgsqlDataSource database, AuditLog audit) : SpacePage
{
    [FromRoute]
    public string Id { get; set; } = "";

    [BindProperty]
    public NotesForm Input { get; set; } = new();

    public Release Release { get; private set; } = null!;
    public Project Project { get; private set; } = null!;
    public IReadOnlyList<PhaseProgression> Phases { get; private set; } = [];
    public IReadOnlyList<DeploymentAndTask> Deployments { get; private set; } = [];
    public NamesById Names { get; private set; } = new(new Dictionary<string, string>());

    public bool MayOnProject(Permission permission) => Caller.May(permission, ProjectEndpoints.Target(Project));

    public bool MayDeploy => !Project.IsDisabled && MayHere(Permission.DeploymentCreate)
        && (MayOnProject(Permission.DeploymentCreate) || Caller.MayInSomeEnvironment(Permission.DeploymentCreate, ProjectEndpoints.Target(Project)));

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        (Release, Project) = await ReleaseEndpoints.SeenAsync(Id, Space, Caller, projects, releases, Cancel);
        await next();
    }

    public Task OnGetAsync()
    {
        Input.ReleaseNotes = Release.ReleaseNotes;
        return ShowAsync();
    }

    public async Task<IActionResult> OnPostAsync() =>
        await TryAsync(() => ReleaseEndpoints.Update(Id, new(Input.ReleaseNotes, null, null, null, null, null), Space, Caller, projects, releases, database, audit, Cancel))
            ? Done(At($"releases/{Release.Id}"), "The notes were saved.")
            : await AgainAsync();

    public async Task<IActionResult> OnPostVariablesAsync(string? confirm)
    {
        Caller.Demand(Permission.ReleaseEdit, ProjectEndpoints.Target(Project));
        Input.ReleaseNotes = Release.ReleaseNotes;
        if (!ConfirmDelete.IsConfirmed(confirm, Release.Version))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Release.Version, "changed"));
        }
        return await TryAsync(() => ReleaseEndpoints.SnapshotVariables(Id, Space, Caller, projects, releases, present, database, Cancel))
            ? Done(At($"releases/{Release.Id}"), $"Release {Release.Version} has the project's present variables from now on.")
            : await AgainAsync();
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        Input.ReleaseNotes = Release.ReleaseNotes;
        if (!ConfirmDelete.IsConfirmed(confirm, Release.Version))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Release.Version));
        }
        return await TryAsync(() => ReleaseEndpoints.Delete(Id, Space, Caller, projects, releases, database, audit, Cancel))
            ? Done(At($"projects/{Project.Slug}/releases"), $"Release {Release.Version} was deleted.")
            : await AgainAsync();
    }

    private async Task<IActionResult> AgainAsync()
    {
        await ShowAsync();
        return Page();
    }

    private async Task ShowAsync()
    {
        if (!MayHere(Permission.DeploymentView))
        {
            return;
        }
        Phases = (await progression.ReadAsync(Release.Id, null, Space, Caller, Cancel)).Phases;
        Deployments = await progression.DeploymentsAsync(Release, Space, Caller, Cancel);
        Names = await names.OfAsync(
            Phases.SelectMany(phase => phase.AutomaticDeploymentTargets.Concat(phase.OptionalDeploymentTargets)).Concat(Deployments.SelectMany(one => new[] { one.Deployment.EnvironmentId, one.Deployment.TenantId })!),
            Space.Id, Caller, Cancel);
    }
}

public sealed record NotesForm
{
    public string? ReleaseNotes { get; set; }
}
