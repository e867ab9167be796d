using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Projects;
using OctoLogin.Runbooks;

namespace OctoLogin.Portal.Pages.Space.Runbooks;

/// <summary>A page of one runbook, which its caller sees.</summary>
public abstract class RunbookPage(ProjectStore projects, RunbookStore runbooks) : SpacePage
{
    [FromRoute]
    public string Id { get; set; } = "";

    public Runbook Runbook { get; private set; } = null!;
    public Project Project { get; private set; } = null!;
    public string BackUrl => At($"runbooks/{Runbook.Id}");

    public bool MayOnProject(Permission permission) => Caller.May(permission, ProjectEndpoints.Target(Project));

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        (Runbook, Project) = await RunbookEndpoints.SeenAsync(null, Id, Space, Caller, projects, runbooks, Cancel);
        await ReadAsync();
        await next();
    }

    /// <summary>What every handler of the page needs.</summary>
    protected virtual Task ReadAsync() => System.Threading.Tasks.Task.CompletedTask;
}
