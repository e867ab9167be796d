using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Projects;
using OctoLogin.Releases;

namespace OctoLogin.Portal.Pages.Space.Projects;

public sealed class NewReleaseModel(ProjectStore projects, CreateRelease create, ReleaseChoices choices) : ProjectPage(projects)
{
    [BindProperty]
    public ReleaseForm Input { get; set; } = new();

    public ReleaseChoice Choice { get; private set; } = new("", [], []);

    public async Task OnGetAsync()
    {
        await ShowAsync();
        Input.ReleaseVersion = Choice.Version;
        Input.ChannelName = Choice.Channels.FirstOrDefault(channel => channel.IsDefault)?.Id;
    }

    public async Task<IActionResult> OnPostAsync()
    {
        CreatedRelease? made = null;
        if (await TryAsync(async () => made = await create.RunAsync(Input.ToCommand(Project), Space, Caller, Cancel)))
        {
            return Done(At($"releases/{made!.Release.Id}"), $"Release {made.Release.Version} was created.");
        }
        await ShowAsync();
        return Page();
    }

    private async Task ShowAsync()
    {
        Caller.Demand(Permission.ReleaseCreate, ProjectEndpoints.Target(Project));
        Choice = await choices.ReadAsync(Project, Cancel);
    }
}

public sealed record ReleaseForm
{
    public string? ReleaseVersion { get; set; }
    public string? ChannelName { get; set; }
    public string? ReleaseNotes { get; set; }
    public bool IgnoreChannelRules { get; set; }
    public List<PinnedVersion> Packages { get; set; } = [];

    public CreateReleaseCommand ToCommand(Project project) => new(
        null, null, project.Id, ChannelName, ReleaseVersion?.Trim(), null,
        [.. Packages.Where(pin => !string.IsNullOrWhiteSpace(pin.Version)).Select(pin => $"{pin.Target}:{pin.Version!.Trim()}")], ReleaseNotes, null, IgnoreChannelRules, null);
}

/// <summary>A package of an action, as a pin names it.</summary>
public sealed record PinnedVersion
{
    public string Target { get; set; } = "";

    /// <summary>Empty: the newest.</summary>
    public string? Version { get; set; }
}
