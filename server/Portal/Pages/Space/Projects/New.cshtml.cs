using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Rendering;
using OctoLogin.Access;
using OctoLogin.Lifecycles;
using OctoLogin.ProjectGroups;
using OctoLogin.Projects;

namespace OctoLogin.Portal.Pages.Space.Projects;

public sealed class NewProjectModel(ProjectChanges changes, ProjectGroupStore groups, LifecycleStore lifecycles) : SpacePage
{
    [BindProperty]
    public ProjectForm Input { get; set; } = new();

    public IReadOnlyList<SelectListItem> Groups { get; private set; } = [];
    public IReadOnlyList<SelectListItem> Lifecycles { get; private set; } = [];

    public async Task OnGetAsync()
    {
        Caller.DemandSomewhere(Permission.ProjectCreate, Space.Id);
        (Groups, Lifecycles) = await new ProjectChoices(groups, lifecycles).ReadAsync(null, Space, Caller, Cancel);
    }

    public async Task<IActionResult> OnPostAsync()
    {
        Project? made = null;
        if (await TryAsync(async () => made = Made<Project>(await ProjectEndpoints.Create(Input.ToInput(), Space, Caller, changes, Cancel))))
        {
            return Done(At($"projects/{made!.Slug}"), $"Project {made.Name} was created.");
        }
        await OnGetAsync();
        return Page();
    }
}
