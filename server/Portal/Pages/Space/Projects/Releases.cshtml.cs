using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using OctoLogin.Channels;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Releases;

namespace OctoLogin.Portal.Pages.Space.Projects;

public sealed class ReleaseListModel(ProjectStore projects, ReleaseStore releases, ChannelStore channels) : ProjectPage(projects)
{
    private const int Take = 50;
    private readonly ProjectStore store = projects;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    /// <summary>The number of the last release of the page before.</summary>
    [BindProperty(SupportsGet = true, Name = "after")]
    public long? After { get; set; }

    public IReadOnlyList<Release> Releases { get; private set; } = [];
    public IReadOnlyDictionary<string, string> Channels { get; private set; } = new Dictionary<string, string>();
    public Pager Pager { get; private set; } = new(null, null);

    public async Task OnGetAsync()
    {
        var found = await ReleaseEndpoints.ListOfProject(Project.Id, Text?.Trim(), Http.Page.Following(After?.ToString(CultureInfo.InvariantCulture), Take, null), Space, Caller, store, releases, Cancel);
        (Releases, Pager) = Pager.Cut(found.Items, Take, release => release.Id.Split('-')[1], At($"projects/{Project.Slug}/releases"), Text, After?.ToString(CultureInfo.InvariantCulture));
        Channels = (await channels.ListAsync(Space.Id, Project.Id, OctoLogin.Http.Page.All, VisibleRows.Everything, Cancel)).Items.ToDictionary(channel => channel.Id, channel => channel.Name);
    }
}
