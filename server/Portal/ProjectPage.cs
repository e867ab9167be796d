using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Projects;

namespace OctoLogin.Portal;

/// <summary>A page of one project, which its caller sees.</summary>
public abstract class ProjectPage(ProjectStore projects) : SpacePage
{
    [FromRoute(Name = "project")]
    public string ProjectName { get; set; } = "";

    public Project Project { get; private set; } = null!;

    public ProjectTabs Tabs(string active) => new(Project.Name, At($"projects/{Project.Slug}"), active, At("projects"));

    public bool MayOnProject(Permission permission) => Caller.May(permission, ProjectEndpoints.Target(Project));

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Project = await ProjectEndpoints.SeenAsync(ProjectName, Space, Caller, projects, Cancel);
        await next();
    }
}

/// <param name="Url">The project's own.</param>
/// <param name="Active">The tab's path below it; empty: the overview.</param>
public sealed record ProjectTabs(string Name, string Url, string Active, string ListUrl)
{
    public static IReadOnlyList<(string Path, string Text)> All { get; } =
        [("", "Overview"), ("/releases", "Releases"), ("/runbooks", "Runbooks"), ("/process", "Process"), ("/variables", "Variables"), ("/channels", "Channels"), ("/settings", "Settings")];
}
