using System.Text.Json;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Jose;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>
/// The provider says that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0 section 2), or that it has signed them out:
/// their sessions here end at once, on every replica, and their groups count no more, which their API keys would keep otherwise.
/// </summary>
public sealed class BackChannelLogout(
    ProviderSettingsStore store, ProviderSignIn signIn, UsedOnce used, ExternalIdentityStore identities, Sessions sessions, AuditLog audit, NpgsqlDataSource database, TimeProvider clock)
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

    /// <summary>How old a token may be: it is sent when it is made, and what is older is somebody's who kept it.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(10);

    /// <summary>Why nothing was ended; null: it was done.</summary>
    /// <exception cref="IssuerUnreachableException">The provider's keys cannot be had, so nothing can be said of the token.</exception>
    public async Task<string?> EndAsync(HttpContext context, string? text, CancellationToken cancel)
    {
        var settings = await store.GetAsync(cancel);
        if (!settings.IsEnabled)
        {
            return "no identity provider is enabled";
        }
        if (string.IsNullOrEmpty(text))
        {
            return "logout_token is missing";
        }
        if (CompactJws.TryParse(text, out var malformed) is not { } token)
        {
            return malformed;
        }
        if (Fault(token, settings, clock.GetUtcNow()) is { } fault)
        {
            return fault;
        }
        if (await signIn.SignatureFaultAsync(settings, token, cancel) is { } unsigned)
        {
            return unsigned;
        }
        var actor = Sessions.ActorOf(context, null, $"Back-channel logout of {settings.DisplayName}");
        var done = await database.InTransactionAsync(async connection =>
        {
            if (!await used.UseLogoutTokenAsync(connection, settings.Issuer!, token.Claim("jti")!, clock.GetUtcNow() + LongestLife + LongestLife, cancel))
            {
                return false;
            }
            var (subject, sid) = (token.Claim("sub"), token.Claim("sid"));
            foreach (var lost in await identities.DropGroupsAsync(connection, settings.Issuer!, subject, sid, cancel))
            {
                await audit.AppendAsync(connection, new AuditEvent
                {
                    Category = AuditCategories.Modified,
                    Message = $"The groups of {lost.Username} count no more until their next sign-in with {settings.DisplayName}, which signed them out",
                    Actor = actor,
                    RelatedDocumentIds = [lost.UserId],
                    Details = AuditDetails.Of(new { GroupsRemoved = lost.Groups.Take(100) }),
                }, cancel);
            }
            await sessions.EndExternalAsync(connection, settings.Issuer!, subject, sid, actor, cancel);
            return true;
        }, cancel);
        return done ? null : "it was used before";
    }

    /// <summary>Section 2.6, but for the signature. Pure.</summary>
    internal static string? Fault(CompactJws token, ProviderSettings settings, DateTimeOffset now)
    {
        if (token.Type is { } type && !type.Equals("logout+jwt", StringComparison.OrdinalIgnoreCase) && !type.Equals("JWT", StringComparison.OrdinalIgnoreCase))
        {
            return "its 'typ' is not logout+jwt";
        }
        if (token.Claim("iss") != settings.Issuer)
        {
            return "its 'iss' is not the provider's";
        }
        if (IdTokenValidator.AudienceFault(token, settings.ClientId!) is { } audience)
        {
            return audience;
        }
        var (seconds, leeway) = (now.ToUnixTimeSeconds(), (long)IdTokenValidator.Leeway.TotalSeconds);
        if (!token.TryTime("iat", out var iat) || iat is null || !token.TryTime("exp", out var exp) || exp is null)
        {
            return "its 'iat' or 'exp' is missing or is no time";
        }
        if (iat - leeway > seconds || iat + LongestLife.TotalSeconds < seconds || exp + leeway < seconds)
        {
            return $"it is not of now: its 'iat' is {iat}, this server's time {seconds}";
        }
        // An ID token has a nonce and no event: neither may pass for the other.
        return !token.Payload.TryGetProperty("events", out var events) || events.ValueKind != JsonValueKind.Object || !events.TryGetProperty(LogoutEvent, out var happened) || happened.ValueKind != JsonValueKind.Object
            ? "its 'events' do not say that it is a logout"
            : token.Payload.TryGetProperty("nonce", out _) ? "it has a 'nonce', which no logout token may have"
            : token.Claim("jti") is not { Length: > 0 and <= 1000 } ? "it has no usable 'jti'"
            : token.Claim("sub") is null && token.Claim("sid") is null ? "it names neither 'sub' nor 'sid'"
            : $"{token.Claim("sub")}{token.Claim("sid")}".Contains('\0') ? "its 'sub' or 'sid' holds U+0000, as nobody's here does"
            : null;
    }
}
