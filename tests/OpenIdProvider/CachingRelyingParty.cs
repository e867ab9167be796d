using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.OpenIdProvider;

/// <summary>
/// A cloud with Microsoft.IdentityModel on the server's clock, which allows for no wrong clock. It reads our keys by way of the discovery
/// document and then not again until its time is over, not even for a key that it does not know.
/// </summary>
/// <param name="remembers">Null: as long as the answer's <c>max-age</c> says.</param>
internal sealed class CachingRelyingParty(ServerFixture server, TimeSpan? remembers = null)
{
    private readonly JsonWebTokenHandler handler = new();
    private IList<SecurityKey> keys = [];
    private DateTimeOffset until = DateTimeOffset.MinValue;

    public int Reads { get; private set; }

    /// <summary>How far its clock is from ours.</summary>
    public TimeSpan ClockIsOff { get; init; }

    /// <summary>Null: accepted.</summary>
    public async Task<string?> WhyNotAsync(string token)
    {
        var now = server.Clock.GetUtcNow() + ClockIsOff;
        if (now >= until)
        {
            await ReadAsync(now);
        }
        var result = handler.ValidateToken(token, new TokenValidationParameters
        {
            ValidIssuer = server.Url,
            ValidAudience = IdTokens.Audience,
            IssuerSigningKeys = keys,
            ClockSkew = TimeSpan.Zero,
            LifetimeValidator = (from, to, _, _) => from <= now.UtcDateTime && now.UtcDateTime < to,
        });
        return result.IsValid ? null : result.Exception.Message;
    }

    private async Task ReadAsync(DateTimeOffset now)
    {
        var discovery = await server.Anonymous.GetFromJsonAsync<JsonElement>("/.well-known/openid-configuration");
        using var answer = await server.Anonymous.GetAsync(discovery.GetProperty("jwks_uri").GetString());
        keys = new JsonWebKeySet(await answer.Content.ReadAsStringAsync()).GetSigningKeys();
        until = now + (remembers ?? answer.Headers.CacheControl!.MaxAge!.Value);
        Reads++;
    }
}
