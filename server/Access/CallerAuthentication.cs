using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using OctoLogin.Audit;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;
using OctoLogin.Users;

namespace OctoLogin.Access;

/// <summary>
/// Finds the <see cref="Caller"/> by access token (RFC 6750) or API key. Both may be sent; then both must be the same user's.
/// A browser that sends neither is known by the cookie of its session.
/// </summary>
public sealed class CallerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder,
    AccessTokenVerifier tokens, SigningKeyRing keys, CallerStore callers, CallerCache cache, ApiKeyUses uses,
    SessionCookie cookie, SessionTimes sessions, SameOrigin sameOrigin, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string SchemeName = "OctoLogin";
    public const string ApiKeyHeader = "X-Octopus-ApiKey";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var bearer = Bearer();
        var apiKey = Request.Headers[ApiKeyHeader].ToString();
        if (bearer is null && apiKey.Length == 0)
        {
            return await BySessionAsync();
        }
        var byToken = bearer is null ? null : await ByAccessTokenAsync(bearer);
        var byKey = apiKey.Length == 0 ? null : await ByApiKeyAsync(apiKey);
        if ((bearer is not null && byToken is null) || (apiKey.Length > 0 && byKey is null)
            || (byToken is not null && byKey is not null && byToken.UserId != byKey.UserId))
        {
            return AuthenticateResult.Fail("refused");
        }
        // The narrower of the two: a token's scope still holds when a key of the same user comes with it.
        return Success(byToken ?? byKey!);
    }

    private AuthenticateResult Success(Caller caller)
    {
        Context.Features.Set(caller);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, caller.UserId)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        throw NotSignedIn();
    }

    public static ApiException NotSignedIn() => new(StatusCodes.Status401Unauthorized,
        $"You are not signed in: send a valid access token (Authorization: Bearer …) or API key ({ApiKeyHeader}). " +
        "One that was sent may be wrong, expired or revoked, or its account disabled; a session may have ended.");

    private async Task<AuthenticateResult> BySessionAsync()
    {
        // Where people are. At the token endpoints a cookie says nothing.
        if (!(Request.Path.StartsWithSegments("/api") || Request.Path.StartsWithSegments("/app")) || cookie.Read(Context) is not { } secret)
        {
            return AuthenticateResult.NoResult();
        }
        // Another site's page can have the browser send this cookie along (CSRF).
        if (!(HttpMethods.IsGet(Request.Method) || HttpMethods.IsHead(Request.Method) || HttpMethods.IsOptions(Request.Method)) && !sameOrigin.IsSame(Request))
        {
            // What is open to everybody is called as nobody: a provider's answer comes by a form of its own page.
            return Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null ? AuthenticateResult.NoResult() : throw SameOrigin.Refused();
        }
        var known = await cache.GetAsync($"session {secret}", async () =>
        {
            var now = clock.GetUtcNow();
            var user = await callers.FindBySessionAsync(SessionCookie.Hash(secret), now, sessions, Context.RequestAborted);
            var seenUntil = now + sessions.SeenFor;
            return (Known(user, scope: null, signingKeyId: null, $"Session {user?.SessionId} ({user?.SignedInWith})"), user?.SessionExpires < seenUntil ? user.SessionExpires : seenUntil);
        });
        return known is null ? AuthenticateResult.Fail("refused") : Success(ToCaller(known));
    }

    private string? Bearer()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return null;
        }
        return AuthenticationHeaderValue.TryParse(header, out var parsed)
            && parsed.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && parsed.Parameter is { Length: > 0 } token
            ? token
            : "";
    }

    private async Task<Caller?> ByAccessTokenAsync(string bearer)
    {
        var known = await cache.GetAsync(bearer, async () =>
        {
            if (await tokens.VerifyAsync(bearer, Context.RequestAborted) is not { } token
                || TokenScope.TryParse(token.Scope, out var scope) is not null)
            {
                return (null, null);
            }
            var user = await callers.FindByAccessTokenAsync(token, Context.RequestAborted);
            return (Known(user, scope, token.SigningKeyId, $"Access token {token.Id} of {token.IdentityId}"), token.ExpiresAt);
        });
        // Asked each time: the keys in memory and what is remembered of callers learn of a revocation one after the other.
        return known is not null && keys.IsPublished(known.SigningKeyId!) ? ToCaller(known) : null;
    }

    private async Task<Caller?> ByApiKeyAsync(string apiKey)
    {
        if (!apiKey.StartsWith(ApiKeySecret.Prefix, StringComparison.Ordinal) || apiKey.Length > 200)
        {
            return null;
        }
        var known = await cache.GetAsync(apiKey, async () =>
        {
            var user = await callers.FindByApiKeyAsync(ApiKeySecret.Hash(apiKey), clock.GetUtcNow(), Context.RequestAborted);
            return (Known(user, scope: null, signingKeyId: null, $"API key {ApiKeySecret.Hint(apiKey)}"), user?.KeyExpires);
        });
        if (known is null)
        {
            return null;
        }
        uses.Note(known.User.ApiKeyId!);
        return ToCaller(known);
    }

    private static KnownCaller? Known(KnownUser? user, TokenScope? scope, string? signingKeyId, string establishedWith) =>
        user is { IsActive: true } ? new KnownCaller(user, user.ReadGrants(), scope, signingKeyId, establishedWith) : null;

    private Caller ToCaller(KnownCaller known) => new()
    {
        UserId = known.User.UserId,
        Username = known.User.Username,
        IsService = known.User.IsService,
        Grants = known.Grants,
        Scope = known.Scope,
        ByAccessToken = known.SigningKeyId is not null,
        SessionId = known.User.SessionId,
        ExternalIdentityId = known.User.ExternalIdentityId,
        HasMoreByGroups = known.User.HasMoreByGroups,
        CredentialExpires = known.User.KeyExpires,
        Actor = new AuditActor(
            known.User.UserId, known.User.Username, known.EstablishedWith, Context.TraceIdentifier,
            Context.Connection.RemoteIpAddress?.ToString(), Request.Headers.UserAgent.ToString()),
    };
}
