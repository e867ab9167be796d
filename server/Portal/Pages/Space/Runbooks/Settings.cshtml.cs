using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Projects;
using OctoLogin.Runbooks;

namespace OctoLogin.Portal.Pages.Space.Runbooks;

public sealed class RunbookSettingsModel(ProjectStore projects, RunbookStore runbooks, RunbookChanges changes) : StructurePage<Runbook, RunbookInput>
{
    private Project project = null!;

    public override string ListName => "Runbooks";
    public override string Hint => "EnvironmentScope is All, Specified (those of Environments, by Id) or FromProjectLifecycles; MultiTenancyMode is Untenanted, TenantedOrUntenanted or Tenanted.";
    public override string BackUrl => At($"projects/{project.Slug}/runbooks");
    protected override string Kind => "runbook";
    protected override (Permission, Permission, Permission) Needed => (Permission.RunbookEdit, Permission.RunbookEdit, Permission.RunbookEdit);
    protected override bool MayNow(Permission permission) => Caller.May(permission, ProjectEndpoints.Target(project));
    protected override string NameOf(Runbook thing) => thing.Name;
    protected override object Blank => new { Name = "" };
    protected override object Shown(Runbook thing) => new
    {
        thing.Name, thing.Slug, thing.Description, thing.MultiTenancyMode, thing.EnvironmentScope, thing.Environments, thing.DefaultGuidedFailureMode, thing.RunRetentionPolicy,
        thing.ConnectivityPolicy, thing.ForcePackageDownload,
    };

    protected override Task<Runbook> FindAsync() => RunbookEndpoints.Get(Id, Space, Caller, projects, runbooks, Cancel);

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        (_, project) = await RunbookEndpoints.SeenAsync(null, Id, Space, Caller, projects, runbooks, Cancel);
        await next();
    }

    protected override Task CreateAsync(RunbookInput input) => RunbookEndpoints.Create(input, Space, Caller, projects, changes, Cancel);
    protected override Task UpdateAsync(RunbookInput input) => RunbookEndpoints.Update(Present!.Id, input, Space, Caller, projects, runbooks, changes, Cancel);
    protected override Task DeleteAsync() => RunbookEndpoints.Delete(Present!.Id, Space, Caller, projects, runbooks, changes, Cancel);
}
