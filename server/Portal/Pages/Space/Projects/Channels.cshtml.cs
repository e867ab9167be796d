using OctoLogin.Access;
using OctoLogin.Channels;
using OctoLogin.Projects;

namespace OctoLogin.Portal.Pages.Space.Projects;

public sealed class ChannelListModel(ProjectStore projects, ChannelStore channels) : ProjectPage(projects)
{
    private readonly ProjectStore store = projects;

    public StructureList List { get; private set; } = null!;

    public async Task OnGetAsync()
    {
        var found = await ChannelEndpoints.ListOfProject(Project.Id, OctoLogin.Http.Page.All, Space, Caller, store, channels, Cancel);
        var url = At($"projects/{Project.Slug}/channels");
        List = new("Channels", "channel", "A channel is a line of releases with rules and, if it has one, a lifecycle of its own.", MayOnProject(Permission.ProjectEdit) ? $"{url}/new" : null,
            [.. found.Items.Select(one => new StructureRow(one.Name, $"{url}/{one.Id}", $"{(one.IsDefault ? "default, " : "")}{one.Rules.Count} version rule{(one.Rules.Count == 1 ? "" : "s")}"))]);
    }
}
