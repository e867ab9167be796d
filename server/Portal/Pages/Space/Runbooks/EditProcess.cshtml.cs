using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Projects;
using OctoLogin.Runbooks;

namespace OctoLogin.Portal.Pages.Space.Runbooks;

public sealed class EditRunbookProcessModel(ProjectStore projects, RunbookStore runbooks, DeploymentProcessStore processes, ProcessChanges changes) : RunbookPage(projects, runbooks), IJsonEditing
{
    private readonly (ProjectStore Projects, RunbookStore Runbooks) stores = (projects, runbooks);
    private DeploymentProcess present = null!;

    [BindProperty]
    public JsonForm Input { get; set; } = new();

    public string Label => "Steps, as the JSON of the API";
    public string Hint => "A sensitive property is shown as HasValue alone and is kept when it stays so; to change it write { \"HasValue\": true, \"NewValue\": \"…\" }.";
    public int? Newer { get; private set; }

    protected override async Task ReadAsync()
    {
        Caller.Demand(Permission.RunbookEdit, ProjectEndpoints.Target(Project));
        present = await RunbookProcessEndpoints.Get(Runbook.RunbookProcessId, Space, Caller, stores.Projects, stores.Runbooks, processes, Cancel);
    }

    public void OnGet() => Input = JsonForm.Of(new { present.Steps }, present.Version);

    public async Task<IActionResult> OnPostAsync()
    {
        if (await TryAsync(() => RunbookProcessEndpoints.Update(
            Runbook.RunbookProcessId, Input.Read<DeploymentProcessInput>() with { Version = Input.Over ?? Input.Version }, Space, Caller, stores.Projects, stores.Runbooks, processes, changes, Cancel)))
        {
            return Done(BackUrl, $"The process of {Runbook.Name} was saved.");
        }
        await ReadAsync();
        Newer = present.Version != Input.Version ? present.Version : null;
        return Page();
    }
}
