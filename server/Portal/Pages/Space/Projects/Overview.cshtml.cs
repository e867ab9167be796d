using OctoLogin.Access;
using OctoLogin.Deployments;
using OctoLogin.Projects;

namespace OctoLogin.Portal.Pages.Space.Projects;

/// <summary>How far a project's newest releases have come.</summary>
public sealed class ProjectOverviewModel(ProjectStore projects, ProjectProgressionReader progression, SpaceNames names) : ProjectPage(projects)
{
    private const int Most = 10;

    /// <summary>Null: not for the caller to see.</summary>
    public ProjectProgression? Progression { get; private set; }
    public NamesById Names { get; private set; } = new(new Dictionary<string, string>());

    public async Task OnGetAsync()
    {
        if (MayOnProject(Permission.ReleaseView) && MayHere(Permission.DeploymentView))
        {
            Progression = await progression.ReadAsync(Project.Id, Most, Space, Caller, Cancel);
            Names = await names.OfAsync(Progression.Releases.SelectMany(one => one.Deployments.Values).SelectMany(made => made).Select(made => made.TenantId), Space.Id, Caller, Cancel);
        }
    }

    /// <summary>The newest of each tenant, and the newest without one.</summary>
    public static IReadOnlyList<DeploymentStanding> Newest(ReleaseStanding release, NamedEnvironment environment) =>
        release.Deployments.TryGetValue(environment.Id, out var made) ? [.. made.DistinctBy(one => one.TenantId).Take(5)] : [];

    public bool MayDeploy(NamedEnvironment environment) => Caller.May(Permission.DeploymentCreate, ProjectEndpoints.Target(Project) with { EnvironmentId = environment.Id });
}
