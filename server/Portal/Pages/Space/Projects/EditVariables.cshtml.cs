using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Projects;
using OctoLogin.Variables;

namespace OctoLogin.Portal.Pages.Space.Projects;

public sealed class EditVariablesModel(ProjectStore projects, VariableChanges changes) : ProjectPage(projects), IJsonEditing
{
    private readonly ProjectStore store = projects;

    [BindProperty]
    public JsonForm Input { get; set; } = new();

    public string Label => "Variables, as the JSON of the API";
    public string Hint => "A sensitive variable's Value is null here and is kept when it stays so; to change it write the new value. A new one needs no Id.";
    public string BackUrl => At($"projects/{Project.Slug}/variables");
    public int? Newer { get; private set; }

    public async Task OnGetAsync()
    {
        var set = await PresentAsync();
        Input = JsonForm.Of(new { set.Variables }, set.Version);
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (await TryAsync(() => VariableEndpoints.Update(
            Project.Id, Input.Read<VariableSetInput>() with { Version = Input.Over ?? Input.Version }, Space, Caller, store, changes, Cancel)))
        {
            return Done(BackUrl, $"The variables of {Project.Name} were saved.");
        }
        var set = await PresentAsync();
        Newer = set.Version != Input.Version ? set.Version : null;
        return Page();
    }

    private async Task<VariableSet> PresentAsync()
    {
        Caller.DemandInSomeEnvironment(Permission.VariableEdit, ProjectEndpoints.Target(Project));
        return await VariableEndpoints.Get(Project.Id, Space, Caller, store, changes, Cancel);
    }
}
