using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OctoLogin.OpenIdProvider;

/// <summary>A row of <c>signing_keys</c>.</summary>
public sealed record SigningKey
{
    /// <summary>The key's JWK thumbprint (RFC 7638), so that it can be checked by hand.</summary>
    public required string Kid { get; init; }

    /// <summary>ES256.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The public JWK, as published.</summary>
    public required string PublicJwk { get; init; }

    /// <summary>PKCS#8, encrypted with the master key; empty once it no longer signs.</summary>
    public required byte[] PrivateKey { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ActiveFrom { get; init; }
    public DateTimeOffset? PublishedUntil { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }

    public bool IsPublished(DateTimeOffset now) => RevokedAt is null && (PublishedUntil is null || PublishedUntil > now);

    /// <summary>It waits for its turn, and no key made after it takes that turn.</summary>
    public bool WillSign(DateTimeOffset now) => RevokedAt is null && ActiveFrom > now && (PublishedUntil is null || PublishedUntil > ActiveFrom);

    public static string Purpose(string kid) => $"signing_keys.private_key:{kid}";

    /// <summary>A new ES256 key (P-256). The caller encrypts and then clears <paramref name="pkcs8"/>.</summary>
    public static (string Kid, string PublicJwk) Generate(out byte[] pkcs8)
    {
        while (true)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var point = key.ExportParameters(includePrivateParameters: false).Q;
            var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
            // RFC 7638 section 3.2: these members in this order, nothing else.
            var kid = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));
            if (kid.StartsWith('-'))
            {
                // One in 64: `keys revoke -…`, typed in a hurry, would be read as an option.
                continue;
            }
            pkcs8 = key.ExportPkcs8PrivateKey();
            var jwk = new Dictionary<string, string>
            {
                ["kty"] = "EC", ["crv"] = "P-256", ["x"] = x, ["y"] = y, ["kid"] = kid, ["use"] = "sig", ["alg"] = "ES256",
            };
            return (kid, JsonSerializer.Serialize(jwk));
        }
    }
}
