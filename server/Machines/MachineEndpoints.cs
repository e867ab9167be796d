using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;

namespace OctoLogin.Machines;

public static class MachineEndpoints
{
    public static IServiceCollection AddMachines(this IServiceCollection services) => services.AddSingleton<MachineStore>().AddSingleton<MachineAccount>().AddSingleton<MachineChanges>().AddSingleton<RecordMachineHealth>();

    public static void MapMachines(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("machines", group =>
        {
            group.MapGet("", List);
            group.MapGet("/all", All);
            group.MapGet("/{id}", Get);
            group.MapPost("", Create);
            group.MapPut("/{id}", Update);
            group.MapDelete("/{id}", Delete);
        });
        routes.MapSpaceRoutes("environments/{environmentId}/machines", group => group.MapGet("", ListOfEnvironment));
        routes.MapSpaceRoutes("machineroles", group => group.MapGet("/all", AllRoles).WithSummary("List all roles of deployment targets"));
    }

    internal static async Task<ResourceCollection<Machine>> List(
        Page page, MachineQuery query, SpaceContext space, Caller caller, MachineStore machines, CancellationToken cancel)
    {
        var slice = await SeenAsync(space.Id, query, page, caller, machines, cancel);
        return ResourceCollection<Machine>.Of(page, slice.Total, slice.Items);
    }

    /// <summary>The targets that the caller sees.</summary>
    public static async Task<Slice<Machine>> SeenAsync(string spaceId, MachineQuery query, Page page, Caller caller, MachineStore machines, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.MachineView, spaceId);
        if (caller.May(Permission.MachineView, AccessTarget.Space(spaceId)))
        {
            return await machines.ListAsync(spaceId, query, page, cancel);
        }
        // Limits by environment and by tenant together are not for SQL; whoever has them sees few.
        var all = (await machines.ListAsync(spaceId, query, page with { Skip = 0, Take = int.MaxValue }, cancel)).Items.Where(machine => Sees(caller, machine)).ToList();
        return new(all.Count, [.. all.Skip(page.Skip).Take(page.Take)]);
    }

    internal static async Task<IReadOnlyList<Machine>> All(SpaceContext space, Caller caller, MachineStore machines, CancellationToken cancel) =>
        (await List(Page.All, new MachineQuery(), space, caller, machines, cancel)).Items;

    private static async Task<ResourceCollection<Machine>> ListOfEnvironment(
        string environmentId, Page page, MachineQuery query, SpaceContext space, Caller caller, EnvironmentStore environments, MachineStore machines, CancellationToken cancel)
    {
        var environment = await EnvironmentEndpoints.SeenAsync(environmentId, space, caller, environments, cancel);
        return await List(page, query with { EnvironmentIds = [environment.Id] }, space, caller, machines, cancel);
    }

    /// <summary>The roles of the targets that the caller sees.</summary>
    internal static async Task<IReadOnlyList<string>> AllRoles(SpaceContext space, Caller caller, MachineStore machines, CancellationToken cancel) =>
        [.. (await All(space, caller, machines, cancel)).SelectMany(machine => machine.Roles).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];

    internal static async Task<Machine> Get(string id, SpaceContext space, Caller caller, MachineStore machines, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.MachineView, space.Id);
        return await machines.FindAsync(space.Id, id, cancel) is { } machine && Sees(caller, machine)
            ? machine
            : throw ApiException.NotFound("deployment target", id);
    }

    internal static async Task<IResult> Create(MachineInput input, SpaceContext space, Caller caller, MachineChanges changes, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.MachineCreate, space.Id);
        var blank = new Machine
        {
            Id = "", SpaceId = space.Id, Name = "", Slug = "", IsDisabled = false, EndpointJson = """{"CommunicationStyle":"None"}""",
            TenantedDeploymentParticipation = TenantedDeploymentMode.Untenanted,
        };
        var machine = await changes.CheckAsync(input, blank, space, caller, cancel);
        DemandEverywhere(caller, Permission.MachineCreate, machine);
        var created = await changes.CreateAsync(machine, caller.Actor, cancel);
        return Results.Created($"/api/{space.Id}/machines/{created.Id}", created);
    }

    internal static async Task<Machine> Update(
        string id, MachineInput input, SpaceContext space, Caller caller, MachineStore machines, MachineChanges changes, CancellationToken cancel)
    {
        var present = await Get(id, space, caller, machines, cancel);
        DemandEverywhere(caller, Permission.MachineEdit, present);
        var machine = await changes.CheckAsync(input, present, space, caller, cancel);
        // Also where it goes: else a role for one environment could put its targets into another.
        DemandEverywhere(caller, Permission.MachineEdit, machine);
        return await changes.UpdateAsync(machine, caller.Actor, cancel);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, MachineStore machines, MachineChanges changes, CancellationToken cancel)
    {
        var present = await Get(id, space, caller, machines, cancel);
        DemandEverywhere(caller, Permission.MachineDelete, present);
        await changes.DeleteAsync(present, caller.Actor, cancel);
        return Results.Ok();
    }

    /// <summary>A target is seen by who sees targets in one of its environments, for one of its tenants.</summary>
    public static bool Sees(Caller caller, Machine machine) => MachineTargets.Of(machine).Any(target => caller.May(Permission.MachineView, target));

    /// <summary>It is changed by who may do so in all of its environments, for all of its tenants.</summary>
    public static void DemandEverywhere(Caller caller, Permission permission, Machine machine)
    {
        foreach (var target in MachineTargets.Of(machine))
        {
            caller.Demand(permission, target);
        }
    }
}
