using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace OctoLogin.Tests.Support;

/// <summary>
/// An OpenID provider that people sign in with, at the network's edge: https on loopback under a name of its own. It signs whoever the test
/// says in, and each of its answers can be made wrong.
/// </summary>
public sealed class TestProvider : IAsyncDisposable
{
    public const string ClientId = "octologin";
    public const string ClientSecret = "a-client-secret-that-nobody-may-read";

    private readonly Dictionary<string, Dictionary<string, string>> codes = [];
    private FakeHttpServer server = null!;

    private TestProvider(string issuer) => Issuer = issuer;

    /// <summary>With a slash at its end, as Authentik's.</summary>
    public string Issuer { get; }
    public RSA Key { get; set; } = RSA.Create(2048);
    public string KeyId { get; set; } = "sign-in-key";

    /// <summary>What is said of the person beside the protocol's claims; null values are left out.</summary>
    public Dictionary<string, object?> Person { get; set; } = [];

    /// <summary>What the userinfo endpoint says beside <c>sub</c>; null: 401.</summary>
    public Dictionary<string, object?>? UserInfo { get; set; } = [];

    /// <summary>Changes to the discovery document; null values are left out.</summary>
    public Dictionary<string, object?> Discovery { get; } = [];

    /// <summary>Changes to the ID token's claims.</summary>
    public Action<Dictionary<string, object?>>? Claims { get; set; }

    /// <summary>The ID token itself, made of its claims; null: signed as it should be.</summary>
    public Func<Dictionary<string, object?>, string>? IdToken { get; set; }

    /// <summary>Takes a code without the verifier of its challenge, as no provider should.</summary>
    public bool ForgetsVerifier { get; set; }

    /// <summary>Whole answers instead, by the end of the path.</summary>
    public Dictionary<string, FakeAnswer> Answers { get; } = [];
    public IEnumerable<FakeRequest> Requests => server.Requests;
    public TestClock? Clock { get; init; }

    /// <summary>How often somebody came with a code.</summary>
    public int CountTokenRequests() => Requests.Count(request => request.Path.EndsWith("/token", StringComparison.Ordinal));

    public static async Task<TestProvider> StartAsync(ServerFixture server, string? issuer = null)
    {
        var provider = new TestProvider(issuer ?? $"https://login-{Guid.NewGuid():N}.example.com/application/o/octologin/") { Clock = server.Clock };
        var host = new Uri(provider.Issuer).Host;
        provider.server = await FakeHttpServer.StartAsync(provider.Answer, server.Certificates.ForHosts(host));
        server.Hosts[host] = new IPEndPoint(IPAddress.Loopback, provider.server.Port);
        return provider;
    }

    /// <summary>What the person's browser does at the provider: signs in at once and comes back with a code, whose address this is.</summary>
    public string Authorize(string location)
    {
        var request = QueryHelpers.ParseQuery(new Uri(location).Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        var code = $"code-{Guid.NewGuid():N}";
        codes[code] = request;
        return QueryHelpers.AddQueryString(request["redirect_uri"], new Dictionary<string, string?> { ["code"] = code, ["state"] = request["state"], ["iss"] = Issuer });
    }

    public string Sign(IReadOnlyDictionary<string, object?> claims, string type = "JWT")
    {
        var input = $"{Encode(JsonSerializer.Serialize(new { alg = "RS256", kid = KeyId, typ = type }))}.{Encode(JsonSerializer.Serialize(claims))}";
        return $"{input}.{Base64Url.EncodeToString(Key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    /// <summary>As a provider sends it to say that somebody signed out.</summary>
    public Dictionary<string, object?> LogoutClaims(string? subject, string? sid = null) => Without(new()
    {
        ["iss"] = Issuer, ["aud"] = ClientId, ["iat"] = Now, ["exp"] = Now + 120, ["jti"] = Guid.NewGuid().ToString(), ["sub"] = subject, ["sid"] = sid,
        ["events"] = new Dictionary<string, object> { ["http://schemas.openid.net/event/backchannel-logout"] = new { } },
    });

    public long Now => (Clock ?? TimeProvider.System).GetUtcNow().ToUnixTimeSeconds();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Key.Dispose();
    }

    private FakeAnswer Answer(FakeRequest request)
    {
        var name = request.Path[(request.Path.LastIndexOf('/') + 1)..];
        return Answers.GetValueOrDefault(name) ?? name switch
        {
            "openid-configuration" => Json(Without(Document())),
            "jwks" => TestIssuer.JwksOf(TestIssuer.JwkOf(Key, KeyId)),
            "token" => Redeem(request),
            "userinfo" => UserInfo is null ? new(401, "{}") : Json(Without(new Dictionary<string, object?>(UserInfo.Prepend(new("sub", Person.GetValueOrDefault("sub"))).DistinctByLast()))),
            _ => new(404, "{}"),
        };
    }

    private Dictionary<string, object?> Document()
    {
        var document = new Dictionary<string, object?>
        {
            ["issuer"] = Issuer, ["authorization_endpoint"] = $"{Issuer}authorize", ["token_endpoint"] = $"{Issuer}token", ["jwks_uri"] = $"{Issuer}jwks", ["userinfo_endpoint"] = $"{Issuer}userinfo",
            ["response_types_supported"] = new[] { "code" }, ["response_modes_supported"] = new[] { "query", "form_post" }, ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
            ["code_challenge_methods_supported"] = new[] { "S256", "plain" }, ["scopes_supported"] = new[] { "openid", "profile", "email" },
            ["token_endpoint_auth_methods_supported"] = new[] { "client_secret_post", "client_secret_basic" },
        };
        foreach (var (name, value) in Discovery)
        {
            document[name] = value;
        }
        return document;
    }

    /// <summary>As strict as a provider should be: one use, its client, its redirect URI, the verifier of the challenge.</summary>
    private FakeAnswer Redeem(FakeRequest request)
    {
        var form = QueryHelpers.ParseQuery(request.Body).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        if (request.Headers.GetValueOrDefault("Authorization") != $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"{ClientId}:{ClientSecret}"))}" && form.GetValueOrDefault("client_secret") != ClientSecret)
        {
            return new(401, """{"error":"invalid_client","error_description":"client authentication failed"}""");
        }
        if (!codes.Remove(form.GetValueOrDefault("code") ?? "", out var asked) || asked["redirect_uri"] != form.GetValueOrDefault("redirect_uri")
            || !ForgetsVerifier && asked["code_challenge"] != Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form.GetValueOrDefault("code_verifier") ?? ""))))
        {
            return new(400, """{"error":"invalid_grant"}""");
        }
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Issuer, ["aud"] = ClientId, ["exp"] = Now + 300, ["iat"] = Now, ["nonce"] = asked["nonce"],
            ["at_hash"] = Base64Url.EncodeToString(SHA256.HashData("an-access-token"u8).AsSpan(0, 16)),
        };
        foreach (var (name, value) in Person)
        {
            claims[name] = value;
        }
        Claims?.Invoke(claims);
        return Json(new Dictionary<string, object?> { ["access_token"] = "an-access-token", ["token_type"] = "Bearer", ["id_token"] = IdToken?.Invoke(Without(claims)) ?? Sign(Without(claims)) });
    }

    private static FakeAnswer Json(Dictionary<string, object?> body) => new(200, JsonSerializer.Serialize(body));

    private static Dictionary<string, object?> Without(Dictionary<string, object?> claims) => claims.Where(claim => claim.Value is not null).ToDictionary();
}

internal static class PairLists
{
    public static IEnumerable<KeyValuePair<string, object?>> DistinctByLast(this IEnumerable<KeyValuePair<string, object?>> pairs) => pairs.GroupBy(pair => pair.Key).Select(group => group.Last());
}
