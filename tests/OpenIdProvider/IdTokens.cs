using Microsoft.Extensions.DependencyInjection;
using OctoLogin.OpenIdProvider;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.OpenIdProvider;

/// <summary>ID tokens as the server makes them for a cloud.</summary>
internal static class IdTokens
{
    public const string Audience = "api://AzureADTokenExchange";
    public const string Subject = "space:default:project:web:environment:production";

    public static string IdToken(this ServerFixture server, TimeSpan? lifetime = null)
    {
        var times = IdTokenTimes.Of(server.Clock.GetUtcNow(), lifetime ?? TimeSpan.FromMinutes(10));
        return server.Services.GetRequiredService<IdTokenSigner>().Sign(json =>
        {
            json.WriteString("iss", server.Url);
            json.WriteString("sub", Subject);
            json.WriteString("aud", Audience);
            times.Write(json);
            json.WriteString("jti", Guid.NewGuid().ToString("N"));
        });
    }

    /// <summary>What openid-client and jose make of it.</summary>
    /// <param name="now">Their clock; null: the machine's.</param>
    public static async Task<(Verdict Verdict, string? Detail)> AskNodeAsync(ServerFixture server, string token, string audience, DateTimeOffset? now = null)
    {
        var result = await NodeClient.RunAsync("verify-id-token.mjs", new Dictionary<string, string>
        {
            ["ISSUER"] = server.Url, ["TOKEN"] = token, ["AUDIENCE"] = audience, ["NOW"] = now is { } at ? $"{at.ToUnixTimeSeconds()}" : "",
        });
        return result.GetProperty("accepted").GetBoolean()
            ? (new(true, result.GetProperty("subject").GetString()!), result.GetProperty("algorithm").GetString())
            : (new(false, result.GetProperty("code").GetString()!), result.TryGetProperty("claim", out var claim) ? claim.GetString() : null);
    }
}
