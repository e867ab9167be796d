using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Spaces;
using OctoLogin.TagSets;

namespace OctoLogin.Tenants;

public static class TenantEndpoints
{
    public static IServiceCollection AddTenants(this IServiceCollection services) => services.AddSingleton<TenantStore>().AddSingleton<TenantChanges>();

    public static void MapTenants(this IEndpointRouteBuilder routes) => routes.MapSpaceRoutes("tenants", group =>
    {
        group.MapTenantVariables();
        group.MapGet("", List);
        group.MapGet("/all", All);
        group.MapGet("/tag-test", TestTags);
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
        group.MapPut("/{id}", Update);
        group.MapDelete("/{id}", Delete);
    });

    /// <summary>The tenant that a path names, if the caller may see it.</summary>
    public static async Task<Tenant> SeenAsync(string id, SpaceContext space, Caller caller, TenantStore tenants, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.TenantView, space.Id);
        return await tenants.FindAsync(space.Id, id, cancel) is { } tenant && caller.May(Permission.TenantView, Target(tenant))
            ? tenant
            : throw ApiException.NotFound("tenant", id);
    }

    public static AccessTarget Target(Tenant tenant) => new(tenant.SpaceId, TenantId: tenant.Id);

    /// <param name="tags">Canonical names, repeated or joined by commas.</param>
    internal static async Task<ResourceCollection<Tenant>> List(
        Page page, string? projectId, [FromQuery] string[]? tags, string? clonedFromTenantId, string? name, bool? isDisabled,
        SpaceContext space, Caller caller, TenantStore tenants, CancellationToken cancel)
    {
        var visible = caller.Visible(Permission.TenantView, space.Id);
        var query = new TenantQuery(NullIfEmpty(projectId), NullIfEmpty(clonedFromTenantId), NullIfEmpty(name), isDisabled);
        var wanted = QueryList.Of(tags);
        if (wanted.Length == 0)
        {
            var slice = await tenants.ListAsync(space.Id, query, page, visible, cancel);
            return ResourceCollection<Tenant>.Of(page, slice.Total, slice.Items);
        }
        var all = await tenants.ListAsync(space.Id, query, page with { Skip = 0, Take = int.MaxValue }, visible, cancel);
        return ResourceCollection<Tenant>.OfAll(page, [.. all.Items.Where(tenant => tenant.Matches(wanted))]);
    }

    internal static async Task<IReadOnlyList<Tenant>> All(SpaceContext space, Caller caller, TenantStore tenants, CancellationToken cancel) =>
        (await List(Page.All, null, null, null, null, null, space, caller, tenants, cancel)).Items;

    internal static Task<Tenant> Get(string id, SpaceContext space, Caller caller, TenantStore tenants, CancellationToken cancel) =>
        SeenAsync(id, space, caller, tenants, cancel);

    /// <summary>By tenant, whether these tags mean it.</summary>
    private static async Task<IReadOnlyDictionary<string, TagTest>> TestTags(
        [FromQuery] string[]? tenantIds, [FromQuery] string[]? tags, SpaceContext space, Caller caller, TenantStore tenants, TagSetStore sets, CancellationToken cancel)
    {
        var visible = caller.Visible(Permission.TenantView, space.Id);
        var validation = new Validation();
        var wanted = await sets.CheckTagsAsync(space.Id, "tags", QueryList.Of(tags), validation, cancel);
        var ids = QueryList.Of(tenantIds);
        var found = await tenants.ListAsync(space.Id, new TenantQuery(), Page.All with { Ids = ids }, visible, cancel);
        foreach (var unknown in ids.Except(found.Items.Select(tenant => tenant.Id)))
        {
            validation.Check(false, $"tenantIds names '{Printable.Of(unknown)}', which is not a tenant of this space.");
        }
        validation.ThrowIfAny();
        return found.Items.ToDictionary(tenant => tenant.Id, tenant => TagTest.Of(tenant, wanted));
    }

    /// <param name="clone">A tenant whose tags and connected projects the new one gets, unless the body has its own.</param>
    internal static async Task<IResult> Create(
        TenantInput input, string? clone, SpaceContext space, Caller caller, TenantStore tenants, TenantChanges changes, CancellationToken cancel)
    {
        caller.Demand(Permission.TenantCreate, AccessTarget.Space(space.Id));
        var blank = new Tenant { Id = "", SpaceId = space.Id, Name = "", Slug = "", IsDisabled = false };
        if (!string.IsNullOrEmpty(clone))
        {
            var source = await SeenAsync(clone, space, caller, tenants, cancel);
            blank = blank with { TenantTags = source.TenantTags, ProjectEnvironmentsJson = source.ProjectEnvironmentsJson, ClonedFromTenantId = source.Id };
        }
        var tenant = await changes.CheckAsync(input, blank, space, caller, cancel);
        var created = await changes.CreateAsync(tenant, caller.Actor, cancel);
        return Results.Created($"/api/{space.Id}/tenants/{created.Id}", created);
    }

    internal static async Task<Tenant> Update(
        string id, TenantInput input, SpaceContext space, Caller caller, TenantStore tenants, TenantChanges changes, CancellationToken cancel)
    {
        var present = await SeenAsync(id, space, caller, tenants, cancel);
        caller.Demand(Permission.TenantEdit, Target(present));
        return await changes.UpdateAsync(await changes.CheckAsync(input, present, space, caller, cancel), caller.Actor, cancel);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, TenantStore tenants, TenantChanges changes, CancellationToken cancel)
    {
        var present = await SeenAsync(id, space, caller, tenants, cancel);
        caller.Demand(Permission.TenantDelete, Target(present));
        await changes.DeleteAsync(present, caller.Actor, cancel);
        return Results.Ok();
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

/// <summary>Whether tags mean a tenant, and if not, of which it would need one.</summary>
public sealed record TagTest(bool IsMatched, string Reason, IReadOnlyList<string> MissingTags)
{
    public static TagTest Of(Tenant tenant, IReadOnlyCollection<string> wanted)
    {
        var missing = TenantTags.Missing(tenant.TenantTags, wanted);
        return new(missing.Count == 0, missing.Count == 0 ? "" : $"Tenant '{tenant.Name}' has no tag of each set: it lacks {Names.List(missing)}.", missing);
    }
}
