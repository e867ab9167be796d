using Microsoft.AspNetCore.Http.HttpResults;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.ServiceAccounts;

public static class ServiceAccountEndpoints
{
    public static IServiceCollection AddServiceAccounts(this IServiceCollection services, GitHubOptions options, TrustedIssuers trusted)
    {
        services.AddHttpClient(GitHubRepositoryLookup.Client, client => client.Timeout = TimeSpan.FromSeconds(5));
        return services.AddSingleton(options).AddSingleton(trusted)
            .AddSingleton<ServiceAccountStore>().AddSingleton<OidcIdentityStore>().AddSingleton<IdentityReview>()
            .AddSingleton<OidcIdentities>().AddSingleton<AccessTokenRevocation>().AddSingleton<TrustedAccounts>().AddSingleton<ServiceAccountOverviews>().AddSingleton<GitHubRepositoryLookup>();
    }

    public static void MapServiceAccounts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/serviceaccounts/{userId}/oidcidentities").WithTags("serviceaccounts");
        group.MapGet("/v1", List);
        group.MapPost("/create/v1", Create);
        group.MapGet("/{id}/v1", Get);
        group.MapPut("/{id}/v1", Update);
        group.MapDelete("/{id}/v1", Delete);
        group.MapPost("/{id}/revoke-tokens/v1", RevokeTokens).WithSummary("End every access token that an OIDC identity gave");
        routes.MapPost("/api/serviceaccounts/{userId}/revoke-tokens/v1", RevokeTokensOfAccount).WithTags("serviceaccounts")
            .WithSummary("End every access token of a service account");
    }

    internal static async Task<OidcIdentityList> List(
        string userId, Page page, Caller caller, ServiceAccountStore accounts, OidcIdentityStore identities, IssuerOptions issuer, CancellationToken cancel)
    {
        caller.Demand(Permission.UserView, AccessTarget.System);
        var account = await FindAsync(userId, accounts, cancel);
        var all = await identities.ListAsync(account.Id, cancel);
        return new(issuer.ServerUri, account.Audience, [.. all.Skip(page.Skip).Take(page.Take).Select(OidcIdentityResource.Of)], all.Count);
    }

    internal static async Task<OidcIdentityResource> Get(
        string userId, string id, Caller caller, ServiceAccountStore accounts, OidcIdentityStore identities, CancellationToken cancel)
    {
        caller.Demand(Permission.UserView, AccessTarget.System);
        var account = await FindAsync(userId, accounts, cancel);
        return OidcIdentityResource.Of(await identities.FindAsync(account.Id, id, cancel) ?? throw ApiException.NotFound("OIDC identity", id));
    }

    internal static async Task<Created<OidcIdentityResource>> Create(
        string userId, OidcIdentityInput input, Caller caller, ServiceAccountStore accounts, OidcIdentities identities, CallerStore callers, CancellationToken cancel)
    {
        var account = await ControlledAsync(userId, caller, accounts, callers, cancel);
        var created = OidcIdentityResource.Of(await identities.CreateAsync(account, input, caller.Actor, cancel));
        return TypedResults.Created($"/api/serviceaccounts/{account.Id}/oidcidentities/{created.Id}/v1", created);
    }

    /// <summary>Answers without a body, as clients of Octopus expect.</summary>
    internal static async Task<Ok> Update(
        string userId, string id, OidcIdentityInput input, Caller caller, ServiceAccountStore accounts, OidcIdentities identities, CallerStore callers, CancellationToken cancel)
    {
        var account = await ControlledAsync(userId, caller, accounts, callers, cancel);
        await identities.UpdateAsync(account, id, input, caller.Actor, cancel);
        return TypedResults.Ok();
    }

    internal static async Task<Ok> Delete(
        string userId, string id, Caller caller, ServiceAccountStore accounts, OidcIdentities identities, CallerStore callers, CancellationToken cancel)
    {
        var account = await ControlledAsync(userId, caller, accounts, callers, cancel);
        await identities.DeleteAsync(account, id, caller.Actor, cancel);
        return TypedResults.Ok();
    }

    internal static async Task<RevokedTokens> RevokeTokens(
        string userId, string id, Caller caller, ServiceAccountStore accounts, AccessTokenRevocation revocation, CallerStore callers, CancellationToken cancel)
    {
        var account = await ControlledAsync(userId, caller, accounts, callers, cancel);
        return await revocation.OfIdentityAsync(account, id, caller.Actor, cancel);
    }

    internal static async Task<RevokedTokens> RevokeTokensOfAccount(
        string userId, Caller caller, ServiceAccountStore accounts, AccessTokenRevocation revocation, CallerStore callers, CancellationToken cancel)
    {
        var account = await ControlledAsync(userId, caller, accounts, callers, cancel);
        return await revocation.OfAccountAsync(account, caller.Actor, cancel);
    }

    /// <summary>An identity is a way in to everything the account may do, so only who holds all of that may register one.</summary>
    internal static async Task<ServiceAccount> ControlledAsync(
        string userId, Caller caller, ServiceAccountStore accounts, CallerStore callers, CancellationToken cancel)
    {
        caller.Demand(Permission.UserEdit, AccessTarget.System);
        var account = await FindAsync(userId, accounts, cancel);
        if (await callers.FindByIdAsync(account.Id, cancel) is { } known)
        {
            caller.DemandAll(known.ReadGrants(), "Changing this account's OIDC identities");
        }
        return account;
    }

    internal static async Task<ServiceAccount> FindAsync(string userId, ServiceAccountStore accounts, CancellationToken cancel) =>
        await accounts.FindAsync(userId, cancel) ?? throw ApiException.NotFound("service account", userId);
}
