using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.OpenIdProvider;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.OpenIdProvider;

/// <summary>An access token changed in the ways that an attacker would; each in one way alone.</summary>
internal static class TamperedTokens
{
    public static string Tamper(ServerFixture server, string token, string how)
    {
        var parts = token.Split('.');
        return how switch
        {
            "payload changed" => $"{parts[0]}.{Change(parts[1], ("sub", "Users-1"))}.{parts[2]}",
            "signature changed" => $"{parts[0]}.{parts[1]}.{Flip(parts[2])}",
            "signature removed" => $"{parts[0]}.{parts[1]}.",
            "alg none" => $"{Change(parts[0], ("alg", "none"))}.{parts[1]}.",
            "HMAC with the public key" => WithHmac($"{Change(parts[0], ("alg", "HS256"))}.{parts[1]}", server),
            "RSA key of the attacker under our kid" => WithRsa($"{Change(parts[0], ("alg", "RS256"))}.{parts[1]}"),
            "key of the attacker under our kid" => WithAnotherKey($"{parts[0]}.{parts[1]}"),
            "key of the attacker in the header" => WithKeyInHeader(parts),
            // The rest is signed by our own key: what is said is refused, not who says it.
            "expired" => SignedByUs(server, "at+jwt", parts[1], ("exp", Ago(server, 3600)), ("iat", Ago(server, 7200)), ("nbf", Ago(server, 7200))),
            "for another audience" => SignedByUs(server, "at+jwt", parts[1], ("aud", "api://AzureADTokenExchange")),
            "of another issuer" => SignedByUs(server, "at+jwt", parts[1], ("iss", "https://elsewhere.example.com")),
            "of another kind" => SignedByUs(server, "JWT", parts[1]),
            _ => throw new ArgumentException(how, nameof(how)),
        };
    }

    private static string SignedByUs(ServerFixture server, string type, string payload, params (string Name, JsonNode Value)[] changes)
    {
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(payload))!.AsObject();
        foreach (var (name, value) in changes)
        {
            claims[name] = value;
        }
        return server.Services.GetRequiredService<SigningKeyRing>().Current(SigningKeyUse.AccessTokens).Sign(type, json =>
        {
            foreach (var (name, value) in claims)
            {
                json.WritePropertyName(name);
                value!.WriteTo(json);
            }
        });
    }

    private static string WithHmac(string input, ServerFixture server)
    {
        // What the attacker knows of the key: its published text.
        var row = server.Services.GetRequiredService<SigningKeyRing>().Rows[0];
        return $"{input}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(row.PublicJwk), Encoding.ASCII.GetBytes(input)))}";
    }

    private static string WithRsa(string input)
    {
        using var key = RSA.Create(2048);
        return $"{input}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string WithAnotherKey(string input)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return $"{input}.{Sign(key, input)}";
    }

    private static string WithKeyInHeader(string[] parts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        var jwk = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
        var input = $"{Change(parts[0], ("jwk", jwk))}.{parts[1]}";
        return $"{input}.{Sign(key, input)}";
    }

    private static string Sign(ECDsa key, string input) => Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256));

    private static string Change(string part, (string Name, JsonNode Value) change)
    {
        var json = JsonNode.Parse(Base64Url.DecodeFromChars(part))!;
        json[change.Name] = change.Value;
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    private static string Flip(string signature)
    {
        var bytes = Base64Url.DecodeFromChars(signature);
        bytes[10] ^= 1;
        return Base64Url.EncodeToString(bytes);
    }

    private static JsonNode Ago(ServerFixture server, int seconds) => server.Clock.GetUtcNow().ToUnixTimeSeconds() - seconds;
}
