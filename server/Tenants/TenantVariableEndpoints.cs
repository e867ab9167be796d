using System.Text.Json;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;

namespace OctoLogin.Tenants;

/// <summary>
/// Values that tenants give to a project's variable templates. There are no templates here, so there are no such values; clients that ask
/// are told so, and one that sends a value is refused. A variable of a project is scoped to a tenant or to its tags instead.
/// </summary>
public static class TenantVariableEndpoints
{
    public static void MapTenantVariables(this RouteGroupBuilder group)
    {
        group.MapGet("/variables-missing", ListMissing).WithSummary("List values that tenants lack: none, as there are no variable templates");
        group.MapGet("/{id}/variables", Get).WithSummary("Get a tenant's values of variable templates: none, as there are no templates");
        group.MapPut("/{id}/variables", Update).WithSummary("Change a tenant's values of variable templates: none can be given, as there are no templates");
        foreach (var kind in (ReadOnlySpan<string>)["commonvariables", "projectvariables"])
        {
            group.MapGet($"/{{id}}/{kind}", GetByTemplate).WithSummary("List a tenant's values of variable templates: none, as there are no templates");
            group.MapPut($"/{{id}}/{kind}", UpdateByTemplate).WithSummary("Change a tenant's values of variable templates: none can be given, as there are no templates");
        }
    }

    private static IReadOnlyList<object> ListMissing(SpaceContext space, Caller caller)
    {
        caller.DemandSomewhere(Permission.VariableView, space.Id);
        return [];
    }

    private static async Task<TenantVariables> Get(
        string id, SpaceContext space, Caller caller, TenantStore tenants, ProjectStore projects, CancellationToken cancel)
    {
        var tenant = await TenantEndpoints.SeenAsync(id, space, caller, tenants, cancel);
        caller.DemandSomewhere(Permission.VariableView, space.Id);
        var connected = await projects.ListAsync(space.Id, Page.All with { Ids = [.. tenant.ProjectEnvironments.Keys] }, VisibleRows.Everything, cancel);
        var seen = connected.Items.Where(project => caller.MayInSomeEnvironment(Permission.VariableView, ProjectEndpoints.Target(project)));
        return new(tenant.Id, tenant.Name, space.Id, seen.ToDictionary(project => project.Id, project => new TenantProjectVariables(
            project.Id, project.Name, tenant.ProjectEnvironments[project.Id].ToDictionary(environment => environment, _ => new Dictionary<string, string>()))));
    }

    private static async Task<TenantVariables> Update(
        string id, TenantVariablesInput input, SpaceContext space, Caller caller, TenantStore tenants, ProjectStore projects, CancellationToken cancel)
    {
        var present = await EditableAsync(id, space, caller, tenants, cancel);
        var values = (input.LibraryVariables?.Values.SelectMany(set => set?.Variables?.Keys ?? Enumerable.Empty<string>()) ?? [])
            .Concat(input.ProjectVariables?.Values.SelectMany(project => project?.Variables?.Values.SelectMany(ofEnvironment => ofEnvironment?.Keys ?? Enumerable.Empty<string>()) ?? []) ?? []);
        RefuseValues(values.Count());
        return await Get(present.Id, space, caller, tenants, projects, cancel);
    }

    private static async Task<TemplateValues> GetByTemplate(string id, SpaceContext space, Caller caller, TenantStore tenants, CancellationToken cancel)
    {
        var tenant = await TenantEndpoints.SeenAsync(id, space, caller, tenants, cancel);
        caller.DemandSomewhere(Permission.VariableView, space.Id);
        return new(tenant.Id);
    }

    /// <param name="input">An array, or an object with the array <c>Variables</c>.</param>
    private static async Task<TemplateValues> UpdateByTemplate(string id, JsonElement input, SpaceContext space, Caller caller, TenantStore tenants, CancellationToken cancel)
    {
        var tenant = await EditableAsync(id, space, caller, tenants, cancel);
        var sent = input.ValueKind == JsonValueKind.Object && input.TryGetProperty("Variables", out var inside) ? inside : input;
        RefuseValues(sent.ValueKind == JsonValueKind.Array ? sent.GetArrayLength() : 0);
        return new(tenant.Id);
    }

    private static async Task<Tenant> EditableAsync(string id, SpaceContext space, Caller caller, TenantStore tenants, CancellationToken cancel)
    {
        var tenant = await TenantEndpoints.SeenAsync(id, space, caller, tenants, cancel);
        caller.DemandSomewhere(Permission.VariableEdit, space.Id);
        return tenant;
    }

    private static void RefuseValues(int count) => new Validation()
        .Check(count == 0, $"{count} values of variable templates were sent, but this server has no variable templates. Give the project a variable that is scoped to the tenant, or to its tags.")
        .ThrowIfAny();
}

/// <summary>In the shape that clients read; nowhere in it is a value.</summary>
public sealed record TenantVariables(string TenantId, string TenantName, string SpaceId, IReadOnlyDictionary<string, TenantProjectVariables> ProjectVariables)
{
    public IReadOnlyDictionary<string, string> LibraryVariables { get; } = new Dictionary<string, string>();
}

public sealed record TenantProjectVariables(string ProjectId, string ProjectName, IReadOnlyDictionary<string, Dictionary<string, string>> Variables)
{
    public string[] Templates { get; } = [];
}

public sealed record TemplateValues(string TenantId)
{
    public string[] Variables { get; } = [];
    public string[] MissingVariables { get; } = [];
}

/// <summary>What a client sends: by library variable set the values, by project and environment the values.</summary>
public sealed record TenantVariablesInput(Dictionary<string, LibraryValues?>? LibraryVariables, Dictionary<string, ProjectValues?>? ProjectVariables);

public sealed record LibraryValues(Dictionary<string, JsonElement>? Variables);

public sealed record ProjectValues(Dictionary<string, Dictionary<string, JsonElement>?>? Variables);
