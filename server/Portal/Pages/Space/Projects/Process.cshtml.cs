using OctoLogin.Access;
using OctoLogin.Channels;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Projects;

namespace OctoLogin.Portal.Pages.Space.Projects;

public sealed class ProcessModel(ProjectStore projects, DeploymentProcessStore processes, EnvironmentStore environments, ChannelStore channels) : ProjectPage(projects)
{
    private readonly ProjectStore store = projects;

    public int Version { get; private set; }
    public ProcessView View { get; private set; } = new([], new(new Dictionary<string, string>()), null);

    public async Task OnGetAsync()
    {
        var process = await DeploymentProcessEndpoints.Get(Project.Id, Space, Caller, store, processes, Cancel);
        var names = (await EnvironmentEndpoints.AllSeenAsync(Space.Id, Caller, environments, Cancel)).ToDictionary(one => one.Id, one => one.Name);
        foreach (var channel in (await channels.ListAsync(Space.Id, Project.Id, Http.Page.All, VisibleRows.Everything, Cancel)).Items)
        {
            names[channel.Id] = channel.Name;
        }
        Version = process.Version;
        View = new(process.Steps, new(names), MayOnProject(Permission.ProcessEdit) ? At($"projects/{Project.Slug}/process/edit") : null);
    }
}
