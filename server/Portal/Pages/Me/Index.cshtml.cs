using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.SignIn;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Me;

/// <summary>Where the caller is signed in, and their API keys.</summary>
public sealed class IndexModel(UserStore users, CallerStore callers, ApiKeyStore keys, Sessions sessions, TimeProvider clock) : PortalPage
{
    public new User User { get; private set; } = null!;

    public IReadOnlyList<Session> Sessions { get; private set; } = [];
    public IReadOnlyList<ApiKey> Keys { get; private set; } = [];
    public bool HasPassword => User is { IsService: false, PasswordHash: not null };
    public DateTimeOffset Now => clock.GetUtcNow();

    public async Task OnGetAsync()
    {
        User = await UserEndpoints.Get(Caller.UserId, Caller, users, Cancel);
        // A narrowed token sees nobody's sessions.
        Sessions = Caller.Scope is null ? (await SessionEndpoints.List(Caller.UserId, Http.Page.All, Caller, users, callers, sessions, Cancel)).Items : [];
        Keys = (await UserEndpoints.ListApiKeys(Caller.UserId, Http.Page.All, Caller, users, keys, Cancel)).Items;
    }

    public async Task<IActionResult> OnPostEndSessionAsync(string session)
    {
        await SessionEndpoints.End(Caller.UserId, session, Caller, users, callers, sessions, Cancel);
        return Done("/app/me", "The session was ended.");
    }

    public async Task<IActionResult> OnPostEndOthersAsync()
    {
        await SessionEndpoints.EndAll(Caller.UserId, Caller, users, callers, sessions, Cancel);
        return Done("/app/me", "All other sessions were ended.");
    }
}
