using Microsoft.AspNetCore.Http.HttpResults;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.SignIn;

public static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/users/{id}/sessions").WithTags("users");
        group.MapGet("", List).WithSummary("List where a user is signed in");
        group.MapDelete("", EndAll).WithSummary("End all sessions of a user; of yourself all but the one that you came with");
        group.MapDelete("/{sessionId}", End).WithSummary("End one session of a user");
    }

    internal static async Task<ResourceCollection<Session>> List(
        string id, Page page, Caller caller, UserStore users, CallerStore callers, Sessions sessions, CancellationToken cancel)
    {
        var user = await AllowedAsync(id, "Seeing where this user is signed in", caller, users, callers, cancel);
        var all = await sessions.ListAsync(user.Id, cancel);
        return ResourceCollection<Session>.Of(page, all.Count, [.. all.Skip(page.Skip).Take(page.Take).Select(session => session with { IsCurrent = session.Id == caller.SessionId })]);
    }

    internal static async Task<Ok> End(
        string id, string sessionId, Caller caller, UserStore users, CallerStore callers, Sessions sessions, CancellationToken cancel)
    {
        var user = await AllowedAsync(id, "Ending this user's session", caller, users, callers, cancel);
        await sessions.EndAsync(user, sessionId, caller.Actor, cancel);
        return TypedResults.Ok();
    }

    internal static async Task<Ok> EndAll(string id, Caller caller, UserStore users, CallerStore callers, Sessions sessions, CancellationToken cancel)
    {
        var user = await AllowedAsync(id, "Ending this user's sessions", caller, users, callers, cancel);
        await sessions.EndAllAsync(user, user.Id == caller.UserId ? caller.SessionId : null, caller.Actor, cancel);
        return TypedResults.Ok();
    }

    private static async Task<User> AllowedAsync(string id, string what, Caller caller, UserStore users, CallerStore callers, CancellationToken cancel)
    {
        if (id != caller.UserId)
        {
            return await UserEndpoints.ControlledAsync(id, what, caller, users, callers, cancel);
        }
        if (caller.Scope is not null)
        {
            throw ApiException.Forbidden($"{what} cannot be done with an access token whose scope was narrowed.");
        }
        return await UserEndpoints.Get(id, caller, users, cancel);
    }
}
