using System.Text.Json;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Environments;

public static class EnvironmentEndpoints
{
    private const string Kind = "Environment";

    public static IServiceCollection AddEnvironments(this IServiceCollection services) => services.AddSingleton<EnvironmentStore>();

    public static void MapEnvironments(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("environments", group => Map(group).MapPut("/sortorder", Sort));
        // The same things again: v2 adds Type and Slug to what v1 reads, and both are always there.
        routes.MapSpaceRoutes("environments/v2", group => Map(group));
    }

    private static RouteGroupBuilder Map(RouteGroupBuilder group)
    {
        group.MapGet("", List);
        group.MapGet("/all", All);
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
        group.MapPut("/{id}", Update);
        group.MapDelete("/{id}", Delete);
        return group;
    }

    /// <param name="type">Of v2: <c>Static</c>, or a kind of which there are none.</param>
    internal static async Task<ResourceCollection<DeploymentEnvironment>> List(
        Page page, string? type, SpaceContext space, Caller caller, EnvironmentStore environments, CancellationToken cancel)
    {
        var visible = caller.Visible(Permission.EnvironmentView, space.Id);
        if (type is not null && !type.Equals(DeploymentEnvironment.Static, StringComparison.OrdinalIgnoreCase))
        {
            return ResourceCollection<DeploymentEnvironment>.Of(page, 0, []);
        }
        var slice = await environments.ListAsync(space.Id, page, visible, cancel);
        return ResourceCollection<DeploymentEnvironment>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<IReadOnlyList<DeploymentEnvironment>> All(SpaceContext space, Caller caller, EnvironmentStore environments, CancellationToken cancel) =>
        (await List(Page.All, null, space, caller, environments, cancel)).Items;

    internal static Task<DeploymentEnvironment> Get(string id, SpaceContext space, Caller caller, EnvironmentStore environments, CancellationToken cancel) =>
        SeenAsync(id, space, caller, environments, cancel);

    /// <summary>The environment that a path names, if the caller may see it.</summary>
    public static async Task<DeploymentEnvironment> SeenAsync(string id, SpaceContext space, Caller caller, EnvironmentStore environments, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.EnvironmentView, space.Id);
        return await environments.FindAsync(space.Id, id, cancel) is { } environment && caller.May(Permission.EnvironmentView, Target(environment))
            ? environment
            : throw ApiException.NotFound("environment", id);
    }

    /// <summary>Those that the caller sees; none, when they see none at all.</summary>
    public static async Task<IReadOnlyList<DeploymentEnvironment>> AllSeenAsync(string spaceId, Caller caller, EnvironmentStore environments, CancellationToken cancel) =>
        caller.MaySomewhere(Permission.EnvironmentView, spaceId)
            ? (await environments.ListAsync(spaceId, Page.All, caller.Visible(Permission.EnvironmentView, spaceId), cancel)).Items
            : [];

    internal static async Task<IResult> Create(
        EnvironmentInput input, SpaceContext space, Caller caller, NpgsqlDataSource database, EnvironmentStore environments, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.EnvironmentCreate, AccessTarget.Space(space.Id));
        var blank = new DeploymentEnvironment
        {
            Id = "", SpaceId = space.Id, Name = "", Slug = "", SortOrder = 0, UseGuidedFailure = false, AllowDynamicInfrastructure = false,
        };
        var environment = Check(input, blank, space);
        var created = await database.InTransactionAsync(async connection =>
        {
            var made = await environments.InsertAsync(connection, environment, input.SortOrder, cancel);
            await audit.AppendAsync(connection, AuditEvent.Created(caller.Actor, Kind, made.Id, made.Name, space.Id), cancel);
            return made;
        }, cancel);
        return Results.Created($"/api/{space.Id}/environments/{created.Id}", created);
    }

    internal static async Task<DeploymentEnvironment> Update(
        string id, EnvironmentInput input, SpaceContext space, Caller caller, NpgsqlDataSource database, EnvironmentStore environments, AuditLog audit, CancellationToken cancel)
    {
        var present = await Get(id, space, caller, environments, cancel);
        caller.Demand(Permission.EnvironmentEdit, Target(present));
        var environment = Check(input, present, space);
        return await database.InTransactionAsync(async connection =>
        {
            var changed = await environments.UpdateAsync(connection, environment, cancel) ?? throw ApiException.NotFound("environment", id);
            await audit.AppendAsync(connection, AuditEvent.Modified(caller.Actor, Kind, changed.Id, changed.Name, space.Id), cancel);
            return changed;
        }, cancel);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, NpgsqlDataSource database, EnvironmentStore environments, ScopedUserRoleStore roles, AuditLog audit, CancellationToken cancel)
    {
        var present = await Get(id, space, caller, environments, cancel);
        caller.Demand(Permission.EnvironmentDelete, Target(present));
        await database.InTransactionAsync(async connection =>
        {
            await roles.DemandNoLimitAsync(connection, space.Id, present.Id, $"Environment '{present.Name}'", cancel);
            if (!await environments.DeleteAsync(connection, present, cancel))
            {
                throw ApiException.NotFound("environment", id);
            }
            await audit.AppendAsync(connection, AuditEvent.Deleted(caller.Actor, Kind, present.Id, present.Name, space.Id), cancel);
        }, cancel);
        return Results.Ok();
    }

    /// <summary>The body is the Ids in their new order; those that it leaves out follow in their present order.</summary>
    internal static async Task<IReadOnlyList<DeploymentEnvironment>> Sort(
        string[] order, SpaceContext space, Caller caller, NpgsqlDataSource database, EnvironmentStore environments, AuditLog audit, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.EnvironmentEdit, space.Id);
        // Each one's place changes, also of those that the caller does not see.
        var present = (await environments.ListAsync(space.Id, Page.All, VisibleRows.Everything, cancel)).Items;
        present.ToList().ForEach(environment => caller.Demand(Permission.EnvironmentEdit, Target(environment)));
        var ids = SortOrder.Of(order, [.. present.Select(environment => environment.Id)], "environment");
        await database.InTransactionAsync(async connection =>
        {
            await environments.SortAsync(connection, space.Id, ids, cancel);
            var happened = AuditEvent.Modified(caller.Actor, "Order of the environments", space.Id, string.Join(", ", ids), space.Id);
            await audit.AppendAsync(connection, happened with { RelatedDocumentIds = ids }, cancel);
        }, cancel);
        return await All(space, caller, environments, cancel);
    }

    private static AccessTarget Target(DeploymentEnvironment environment) => new(environment.SpaceId, EnvironmentId: environment.Id);

    private static DeploymentEnvironment Check(EnvironmentInput input, DeploymentEnvironment present, SpaceContext space)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        validation.Check(input.Type is null || input.Type.Equals(DeploymentEnvironment.Static, StringComparison.OrdinalIgnoreCase),
            $"Type is '{Printable.Of(input.Type)}'; this server has only {DeploymentEnvironment.Static} environments.");
        validation.Check(input.ExtensionSettings is not { ValueKind: not (JsonValueKind.Array or JsonValueKind.Null) }, "ExtensionSettings must be an array.");
        var name = validation.Required("Name", input.Name ?? present.Name);
        var environment = present with
        {
            Name = name,
            Slug = validation.Slug(input.Slug, present.Slug, name),
            Description = validation.OptionalText("Description", input.Description ?? present.Description),
            SortOrder = input.SortOrder ?? present.SortOrder,
            UseGuidedFailure = input.UseGuidedFailure ?? present.UseGuidedFailure,
            AllowDynamicInfrastructure = input.AllowDynamicInfrastructure ?? present.AllowDynamicInfrastructure,
            ExtensionSettingsJson = input.ExtensionSettings is { ValueKind: JsonValueKind.Array } settings ? settings.GetRawText() : present.ExtensionSettingsJson,
        };
        validation.ThrowIfAny();
        return environment;
    }
}

/// <summary>What a client sends; absent or null keeps what is there.</summary>
public sealed record EnvironmentInput(
    string? Name, string? Slug, string? Description, string? Type, int? SortOrder, bool? UseGuidedFailure, bool? AllowDynamicInfrastructure,
    JsonElement? ExtensionSettings, string? SpaceId);
