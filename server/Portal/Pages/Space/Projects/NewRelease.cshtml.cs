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

    /// <summary>Who may not see releases came from the project.</summary>
    public string BackUrl => At($"projects/{Project.Slug}{(SeesReleases ? "/releases" : "")}");

    private bool SeesReleases => MayOnProject(Permission.ReleaseView);

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
            var release = made!.Release;
            return Done(SeesReleases ? At($"releases/{release.Id}") : BackUrl, $"Release {release.Version} was created.");
        }
        await ShowAsync();
        return Page();
    }

    private async Task ShowAsync()
    {
        Caller.Demand(Permission.ReleaseCreate, ProjectEndpoints.Target(Project));
        Choice = await choices.ReadAsync(Project, Caller, Cancel);
    }
}

public sealed record ReleaseForm
{
    public string? ReleaseVersion { get; set; }
    public string? ChannelName { get; set; }
    public string? ReleaseNotes { get; set; }
    public bool IgnoreChannelRules { get; set; }
    public List<PinnedVersion> Packages { get; set; } = [];

    /// <summary>Of who may not see the packages: the API's pins, one in each line.</summary>
    public string? Pins { get; set; }

    public CreateReleaseCommand ToCommand(Project project) => new(
        null, null, project.Id, ChannelName, ReleaseVersion?.Trim(), null,
        [
            .. Packages.Where(pin => !string.IsNullOrWhiteSpace(pin.Version)).Select(pin => $"{pin.Target}:{pin.Version!.Trim()}"),
            .. (Pins ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        ], ReleaseNotes, null, IgnoreChannelRules, null);
}

/// <summary>A package of an action, as a pin names it.</summary>
public sealed record PinnedVersion
{
    public string Target { get; set; } = "";

    /// <summary>Empty: the newest.</summary>
    public string? Version { get; set; }
}
