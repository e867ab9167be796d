using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Rendering;
using OctoLogin.Lifecycles;
using OctoLogin.ProjectGroups;
using OctoLogin.Projects;

namespace OctoLogin.Portal.Pages.Space.Projects;

public sealed class ProjectSettingsModel(ProjectStore projects, ProjectChanges changes, ProjectGroupStore groups, LifecycleStore lifecycles) : ProjectPage(projects)
{
    private readonly ProjectStore store = projects;

    [BindProperty]
    public ProjectForm Input { get; set; } = new();

    public IReadOnlyList<SelectListItem> Groups { get; private set; } = [];
    public IReadOnlyList<SelectListItem> Lifecycles { get; private set; } = [];

    public Task OnGetAsync()
    {
        Input = ProjectForm.Of(Project);
        return ShowAsync();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        Project? changed = null;
        if (await TryAsync(async () => changed = await ProjectEndpoints.Update(Project.Id, Input.ToInput(), Space, Caller, store, changes, Cancel)))
        {
            return Done(At($"projects/{changed!.Slug}/settings"), $"Project {changed.Name} was saved.");
        }
        await ShowAsync();
        return Page();
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Project.Name))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Project.Name));
        }
        if (await TryAsync(() => ProjectEndpoints.Delete(Project.Id, Space, Caller, store, changes, Cancel)))
        {
            return Done(At("projects"), $"Project {Project.Name} was deleted.");
        }
        await OnGetAsync();
        return Page();
    }

    private async Task ShowAsync() => (Groups, Lifecycles) = await new ProjectChoices(groups, lifecycles).ReadAsync(Project, Space, Caller, Cancel);
}
