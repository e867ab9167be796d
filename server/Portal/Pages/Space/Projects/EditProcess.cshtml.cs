using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Projects;

namespace OctoLogin.Portal.Pages.Space.Projects;

public sealed class EditProcessModel(ProjectStore projects, DeploymentProcessStore processes, ProcessChanges changes) : ProjectPage(projects), IJsonEditing
{
    private readonly ProjectStore store = projects;

    [BindProperty]
    public JsonForm Input { get; set; } = new();

    public string Label => "Steps, as the JSON of the API";
    public string Hint => "A sensitive property is shown as HasValue alone and is kept when it stays so; to change it write { \"HasValue\": true, \"NewValue\": \"…\" }.";
    public string BackUrl => At($"projects/{Project.Slug}/process");
    public int? Newer { get; private set; }

    public async Task OnGetAsync()
    {
        var process = await PresentAsync();
        Input = JsonForm.Of(new { process.Steps }, process.Version);
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (await TryAsync(() => DeploymentProcessEndpoints.Update(
            Project.Id, Input.Read<DeploymentProcessInput>() with { Version = Input.Over ?? Input.Version }, Space, Caller, store, processes, changes, Cancel)))
        {
            return Done(BackUrl, $"The process of {Project.Name} was saved.");
        }
        var process = await PresentAsync();
        Newer = process.Version != Input.Version ? process.Version : null;
        return Page();
    }

    private async Task<DeploymentProcess> PresentAsync()
    {
        Caller.Demand(Permission.ProcessEdit, ProjectEndpoints.Target(Project));
        return await DeploymentProcessEndpoints.Get(Project.Id, Space, Caller, store, processes, Cancel);
    }
}
