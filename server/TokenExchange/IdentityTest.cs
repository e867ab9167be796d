using System.Text;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Jose;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.TokenExchange;

/// <summary>
/// Tells an administrator, identity by identity and check by check, what would happen to a token or to a set of claims.
/// Nothing is issued, redeemed or stored.
/// </summary>
public sealed class IdentityTest(OidcIdentityStore identities, SubjectTokenValidator validator, TrustedIssuers trusted, TimeProvider clock)
{
    public async Task<IdentityTestResult> RunAsync(ServiceAccount account, IdentityTestInput input, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(input.Token) == input.Claims is null)
        {
            throw ApiException.BadRequest("Give either Token (a JWT) or Claims (a JSON object), not both.");
        }
        var registered = await identities.ListAsync(account.Id, cancel);
        var tokenChecks = new List<TestCheck>();
        JsonElement? claims = input.Token is null ? input.Claims : await TokenAsync(input.Token.Trim(), registered, tokenChecks, cancel);
        if (claims is not { ValueKind: JsonValueKind.Object } presented)
        {
            return claims is null
                ? Result(account, tokenChecks, [])
                : throw ApiException.BadRequest("Claims must be a JSON object, such as { \"iss\": \"…\", \"sub\": \"…\", \"aud\": \"…\" }.");
        }
        presented = input.Token is null ? AsInAToken(presented) : presented;
        var now = clock.GetUtcNow();
        return Result(account, tokenChecks, [.. registered.Select(identity => Test(identity, presented, account, now))]);
    }

    /// <summary>What a token could not say (a claim twice, an escape that is no character) is no set of claims to test with.</summary>
    private static JsonElement AsInAToken(JsonElement claims)
    {
        try
        {
            return CompactJws.JsonObject("text", Encoding.UTF8.GetBytes(claims.GetRawText()));
        }
        catch (JwsFormatException malformed)
        {
            throw ApiException.BadRequest($"Claims cannot be those of a token: {malformed.Message}.");
        }
    }

    private TestedIdentity Test(OidcIdentity identity, JsonElement claims, ServiceAccount account, DateTimeOffset now)
    {
        var issuer = OidcIdentity.Text(claims, "iss");
        var fault = trusted.FaultOf(identity);
        var checks = new List<TestCheck> { new("issuer", issuer == identity.Issuer && fault is null, identity.Issuer, issuer, fault) };
        checks.AddRange(identity.Match(claims, account.Audience, now).Checks.Select(check => new TestCheck(check.Part, check.Passed, check.Expected, check.Actual, check.Explanation)));
        return new TestedIdentity(identity.Id, identity.Name, checks.All(check => check.Passed), checks);
    }

    private async Task<JsonElement?> TokenAsync(string text, IReadOnlyList<OidcIdentity> registered, List<TestCheck> checks, CancellationToken cancel)
    {
        var token = CompactJws.TryParse(text, out var malformed);
        var typed = token?.Type is null or "JWT";
        checks.Add(new("form", token is not null && typed, "a signed JWT", null, token is null ? $"The token cannot be read: {malformed}." : typed ? null : "Its 'typ' is not JWT."));
        if (token is null)
        {
            return null;
        }
        var issuer = token.Claim("iss");
        var trusting = registered.FirstOrDefault(identity => identity.Issuer == issuer);
        if ((trusting is null ? "No identity of this service account has the token's issuer." : trusted.FaultOf(trusting)) is { } fault)
        {
            // Nothing is fetched from an issuer that nobody registered, or that may not be trusted.
            checks.Add(new("signature", false, null, null, $"Not checked: {fault}"));
        }
        else
        {
            checks.Add(await CheckAsync("signature", () => validator.VerifySignatureAsync(token, trusting!.Issuer, trusting.IssuerVersion, cancel)));
        }
        checks.Add(await CheckAsync("times", () =>
        {
            SubjectTokenValidator.VerifyTimes(token, clock.GetUtcNow());
            return Task.CompletedTask;
        }));
        return token.Payload;
    }

    private static async Task<TestCheck> CheckAsync(string part, Func<Task> check)
    {
        try
        {
            await check();
            return new(part, true, null, null);
        }
        catch (OAuthException refusal)
        {
            return new(part, false, null, null, refusal.Detail);
        }
    }

    private static IdentityTestResult Result(ServiceAccount account, IReadOnlyList<TestCheck> token, IReadOnlyList<TestedIdentity> tested)
    {
        var matching = tested.FirstOrDefault(identity => identity.Matches);
        var activity = new TestCheck("account", account.IsActive, "active", account.IsActive ? "active" : "disabled");
        var wouldSucceed = matching is not null && account.IsActive && token.All(check => check.Passed);
        return new(wouldSucceed, matching?.Id, [.. token, activity], tested);
    }
}

public sealed record IdentityTestInput(string? Token, JsonElement? Claims);

/// <param name="WouldSucceed">An exchange of it now would give an access token, if the token was not used before.</param>
/// <param name="Checks">Of the token itself and the account; then each identity has its own.</param>
public sealed record IdentityTestResult(bool WouldSucceed, string? MatchingIdentityId, IReadOnlyList<TestCheck> Checks, IReadOnlyList<TestedIdentity> Identities);

public sealed record TestedIdentity(string Id, string Name, bool Matches, IReadOnlyList<TestCheck> Checks);

/// <param name="Check">issuer, subject, audience or a claim's name; form, signature, times, account.</param>
public sealed record TestCheck(string Check, bool Passed, string? Expected, string? Actual, string? Explanation = null);
