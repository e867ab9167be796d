using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Jose;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>Proves that an ID token is the provider's, for this client and this sign-in, of now (OpenID Connect Core section 3.1.3.7). Pure, but for the keys.</summary>
public static class IdTokenValidator
{
    /// <summary>It comes from the provider and not from a stranger; one with a thousand groups is larger than what strangers may send.</summary>
    public const int MostCharacters = 512 * 1024;

    public const string EncryptedMessage = "encrypted ID tokens are not supported: leave the provider's encryption key empty";

    public static readonly TimeSpan Leeway = TimeSpan.FromSeconds(30);

    /// <summary>Reads it, or throws the set-up error that it shows.</summary>
    public static CompactJws Parse(string token, ProviderSettings settings)
    {
        if (token.Count(c => c == '.') == 4)
        {
            throw SetUp(EncryptedMessage, null);
        }
        return CompactJws.TryParse(token, out var fault, MostCharacters) ?? throw (AlgorithmOf(token) is { } algorithm
            ? SetUp($"the provider signs ID tokens with '{Printable.Of(algorithm, 20)}', which {(algorithm.StartsWith("HS", StringComparison.OrdinalIgnoreCase) ? "uses the client secret as key" : "is no signature")}; RS256 or ES256 is needed. {ProviderChecks.SigningKeyAdvice}", Unsigned(token, settings))
            : SetUp($"the provider's ID token cannot be read: {fault}", Unsigned(token, settings)));
    }

    /// <summary>Why the claims are not of this sign-in; null: they are.</summary>
    public static string? Fault(CompactJws token, string issuer, string clientId, string? nonce, DateTimeOffset now) =>
        token.Claim("iss") != issuer ? $"its 'iss' is '{Printable.Of(token.Claim("iss"))}', not '{issuer}'"
        : AudienceFault(token, clientId)
        ?? TimeFault(token, now)
        ?? (nonce is not null && (token.Claim("nonce") is not { } sent || !Same(sent, nonce)) ? "its 'nonce' is not the one of this sign-in" : null)
        ?? (token.Claim("sub") is { Length: > 0 and <= 255 } subject && !subject.Any(char.IsControl) ? null : "its 'sub' is not a text of 1 to 255 characters");

    /// <summary>Why the access token is not the one that the ID token was made with (section 3.1.3.8); null: it is, or the ID token does not say.</summary>
    public static string? AccessTokenFault(CompactJws token, string? accessToken)
    {
        if (!token.Payload.TryGetProperty("at_hash", out var claimed))
        {
            return null;
        }
        var hash = CryptographicOperations.HashData(token.Algorithm.Hash, Encoding.ASCII.GetBytes(accessToken ?? ""));
        return accessToken is not null && claimed.ValueKind == JsonValueKind.String && Same(claimed.GetString()!, Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2)))
            ? null : "its 'at_hash' is not of the access token that came with it";
    }

    /// <summary>Shared with logout tokens: the client must be named, and be the only one or the one that it was made for.</summary>
    internal static string? AudienceFault(CompactJws token, string clientId)
    {
        var audiences = token.Payload.TryGetProperty("aud", out var aud) ? aud.ValueKind switch
        {
            JsonValueKind.String => [aud.GetString()!],
            JsonValueKind.Array when aud.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => aud.EnumerateArray().Select(item => item.GetString()!).ToList(),
            _ => [],
        } : [];
        if (!audiences.Contains(clientId, StringComparer.Ordinal))
        {
            return $"its 'aud' is {(audiences.Count == 0 ? "missing" : Names.List(audiences.Take(5)))}, without the ClientId '{Printable.Of(clientId)}'";
        }
        var hasParty = token.Payload.TryGetProperty("azp", out _);
        return (audiences.Count > 1 || hasParty) && token.Claim("azp") != clientId
            ? $"its 'azp' is {(hasParty ? $"'{Printable.Of(token.Claim("azp"))}'" : "missing, with several audiences")}, not the ClientId '{Printable.Of(clientId)}'" : null;
    }

    private static string? TimeFault(CompactJws token, DateTimeOffset now)
    {
        if (!token.TryTime("exp", out var exp) || !token.TryTime("nbf", out var nbf) || !token.TryTime("iat", out var iat) || exp is null || iat is null)
        {
            return "its 'exp', 'iat' or 'nbf' is missing or is not a whole number of seconds since 1970";
        }
        var (seconds, leeway) = (now.ToUnixTimeSeconds(), (long)Leeway.TotalSeconds);
        return exp + leeway < seconds ? $"it expired {seconds - exp} seconds ago; this server's time is {now:u}"
            : (nbf ?? iat) - leeway > seconds || iat - leeway > seconds ? $"it is of the future by {Math.Max(nbf ?? 0, iat.Value) - seconds} seconds; this server's time is {now:u}"
            : null;
    }

    /// <summary>What it says of somebody, whoever wrote that: an administrator sees by it what the provider sends. Null: nothing that can be read.</summary>
    private static ReceivedClaims? Unsigned(string token, ProviderSettings settings)
    {
        var parts = token.Length <= MostCharacters ? token.Split('.', 4) : [];
        try
        {
            return parts.Length == 3 ? ReceivedClaims.Of(CompactJws.JsonObject("payload", Base64Url.DecodeFromChars(parts[1])), null, settings) : null;
        }
        catch (Exception unreadable) when (unreadable is FormatException or JwsFormatException)
        {
            return null;
        }
    }

    private static string? AlgorithmOf(string token)
    {
        try
        {
            var header = JsonElement.Parse(Base64Url.DecodeFromChars(token.AsSpan(0, Math.Max(0, token.IndexOf('.')))));
            return header.ValueKind == JsonValueKind.Object && header.TryGetProperty("alg", out var alg) && alg.ValueKind == JsonValueKind.String
                && JwsAlgorithm.Find(alg.GetString()!) is null ? alg.GetString() : null;
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private static SignInException SetUp(string fault, ReceivedClaims? claims) =>
        SignInException.Unproven("The identity provider is not set up as this server needs it, so nobody can sign in with it now.", fault, claims);
}
