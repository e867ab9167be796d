using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Spaces;

public static class SpaceEndpoints
{
    public static void MapSpaces(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/spaces").WithTags("spaces");
        group.MapGet("", List);
        group.MapGet("/all", All);
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
        group.MapPut("/{id}", Update);
        group.MapDelete("/{id}", Delete);
    }

    internal static async Task<ResourceCollection<Space>> List(Page page, Caller caller, SpaceStore spaces, CancellationToken cancel)
    {
        var seen = (await All(caller, spaces, cancel))
            .Where(space => page.Ids is null || page.Ids.Contains(space.Id, StringComparer.OrdinalIgnoreCase))
            .Where(space => page.PartialName is null || space.Name.Contains(page.PartialName, StringComparison.OrdinalIgnoreCase))
            .ToList();
        var before = page.After is null ? page.Skip : 1 + seen.FindIndex(space => space.Name.Equals(page.After, StringComparison.OrdinalIgnoreCase));
        return ResourceCollection<Space>.Of(page, seen.Count, [.. seen.Skip(before).Take(page.Take)]);
    }

    private static async Task<IReadOnlyList<Space>> All(Caller caller, SpaceStore spaces, CancellationToken cancel) =>
        [.. (await spaces.AllAsync(cancel)).Where(space => caller.Sees(space.Id))];

    internal static async Task<Space> Get(string id, Caller caller, SpaceStore spaces, CancellationToken cancel) =>
        await spaces.FindAsync(id, cancel) is { } space && caller.Sees(space.Id) ? space : throw ApiException.NotFound("space", id);

    internal static async Task<Created<Space>> Create(
        SpaceInput input, Caller caller, NpgsqlDataSource database, SpaceStore spaces, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.SpaceCreate, AccessTarget.System);
        var (name, slug, description) = Check(input, null);
        var created = await database.InTransactionAsync(async connection =>
        {
            var space = await spaces.InsertAsync(connection, name, slug, description, isDefault: false, cancel);
            await audit.AppendAsync(connection, AuditEvent.Created(caller.Actor, "Space", space.Id, space.Name, space.Id), cancel);
            return space;
        }, cancel);
        return TypedResults.Created($"/api/spaces/{created.Id}", created);
    }

    internal static async Task<Space> Update(
        string id, SpaceInput input, Caller caller, NpgsqlDataSource database, SpaceStore spaces, AuditLog audit, CancellationToken cancel)
    {
        var present = await Get(id, caller, spaces, cancel);
        caller.Demand(Permission.SpaceEdit, AccessTarget.Space(present.Id));
        var (name, slug, description) = Check(input, present);
        return await database.InTransactionAsync(async connection =>
        {
            var space = await spaces.UpdateAsync(connection, present with { Name = name, Slug = slug ?? present.Slug, Description = description }, cancel)
                ?? throw ApiException.NotFound("space", id);
            await audit.AppendAsync(connection, AuditEvent.Modified(caller.Actor, "Space", space.Id, space.Name, space.Id), cancel);
            return space;
        }, cancel);
    }

    internal static async Task<Ok> Delete(
        string id, Caller caller, NpgsqlDataSource database, SpaceStore spaces, AuditLog audit, CancellationToken cancel)
    {
        var present = await Get(id, caller, spaces, cancel);
        caller.Demand(Permission.SpaceEdit, AccessTarget.Space(present.Id));
        if (present.IsDefault)
        {
            throw ApiException.BadRequest($"Space '{present.Name}' is the default space, which routes without a space mean; it cannot be deleted.");
        }
        await database.InTransactionAsync(async connection =>
        {
            await spaces.DeleteAsync(connection, present.Id, cancel);
            await audit.AppendAsync(connection, AuditEvent.Deleted(caller.Actor, "Space", present.Id, present.Name), cancel);
        }, cancel);
        return TypedResults.Ok();
    }

    private static (string Name, string? Slug, string? Description) Check(SpaceInput input, Space? present)
    {
        var validation = new Validation();
        var name = validation.Required("Name", input.Name ?? present?.Name, 100);
        var slug = validation.Optional("Slug", input.Slug);
        validation.Fault(slug is null ? null : Slug.Fault(slug));
        // One that was given before its word was reserved may stay; a new space gets the next free one.
        validation.Fault(present is not null && slug is not null && slug != present.Slug && SpaceStore.Reserved.Contains(slug) ? $"Slug '{slug}' is part of the API's own paths; choose another." : null);
        var description = validation.OptionalText("Description", input.Description ?? present?.Description);
        validation.ThrowIfAny();
        return (name, slug, description);
    }
}

/// <summary>What a client sends; absent or null keeps what is there.</summary>
public sealed record SpaceInput(string? Name, string? Slug, string? Description);
