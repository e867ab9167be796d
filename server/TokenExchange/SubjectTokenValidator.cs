using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Jose;

namespace OctoLogin.TokenExchange;

/// <summary>
/// Proves that a subject token was made by its issuer and is of now (contract, steps 4 to 6). What it refuses may be told in
/// full: the issuer is configured on the account that was named.
/// </summary>
public sealed class SubjectTokenValidator(IssuerMetadata issuers, TimeProvider clock)
{
    /// <param name="issuerVersion">The issuer's settings as they were read with the identity.</param>
    /// <param name="attempt">Its issuer is trusted; it is told which step may refuse it now.</param>
    public async Task ValidateAsync(CompactJws token, ExchangeAttempt attempt, long issuerVersion, CancellationToken cancel)
    {
        attempt.Step = ExchangeOutcome.Signature;
        await VerifySignatureAsync(token, attempt.TrustedIssuer!, issuerVersion, cancel);
        attempt.Step = ExchangeOutcome.Expired;
        VerifyTimes(token, clock.GetUtcNow());
        attempt.Step = ExchangeOutcome.Malformed;
        VerifyId(token);
    }

    public async Task VerifySignatureAsync(CompactJws token, string issuer, long issuerVersion, CancellationToken cancel)
    {
        try
        {
            var entry = await issuers.ForAsync(issuer, issuerVersion, cancel);
            var keys = await entry.GetAsync(cancel);
            var (key, fault) = keys.Choose(token);
            if (key is null && await entry.GetForUnknownKeyAsync(cancel) is { } fetched)
            {
                (key, fault) = fetched.Choose(token);
            }
            if (key is null)
            {
                throw OAuthException.InvalidRequest($"The token of issuer {issuer} is not accepted: {fault}.");
            }
            if (!key.Verifies(token))
            {
                throw OAuthException.InvalidRequest($"The token's signature does not verify with key '{Printable.Of(key.KeyId, 100)}' of issuer {issuer}.");
            }
        }
        catch (IssuerUnreachableException unreachable)
        {
            throw OAuthException.Unavailable(
                $"The keys of issuer {issuer} cannot be fetched now, so the token cannot be checked. Nothing is wrong with the token; try again, and ask an administrator if it stays so.",
                retryAfterSeconds: 5,
                $"The keys of issuer {issuer} cannot be fetched: {unreachable.Message}");
        }
    }

    public static void VerifyTimes(CompactJws token, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        var leeway = (long)TokenExchangeOptions.Leeway.TotalSeconds;
        var exp = Time(token, "exp") ?? throw OAuthException.InvalidRequest("The token has no 'exp'; one that never expires is not accepted.");
        var nbf = Time(token, "nbf");
        var iat = Time(token, "iat");
        if (exp + leeway < seconds)
        {
            throw OAuthException.InvalidRequest($"The token expired at {At(exp)}, {seconds - exp} seconds ago; server time is {now:u}. Request a new one right before the exchange.");
        }
        if (nbf is { } start && start - leeway > seconds)
        {
            throw OAuthException.InvalidRequest($"The token is not valid before {At(start)}; server time is {now:u}.");
        }
        if (iat is { } issued && issued - leeway > seconds)
        {
            throw OAuthException.InvalidRequest($"The token was issued at {At(issued)}, which is in the future; server time is {now:u}.");
        }
        var most = (long)TokenExchangeOptions.LongestSubjectTokenLifetime.TotalSeconds;
        if (exp - (iat ?? nbf ?? seconds) > most)
        {
            throw OAuthException.InvalidRequest($"The token is valid for {exp - (iat ?? nbf ?? seconds)} seconds; at most {most} (24 hours) are accepted.");
        }
    }

    /// <summary>A <c>jti</c> is what replay is told by: text, and not a book.</summary>
    private static void VerifyId(CompactJws token)
    {
        if (token.Payload.TryGetProperty("jti", out var jti) && (jti.ValueKind != JsonValueKind.String || jti.GetString() is not { Length: > 0 and <= 1000 }))
        {
            throw OAuthException.InvalidRequest("The token's 'jti' is not a string of 1 to 1000 characters.");
        }
    }

    /// <summary>A NumericDate (RFC 7519 section 2) as a whole number; null when absent.</summary>
    public static long? Time(CompactJws token, string name) => token.TryTime(name, out var seconds)
        ? seconds
        : throw OAuthException.InvalidRequest($"The token's '{name}' is not a whole number of seconds since 1970.");

    private static string At(long seconds) => $"{DateTimeOffset.FromUnixTimeSeconds(seconds):u}";
}
