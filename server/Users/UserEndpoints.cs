using Microsoft.AspNetCore.Http.HttpResults;
using OctoLogin.Access;
using OctoLogin.Http;

namespace OctoLogin.Users;

public static class UserEndpoints
{
    public static IServiceCollection AddUsers(this IServiceCollection services) => services
        .AddSingleton<UserStore>().AddSingleton<UserCache>().AddSingleton<UserAccounts>().AddSingleton<ApiKeyStore>().AddSingleton<ApiKeys>().AddSingleton<SessionStore>();

    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/users").WithTags("users");
        group.MapGet("", List);
        group.MapGet("/me", Me).WithSummary("Get yourself");
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
        group.MapPut("/{id}", Update);
        group.MapDelete("/{id}", Delete);
        group.MapGet("/{id}/apikeys", ListApiKeys).WithSummary("List a user's API keys, without the keys themselves");
        group.MapPost("/{id}/apikeys", CreateApiKey).WithSummary("Create an API key, which only this answer shows");
        group.MapDelete("/{id}/apikeys/{keyId}", DeleteApiKey).WithSummary("Delete an API key");
    }

    internal static async Task<ResourceCollection<User>> List(Page page, Caller caller, UserStore users, CancellationToken cancel)
    {
        caller.Demand(Permission.UserView, AccessTarget.System);
        var slice = await users.ListAsync(page, isService: null, cancel);
        return ResourceCollection<User>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<User> Me(Caller caller, UserCache users, CancellationToken cancel) =>
        // Gone since the caller was known: nobody is signed in any more.
        (await users.FindAsync(caller.UserId, cancel) ?? throw CallerAuthentication.NotSignedIn()) with { IsRequestor = true };

    internal static async Task<User> Get(string id, Caller caller, UserStore users, CancellationToken cancel)
    {
        if (id != caller.UserId)
        {
            caller.Demand(Permission.UserView, AccessTarget.System);
        }
        return await users.FindAsync(id, cancel) ?? throw ApiException.NotFound("user", id);
    }

    internal static async Task<Created<User>> Create(UserInput input, Caller caller, UserAccounts accounts, CancellationToken cancel)
    {
        caller.Demand(Permission.UserEdit, AccessTarget.System);
        var user = await accounts.CreateAsync(input, caller.Actor, cancel);
        return TypedResults.Created($"/api/users/{user.Id}", user);
    }

    internal static async Task<User> Update(
        string id, UserInput input, Caller caller, UserStore users, UserAccounts accounts, CallerStore callers, CancellationToken cancel)
    {
        var present = await ControlledAsync(id, "Changing this user", caller, users, callers, cancel);
        return await accounts.UpdateAsync(present, input, caller.Actor, cancel, keepSession: caller.SessionId);
    }

    internal static async Task<Ok> Delete(
        string id, Caller caller, UserStore users, UserAccounts accounts, CallerStore callers, CancellationToken cancel)
    {
        var user = await ControlledAsync(id, "Deleting this user", caller, users, callers, cancel);
        if (user.Id == caller.UserId)
        {
            throw ApiException.BadRequest("You cannot delete your own account; another administrator can.");
        }
        await accounts.DeleteAsync(user, caller.Actor, cancel);
        return TypedResults.Ok();
    }

    internal static async Task<ResourceCollection<ApiKey>> ListApiKeys(
        string id, Page page, Caller caller, UserStore users, ApiKeyStore keys, CancellationToken cancel)
    {
        var user = await Get(id, caller, users, cancel);
        var all = await keys.ListAsync(user.Id, cancel);
        return ResourceCollection<ApiKey>.Of(page, all.Count, [.. all.Skip(page.Skip).Take(page.Take)]);
    }

    internal static async Task<Created<NewApiKey>> CreateApiKey(
        string id, ApiKeyInput input, Caller caller, UserStore users, ApiKeys keys, CallerStore callers, CancellationToken cancel)
    {
        var user = await KeyOwnerAsync(id, "Making an API key for this user", caller, users, callers, cancel);
        // A token that ends must not buy a key that does not.
        if (caller.ByAccessToken)
        {
            throw ApiException.Forbidden("An access token cannot make an API key; sign in with an API key or as a person.");
        }
        if (caller.CredentialExpires is { } ends && (input.Expires is null || input.Expires > ends))
        {
            throw ApiException.Forbidden($"The API key that you came with ends at {ends:u}, and cannot make one that lasts longer; set Expires to that or earlier.");
        }
        if (!user.IsService && user.Id != caller.UserId)
        {
            throw ApiException.Forbidden("Only the person themself can make an API key for a person's account; for a machine use a service account.");
        }
        var made = await keys.CreateAsync(user, input, caller.Actor, cancel, user.Id == caller.UserId ? caller.ExternalIdentityId : null);
        return TypedResults.Created($"/api/users/{user.Id}/apikeys/{made.Id}", made);
    }

    internal static async Task<Ok> DeleteApiKey(
        string id, string keyId, Caller caller, UserStore users, ApiKeys keys, CallerStore callers, CancellationToken cancel)
    {
        var user = await KeyOwnerAsync(id, "Deleting this user's API key", caller, users, callers, cancel);
        if (caller.Scope is not null)
        {
            // It was narrowed so that a job cannot do more than its work; its account's other ways in are not that.
            throw ApiException.Forbidden("An access token whose scope was narrowed cannot delete API keys.");
        }
        await keys.DeleteAsync(user, keyId, caller.Actor, cancel);
        return TypedResults.Ok();
    }

    /// <summary>The user, if their API keys are the caller's to make and to delete: one's own, or of whom one could change.</summary>
    internal static Task<User> KeyOwnerAsync(string id, string what, Caller caller, UserStore users, CallerStore callers, CancellationToken cancel) =>
        id == caller.UserId ? Get(id, caller, users, cancel) : ControlledAsync(id, what, caller, users, callers, cancel);

    /// <summary>The user, if the caller may edit users and holds every right that this one has.</summary>
    internal static async Task<User> ControlledAsync(
        string id, string what, Caller caller, UserStore users, CallerStore callers, CancellationToken cancel)
    {
        caller.Demand(Permission.UserEdit, AccessTarget.System);
        var user = await users.FindAsync(id, cancel) ?? throw ApiException.NotFound("user", id);
        if (await callers.FindByIdAsync(user.Id, cancel) is { } known)
        {
            caller.DemandAll(known.ReadGrants(), what);
        }
        return user;
    }
}
