using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using OctoLogin.Audit;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.Access;

/// <summary>
/// Finds the <see cref="Caller"/> by access token (RFC 6750) or API key. Both may be sent; then both must be the same user's.
/// </summary>
public sealed class CallerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder,
    AccessTokenVerifier tokens, CallerStore callers, TimeProvider clock)
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
            return AuthenticateResult.NoResult();
        }
        var byToken = bearer is null ? null : await ByAccessTokenAsync(bearer);
        var byKey = apiKey.Length == 0 ? null : await ByApiKeyAsync(apiKey);
        if ((bearer is not null && byToken is null) || (apiKey.Length > 0 && byKey is null)
            || (byToken is not null && byKey is not null && byToken.UserId != byKey.UserId))
        {
            return AuthenticateResult.Fail("refused");
        }
        // The narrower of the two: a token's scope still holds when a key of the same user comes with it.
        var caller = byToken ?? byKey!;
        Context.Features.Set(caller);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, caller.UserId)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        throw new ApiException(StatusCodes.Status401Unauthorized,
            $"You are not signed in: send a valid access token (Authorization: Bearer …) or API key ({ApiKeyHeader}). " +
            "One that was sent may be wrong, expired or revoked, or its account disabled.");
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
        if (await tokens.VerifyAsync(bearer, Context.RequestAborted) is not { } token
            || TokenScope.TryParse(token.Scope, out var scope) is not null)
        {
            return null;
        }
        var user = await callers.FindByAccessTokenAsync(token.UserId, token.Id, token.IdentityId, token.IdentityVersion, Context.RequestAborted);
        return user is { IsActive: true } ? user.ToCaller(Actor(user, $"Access token {token.Id} of {token.IdentityId}"), scope, byAccessToken: true) : null;
    }

    private async Task<Caller?> ByApiKeyAsync(string apiKey)
    {
        if (!apiKey.StartsWith(ApiKeySecret.Prefix, StringComparison.Ordinal) || apiKey.Length > 200)
        {
            return null;
        }
        var user = await callers.FindByApiKeyAsync(ApiKeySecret.Hash(apiKey), clock.GetUtcNow(), Context.RequestAborted);
        return user is { IsActive: true } ? user.ToCaller(Actor(user, $"API key {ApiKeySecret.Hint(apiKey)}"), scope: null, byAccessToken: false) : null;
    }

    private AuditActor Actor(KnownUser user, string establishedWith) => new(
        user.UserId, user.Username, establishedWith, Context.TraceIdentifier,
        Context.Connection.RemoteIpAddress?.ToString(), Request.Headers.UserAgent.ToString());
}
