using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Projects;
using OctoLogin.Runbooks;

namespace OctoLogin.Portal.Pages.Space.Projects;

public sealed class RunbookListModel(ProjectStore projects, RunbookStore runbooks, RunbookChanges changes) : ProjectPage(projects)
{
    private readonly ProjectStore store = projects;

    [BindProperty]
    public NewRunbookForm Input { get; set; } = new();

    public IReadOnlyList<Runbook> Runbooks { get; private set; } = [];

    public async Task OnGetAsync() => Runbooks = (await RunbookEndpoints.ListOfProject(Project.Id, OctoLogin.Http.Page.All, Space, Caller, store, runbooks, Cancel)).Items;

    public async Task<IActionResult> OnPostAsync()
    {
        Runbook? made = null;
        var wanted = new RunbookInput(Input.Name, null, Input.Description, Project.Id, null, null, null, null, null, null, null, null, null);
        if (await TryAsync(async () => made = Made<Runbook>(await RunbookEndpoints.Create(wanted, Space, Caller, store, changes, Cancel))))
        {
            return Done(At($"runbooks/{made!.Id}"), $"Runbook {made.Name} was created.");
        }
        await OnGetAsync();
        return Page();
    }
}

public sealed record NewRunbookForm
{
    public string? Name { get; set; }
    public string? Description { get; set; }
}
