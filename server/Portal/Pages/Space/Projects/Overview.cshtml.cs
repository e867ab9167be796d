using OctoLogin.Access;
using OctoLogin.Deployments;
using OctoLogin.Lifecycles;
using OctoLogin.Projects;

namespace OctoLogin.Portal.Pages.Space.Projects;

/// <summary>How far a project's newest releases have come.</summary>
public sealed class ProjectOverviewModel(ProjectStore projects, ProjectProgressionReader progression, LifecycleStore lifecycles, SpaceNames names) : ProjectPage(projects)
{
    private const int Most = 10;

    /// <summary>Null: not for the caller to see.</summary>
    public ProjectProgression? Progression { get; private set; }
    public NamesById Names { get; private set; } = new(new Dictionary<string, string>());

    /// <summary>Lifecycles without phases, whose releases go everywhere, by Id.</summary>
    private HashSet<string> open = [];

    public async Task OnGetAsync()
    {
        if (MayOnProject(Permission.ReleaseView) && MayHere(Permission.DeploymentView))
        {
            Progression = await progression.ReadAsync(Project.Id, Most, Space, Caller, Cancel);
            Names = await names.OfAsync(Progression.Releases.SelectMany(one => one.Deployments.Values).SelectMany(made => made).Select(made => made.TenantId), Space.Id, Caller, Cancel);
            var used = Progression.Releases.Select(LifecycleOf).Distinct().ToArray();
            open = [.. (await lifecycles.ListAsync(Space.Id, OctoLogin.Http.Page.All with { Ids = used }, Cancel)).Items.Where(lifecycle => lifecycle.Phases.Count == 0).Select(lifecycle => lifecycle.Id)];
        }
    }

    /// <summary>The newest of each tenant, and the newest without one.</summary>
    public static IReadOnlyList<DeploymentStanding> Newest(ReleaseStanding release, NamedEnvironment environment) =>
        release.Deployments.TryGetValue(environment.Id, out var made) ? [.. made.DistinctBy(one => one.TenantId).Take(5)] : [];

    /// <summary>Whether the release goes there next and the caller may send it.</summary>
    public bool MayDeploy(ReleaseStanding release, NamedEnvironment environment) => !Project.IsDisabled
        && (release.NextDeployments.Contains(environment.Id) || (open.Contains(LifecycleOf(release)) && !release.Deployments.ContainsKey(environment.Id)))
        && Caller.May(Permission.DeploymentCreate, ProjectEndpoints.Target(Project) with { EnvironmentId = environment.Id });

    private string LifecycleOf(ReleaseStanding release) => release.Channel?.LifecycleId ?? Project.LifecycleId;
}
