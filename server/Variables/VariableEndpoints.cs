using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;

namespace OctoLogin.Variables;

public static class VariableEndpoints
{
    public static IServiceCollection AddVariables(this IServiceCollection services) => services
        .AddSingleton<VariableSetStore>().AddSingleton<SealedValues>().AddSingleton<ScopeCatalog>().AddSingleton<VariableChanges>();

    public static void MapVariables(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("projects/{id}/variables", group =>
        {
            group.MapGet("", Get);
            group.MapPut("", Update);
        });
        routes.MapSpaceRoutes("variables", group =>
        {
            group.MapGet("/{id}", GetById);
            group.MapPut("/{id}", UpdateById);
        });
    }

    internal static async Task<VariableSet> Get(string id, SpaceContext space, Caller caller, ProjectStore projects, VariableChanges changes, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(id, space, caller, projects, cancel);
        caller.DemandInSomeEnvironment(Permission.VariableView, ProjectEndpoints.Target(project));
        return await changes.ShowAsync(await changes.FindAsync(project, cancel), project, caller, cancel);
    }

    /// <summary>Also of a snapshot, as a release names it.</summary>
    private static async Task<VariableSet> GetById(string id, SpaceContext space, Caller caller, ProjectStore projects, VariableSetStore sets, VariableChanges changes, CancellationToken cancel)
    {
        var (set, project) = await SeenAsync(id, space, caller, projects, sets, cancel);
        return await changes.ShowAsync(set, project, caller, cancel);
    }

    internal static async Task<VariableSet> Update(
        string id, VariableSetInput input, SpaceContext space, Caller caller, ProjectStore projects, VariableChanges changes, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(id, space, caller, projects, cancel);
        caller.DemandInSomeEnvironment(Permission.VariableEdit, ProjectEndpoints.Target(project));
        return await changes.UpdateAsync(input, project, space, caller, cancel);
    }

    private static async Task<VariableSet> UpdateById(
        string id, VariableSetInput input, SpaceContext space, Caller caller, ProjectStore projects, VariableSetStore sets, VariableChanges changes, CancellationToken cancel)
    {
        var (set, project) = await SeenAsync(id, space, caller, projects, sets, cancel);
        caller.DemandInSomeEnvironment(Permission.VariableEdit, ProjectEndpoints.Target(project));
        return !set.IsSnapshot
            ? await changes.UpdateAsync(input, project, space, caller, cancel)
            : throw ApiException.BadRequest($"'{Printable.Of(set.Id)}' is what a release was made with and never changes; change {VariableSet.IdOf(project.Id)}.");
    }

    internal static async Task<(VariableSet Set, Project Project)> SeenAsync(
        string id, SpaceContext space, Caller caller, ProjectStore projects, VariableSetStore sets, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.VariableView, space.Id);
        return await sets.FindByIdAsync(space.Id, id, cancel) is { } set
            && await projects.FindAsync(space.Id, set.ProjectId, cancel) is { } project && caller.MayInSomeEnvironment(Permission.VariableView, ProjectEndpoints.Target(project))
            ? (set, project)
            : throw ApiException.NotFound("variable set", id);
    }
}
