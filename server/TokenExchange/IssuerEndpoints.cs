using Microsoft.AspNetCore.Http.HttpResults;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.TokenExchange;

/// <summary>
/// Whoever sets an issuer's keys can be any of its workflows, of every service account: administrators alone. Who may see the
/// accounts' identities may see their issuers.
/// </summary>
public static class IssuerEndpoints
{
    public static void MapIssuers(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/issuers").WithTags("issuers");
        group.MapGet("", List).WithSummary("List issuers that an identity trusts or that something was set for, with their keys as this process has them");
        group.MapGet("/{id}", Get);
        group.MapPost("", Create).WithSummary("Set something for an issuer that has no settings yet");
        group.MapPut("/{id}", Update).WithSummary("Change an issuer's settings");
        group.MapDelete("/{id}", Delete).WithSummary("Clear an issuer's settings; identities that trust it stay");
        group.MapPost("/{id}/refresh", Refresh).WithSummary("Forget an issuer's keys on every replica and fetch them now: a withdrawn key stops at once");
        group.MapPost("/{id}/revoke-tokens", RevokeTokens).WithSummary("End every access token that tokens of an issuer were exchanged for");
    }

    internal static async Task<ResourceCollection<IssuerResource>> List(Page page, Caller caller, IssuerSettingsStore store, Issuers issuers, CancellationToken cancel)
    {
        caller.Demand(Permission.UserView, AccessTarget.System);
        var slice = await store.ListAsync(page, cancel);
        return ResourceCollection<IssuerResource>.Of(page, slice.Total, [.. slice.Items.Select(issuers.Show)]) with { ItemType = "Issuer" };
    }

    internal static async Task<IssuerResource> Get(string id, Caller caller, IssuerSettingsStore store, Issuers issuers, CancellationToken cancel)
    {
        caller.Demand(Permission.UserView, AccessTarget.System);
        return issuers.Show(await FindAsync(id, store, cancel));
    }

    internal static async Task<Created<IssuerResource>> Create(IssuerInput input, Caller caller, Issuers issuers, CancellationToken cancel)
    {
        caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        var created = await issuers.CreateAsync(input, caller.Actor, cancel);
        return TypedResults.Created($"/api/issuers/{created.Id}", created);
    }

    internal static async Task<IssuerResource> Update(string id, IssuerInput input, Caller caller, IssuerSettingsStore store, Issuers issuers, CancellationToken cancel)
    {
        caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        return await issuers.SaveAsync((await FindAsync(id, store, cancel)).Settings, input, caller.Actor, cancel);
    }

    internal static async Task<Ok> Delete(string id, Caller caller, IssuerSettingsStore store, Issuers issuers, CancellationToken cancel)
    {
        caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        await issuers.DeleteAsync((await FindAsync(id, store, cancel)).Settings, caller.Actor, cancel);
        return TypedResults.Ok();
    }

    internal static async Task<IssuerResource> Refresh(string id, Caller caller, IssuerSettingsStore store, Issuers issuers, CancellationToken cancel)
    {
        caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        return await issuers.RefreshAsync((await FindAsync(id, store, cancel)).Settings, caller.Actor, cancel);
    }

    internal static async Task<RevokedTokens> RevokeTokens(string id, Caller caller, IssuerSettingsStore store, AccessTokenRevocation revocation, CancellationToken cancel)
    {
        caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        var issuer = (await FindAsync(id, store, cancel)).Settings;
        return await revocation.OfIssuerAsync(issuer.Issuer, issuer.Id, caller.Actor, cancel);
    }

    internal static async Task<KnownIssuer> FindAsync(string id, IssuerSettingsStore store, CancellationToken cancel) =>
        await store.FindByIdAsync(id, cancel) ?? throw ApiException.NotFound("issuer", id);
}
