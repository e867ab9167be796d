using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Jose;

namespace OctoLogin.OpenIdProvider;

/// <summary>Whether clouds can use the keys that they find.</summary>
internal static class OwnKeySetCheck
{
    private static readonly JwsAlgorithm Algorithm = JwsAlgorithm.Find(SigningKeyUse.IdTokens.Algorithm)!;
    private static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "k"];

    public static void Add(JsonElement jwks, List<CheckRow> rows)
    {
        var keys = jwks.TryGetProperty("keys", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(key => key.ValueKind == JsonValueKind.Object).ToList() : [];
        rows.Add(keys.Count <= SigningKeySet.MostPublished ? CheckRow.Ok("keys", $"{keys.Count}")
            : CheckRow.Warn("keys", $"{keys.Count}", $"This server publishes at most {SigningKeySet.MostPublished}; another answers there."));
        if (keys.Any(key => PrivateMembers.Any(member => key.TryGetProperty(member, out _))))
        {
            rows.Add(CheckRow.Fail("keys", "a private key", "Everybody can sign with it. Another server answers there; take its keys for known to others."));
        }
        var read = keys.Select(VerificationKey.Read).Where(key => key.Misfit(Algorithm) is null && key.KeyId is not null).ToList();
        foreach (var key in read)
        {
            rows.Add(key.RsaBits is 2048 or 3072 ? CheckRow.Ok("key", Describe(key))
                : CheckRow.Warn("key", Describe(key), "Not every cloud takes this size; 2048 and 3072 do everywhere."));
        }
        if (read.Count == 0)
        {
            rows.Add(CheckRow.Fail("key", $"no usable {Algorithm.Name} key", "Clouds verify ID tokens by such a key alone. Look whether this server answers there, and at: octologin keys list."));
        }
    }

    private static string Describe(VerificationKey key) => $"{Printable.Of(key.KeyId, 100)} {Algorithm.Name} {key.RsaBits} bits";
}
