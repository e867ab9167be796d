using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.Jose;

/// <summary>An issuer's keys as they were published, and for how long that may be believed.</summary>
/// <param name="JwksUri">Where they were read; null: an administrator uploaded them.</param>
public sealed record IssuerKeySet(IReadOnlyList<VerificationKey> Keys, string? JwksUri, TimeSpan? MaxAge)
{
    public const int MostKeys = 256;

    /// <summary>The keys of a JWKS (RFC 7517 section 5), usable or not; throws <see cref="IssuerUnreachableException"/> where there is no list of them.</summary>
    public static IReadOnlyList<VerificationKey> Read(JsonElement jwks)
    {
        if (jwks.ValueKind != JsonValueKind.Object || !jwks.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
        {
            throw new IssuerUnreachableException("its JWKS has no array 'keys'");
        }
        if (keys.GetArrayLength() > MostKeys)
        {
            throw new IssuerUnreachableException($"its JWKS has {keys.GetArrayLength()} keys, at most {MostKeys} are accepted");
        }
        return [.. keys.EnumerateArray().Where(key => key.ValueKind == JsonValueKind.Object).Select(VerificationKey.Read)];
    }

    /// <summary>The one key that may have signed the token, or why there is none.</summary>
    public (VerificationKey? Key, string Fault) Choose(CompactJws token)
    {
        if (token.KeyId is { } kid)
        {
            var named = Keys.Where(key => key.KeyId == kid).ToList();
            return named switch
            {
                [] => (null, $"it is signed with key '{Printable.Of(kid, 100)}', which the issuer does not publish"),
                [var only] => only.Misfit(token.Algorithm) is { } misfit
                    ? (null, $"it is signed with key '{Printable.Of(kid, 100)}', which cannot be used: {misfit}")
                    : (only, ""),
                _ => (null, $"the issuer publishes {named.Count} keys named '{Printable.Of(kid, 100)}'"),
            };
        }
        var fitting = Keys.Where(key => key.Misfit(token.Algorithm) is null).ToList();
        return fitting is [var one]
            ? (one, "")
            : (null, $"it does not say which key signed it ('kid'), and {fitting.Count} of the issuer's keys fit {token.Algorithm.Name}");
    }
}
