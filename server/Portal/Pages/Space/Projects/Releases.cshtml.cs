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

    [BindProperty(SupportsGet = true, Name = "skip")]
    public int Skip { get; set; }

    public IReadOnlyList<Release> Releases { get; private set; } = [];
    public IReadOnlyDictionary<string, string> Channels { get; private set; } = new Dictionary<string, string>();
    public Pager Pager { get; private set; } = new(null, null);

    public async Task OnGetAsync()
    {
        var page = new Page { Skip = Math.Max(0, Skip), Take = Take };
        var found = await ReleaseEndpoints.ListOfProject(Project.Id, Text?.Trim(), page, Space, Caller, store, releases, Cancel);
        Releases = found.Items;
        Channels = (await channels.ListAsync(Space.Id, Project.Id, OctoLogin.Http.Page.All, VisibleRows.Everything, Cancel)).Items.ToDictionary(channel => channel.Id, channel => channel.Name);
        Pager = Pager.Of(At($"projects/{Project.Slug}/releases"), Text, page, found.TotalResults);
    }
}
