using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OctoLogin.Tests.Support;

/// <summary>
/// An OpenID provider at the network's edge: https on loopback under any name, with keys of its own and documents that a test can
/// change. It counts what is asked of it.
/// </summary>
public sealed class TestIssuer : IAsyncDisposable
{
    // Of the processor time of a server's start, making one would be a fifth.
    private static readonly Lazy<RSAParameters> Common = new(() =>
    {
        using var key = RSA.Create(2048);
        return key.ExportParameters(includePrivateParameters: true);
    });

    private FakeHttpServer server = null!;

    private TestIssuer(string issuer, RSA key) => (Issuer, Key) = (issuer, key);

    public string Issuer { get; }
    public string Host => new Uri(Issuer).Host;
    public int Port => server.Port;
    public RSA Key { get; set; }
    public string KeyId { get; set; } = "test-key-1";

    /// <summary>Null: the document as it should be.</summary>
    public Func<FakeAnswer>? Discovery { get; set; }

    /// <summary>Null: the present <see cref="Key"/> alone.</summary>
    public Func<FakeAnswer>? Jwks { get; set; }

    /// <summary>The key of the GitHub of every test.</summary>
    public static RSA CommonKey() => RSA.Create(Common.Value);

    public int DiscoveryRequests => server.Requests.Count(request => request.Path.EndsWith("/openid-configuration", StringComparison.Ordinal));
    public int JwksRequests => server.Requests.Count(request => request.Path.EndsWith("/jwks", StringComparison.Ordinal));

    /// <param name="key">Null: one that nobody else has.</param>
    public static async Task<TestIssuer> StartAsync(TestCertificates certificates, string issuer = GitHubClaims.Issuer, RSA? key = null)
    {
        var test = new TestIssuer(issuer, key ?? RSA.Create(2048));
        // A port in its name is the port it has; without one the test leads connections to the free port it got.
        var port = new Uri(issuer) is { IsDefaultPort: false } named ? named.Port : 0;
        test.server = await FakeHttpServer.StartAsync(test.Answer, certificates.ForHosts(test.Host), port);
        return test;
    }

    /// <summary>A compact JWS, RS256 with <see cref="Key"/> unless told.</summary>
    public string Sign(IReadOnlyDictionary<string, object?> claims, IReadOnlyDictionary<string, object?>? header = null) =>
        SignText(JsonSerializer.Serialize(claims), header is null ? DefaultHeader() : JsonSerializer.Serialize(header));

    public string SignText(string payload, string? header = null)
    {
        var input = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header ?? DefaultHeader()))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{input}.{Base64Url.EncodeToString(Key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public static Dictionary<string, object?> JwkOf(RSA key, string kid)
    {
        var parameters = key.ExportParameters(false);
        return new()
        {
            ["kty"] = "RSA", ["use"] = "sig", ["alg"] = "RS256", ["kid"] = kid,
            ["n"] = Base64Url.EncodeToString(parameters.Modulus), ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };
    }

    public static FakeAnswer JwksOf(params Dictionary<string, object?>[] keys) => new(200, JsonSerializer.Serialize(new { keys }));

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Key.Dispose();
    }

    private string DefaultHeader() => $$"""{"typ":"JWT","alg":"RS256","kid":"{{KeyId}}"}""";

    private FakeAnswer Answer(FakeRequest request) =>
        request.Path.EndsWith("/.well-known/openid-configuration", StringComparison.Ordinal)
            ? Discovery?.Invoke() ?? new(200, JsonSerializer.Serialize(new { issuer = Issuer, jwks_uri = $"{Issuer.TrimEnd('/')}/.well-known/jwks" }))
        : request.Path.EndsWith("/.well-known/jwks", StringComparison.Ordinal)
            ? Jwks?.Invoke() ?? JwksOf(JwkOf(Key, KeyId))
        : new(404, """{"message":"Not Found"}""");
}
