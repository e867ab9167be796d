using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>A server whose limit of refusals is out of the way, so that a test sees what else stops an attack.</summary>
public sealed class BesiegedServer : IAsyncLifetime
{
    public ServerFixture Server { get; } = new();

    public ValueTask InitializeAsync()
    {
        Server.Settings["RateLimits:RefusalsPerMinute"] = "1000000";
        return Server.InitializeAsync();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>What the attacks of docs/threats.md have in common.</summary>
internal static class Attacks
{
    /// <summary>
    /// 400 in OAuth's form without an access token, and one refusal in the audit under the answer's id; so nothing was issued.
    /// Gives the reason that the audit holds.
    /// </summary>
    public static async Task<string> ShouldRefuseAsync(this ServerFixture server, string audience, string token, string what, int status = 400)
    {
        var answer = await server.ExchangeAsync(audience, token);
        answer.Status.ShouldBe(status, $"{what}: {answer.Text}");
        answer.Json.EnumerateObject().Select(member => member.Name).ShouldBe(["error", "error_description", "ErrorMessage", "Errors"], what);
        var (category, details, _) = (await server.EventsAsync(answer.CorrelationId)).ShouldHaveSingleItem(what);
        category.ShouldBe("TokenRefused", what);
        return JsonDocument.Parse(details).RootElement.GetProperty("reason").GetString()!;
    }

    /// <summary>The claims of a good token, as JSON; what makes them an attack is up to the test.</summary>
    public static string GoodPayload(this ServerFixture server, string audience) => JsonSerializer.Serialize(GitHubClaims.Of(audience, server.Clock.GetUtcNow()));

    /// <summary>Signed by the right key, with a member put in the place of the claim of that name: JSON as it stands, null for none.</summary>
    public static string WithClaim(this ServerFixture server, string audience, string claim, string? json)
    {
        var claims = GitHubClaims.Of(audience, server.Clock.GetUtcNow());
        claims.Remove(claim);
        var payload = JsonSerializer.Serialize(claims);
        return server.GitHub.SignText(json is null ? payload : $"{payload[..^1]},{JsonSerializer.Serialize(claim)}:{json}}}");
    }

    public static string Part(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static string Jws(string header, string payload, Func<byte[], byte[]> sign)
    {
        var input = $"{Part(header)}.{Part(payload)}";
        return $"{input}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(input)))}";
    }

    public static Task ForEachAsync<T>(IEnumerable<T> attacks, Func<T, Task> attack) =>
        Parallel.ForEachAsync(attacks, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (one, _) => await attack(one));
}
