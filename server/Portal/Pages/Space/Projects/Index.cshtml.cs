using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Deployments;
using OctoLogin.Environments;
using OctoLogin.ProjectGroups;
using OctoLogin.Projects;

namespace OctoLogin.Portal.Pages.Space.Projects;

/// <summary>The space's dashboard: its projects by group, and what was deployed last to each environment.</summary>
public sealed class ProjectListModel(ProjectStore projects, ProjectGroupStore groups, EnvironmentStore environments, LatestDeployments latest) : SpacePage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    /// <summary>By the group's name; one without a name when the caller may not see groups.</summary>
    public IReadOnlyList<IGrouping<string, Project>> Groups { get; private set; } = [];

    /// <summary>Those that something was deployed to.</summary>
    public IReadOnlyList<DeploymentEnvironment> Environments { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    private Dictionary<(string Project, string Environment), LatestDeployment> deployed = [];

    public LatestDeployment? Deployed(Project project, DeploymentEnvironment environment) => deployed.GetValueOrDefault((project.Id, environment.Id));

    public async Task OnGetAsync()
    {
        var found = await ProjectEndpoints.List(Http.Page.Following(After, Take, Text), null, Space, Caller, projects, Cancel);
        (var shown, Pager) = Pager.Cut(found.Items, Take, project => project.Name, At("projects"), Text, After);
        deployed = (await latest.ReadAsync(shown.Select(project => project.Id), Space, Caller, Cancel)).ToDictionary(one => (one.ProjectId, one.EnvironmentId));
        var used = deployed.Keys.Select(place => place.Environment).ToHashSet();
        Environments = [.. (await EnvironmentEndpoints.AllSeenAsync(Space.Id, Caller, environments, Cancel)).Where(environment => used.Contains(environment.Id))];
        var names = Caller.May(Permission.ProjectGroupView, AccessTarget.Space(Space.Id))
            ? (await groups.ListAsync(Space.Id, OctoLogin.Http.Page.All, Cancel)).Items.ToDictionary(group => group.Id, group => group.Name)
            : [];
        Groups = [.. shown.GroupBy(project => names.GetValueOrDefault(project.ProjectGroupId, "")).OrderBy(group => group.Key, StringComparer.OrdinalIgnoreCase)];
    }
}
