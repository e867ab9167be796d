using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.SignIn;

/// <summary>
/// Starts and ends the sessions of people, each with its audit event in the same commit. Every way to sign in ends at
/// <see cref="StartAsync"/>; an ended session is gone from the database, so its cookie is worth nothing on any replica.
/// </summary>
public sealed class Sessions(NpgsqlDataSource database, SessionStore store, SessionCookie cookie, SessionTimes times, AuditLog audit, TimeProvider clock)
{
    /// <summary>
    /// Signs the user in: a new secret in the cookie, whatever the browser came with (no fixation), and the session that it came with
    /// ends. Refuses a disabled or service account, which who calls should have told before in better words.
    /// </summary>
    /// <param name="connection">In a transaction that holds the user's row (<see cref="UserStore.LockAsync"/>): who is disabled meanwhile must not get in.</param>
    public async Task<Session> StartAsync(HttpContext context, NpgsqlConnection connection, User user, SessionOrigin origin, CancellationToken cancel)
    {
        if (!user.IsActive || user.IsService)
        {
            throw ApiException.Forbidden("This account cannot sign in.");
        }
        if (cookie.Read(context) is { } brought)
        {
            if (await store.DeleteBySecretAsync(connection, SessionCookie.Hash(brought), cancel) is { } replaced)
            {
                await AppendAsync(connection, ActorOf(context, user, origin.SignedInWith), "A session was ended by a new sign-in in the same browser", [replaced.UserId, replaced.Id], cancel);
            }
        }
        var (secret, now) = (SessionCookie.NewSecret(), clock.GetUtcNow());
        var session = await store.InsertAsync(connection, new Session
        {
            Id = "",
            UserId = user.Id,
            SignedInWith = origin.SignedInWith,
            Created = now,
            LastSeen = now,
            Expires = now + times.MaximumDuration,
            IpAddress = context.Connection.RemoteIpAddress?.ToString(),
            UserAgent = Printable.Of(context.Request.Headers.UserAgent.ToString(), 500),
            External = origin.External,
        }, SessionCookie.Hash(secret), cancel);
        await audit.AppendAsync(connection, new AuditEvent
        {
            Category = AuditCategories.LoginSucceeded,
            Message = $"{user.Username} signed in with {origin.SignedInWith}",
            Actor = ActorOf(context, user, origin.SignedInWith),
            RelatedDocumentIds = [user.Id, session.Id],
            Details = origin.Details ?? "{}",
        }, cancel);
        cookie.Write(context, secret);
        return session;
    }

    public Task<IReadOnlyList<Session>> ListAsync(string userId, CancellationToken cancel) => store.ListAsync(userId, clock.GetUtcNow(), clock.GetUtcNow() - times.IdleTimeout, cancel);

    /// <summary>Signs the caller out: at the server, and then in the browser.</summary>
    public async Task SignOutAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        if (caller.SessionId is not { } id)
        {
            throw ApiException.BadRequest("You came with an API key or an access token, so there is no session to sign out of.");
        }
        await database.InTransactionAsync(async connection =>
        {
            if (await store.DeleteAsync(connection, caller.UserId, id, cancel) is not null)
            {
                await AppendAsync(connection, caller.Actor, $"{caller.Username} signed out", [caller.UserId, id], cancel);
            }
        }, cancel);
        cookie.Delete(context);
    }

    public Task EndAsync(User user, string sessionId, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var session = await store.DeleteAsync(connection, user.Id, sessionId, cancel) ?? throw ApiException.NotFound("session", sessionId);
        await AppendAsync(connection, actor, $"A session of {user.Username} that began {session.Created:u} was ended", [user.Id, session.Id], cancel);
    }, cancel);

    /// <param name="except">The one that stays, which the caller came with; null: none does.</param>
    public Task<int> EndAllAsync(User user, string? except, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var ended = await store.DeleteOfUserAsync(connection, user.Id, except, cancel);
        if (ended > 0)
        {
            await AppendAsync(connection, actor, $"{(except is null ? "All" : "All other")} sessions of {user.Username} ({ended}) were ended", [user.Id], cancel);
        }
        return ended;
    }, cancel);

    /// <summary>Ends what a provider's back-channel logout names, and says how many sessions that were.</summary>
    public async Task<int> EndExternalAsync(NpgsqlConnection connection, string issuer, string? subject, string? sid, AuditActor actor, CancellationToken cancel)
    {
        var ended = await store.DeleteExternalAsync(connection, issuer, subject, sid, cancel);
        if (ended.Count > 0)
        {
            await AppendAsync(connection, actor, $"{ended.Count} session{(ended.Count == 1 ? " was" : "s were")} ended by the provider {Printable.Of(issuer)}",
                [.. ended.Select(session => session.UserId).Distinct(), .. ended.Select(session => session.Id)], cancel);
        }
        return ended.Count;
    }

    /// <summary>Who somebody is before they have a session.</summary>
    public static AuditActor ActorOf(HttpContext context, User? user, string establishedWith) => new(
        user?.Id, user?.Username, establishedWith, context.TraceIdentifier, context.Connection.RemoteIpAddress?.ToString(), context.Request.Headers.UserAgent.ToString());

    private Task AppendAsync(NpgsqlConnection connection, AuditActor actor, string message, string[] related, CancellationToken cancel) =>
        audit.AppendAsync(connection, new AuditEvent { Category = AuditCategories.SessionEnded, Message = message, Actor = actor, RelatedDocumentIds = related }, cancel);
}

/// <summary>How a person signed in.</summary>
/// <param name="SignedInWith">For lists and the audit: <c>password</c>, or the provider's name.</param>
/// <param name="External">What the provider calls the session; null: it was no provider.</param>
/// <param name="Details">More for the audit, as <see cref="AuditDetails.Of{T}"/> makes it; null: nothing.</param>
public sealed record SessionOrigin(string SignedInWith, ExternalSession? External = null, string? Details = null)
{
    public static SessionOrigin Password { get; } = new("password");
}
