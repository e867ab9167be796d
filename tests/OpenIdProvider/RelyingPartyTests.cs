using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.OpenIdProvider;

/// <summary>
/// Libraries that others trust us with find our keys through our discovery document, take our access tokens, and refuse what was
/// tampered with; each for the reason that was meant. The server itself is held to the same tokens.
/// </summary>
public sealed class RelyingPartyTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    /// <summary>How, what JwtBearer says, what jose says.</summary>
    public static TheoryData<string, string, string> Tampered => new()
    {
        { "payload changed", "The signature is invalid", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" },
        { "signature changed", "The signature is invalid", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" },
        { "signature removed", "The signature is invalid", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" },
        { "alg none", "The signature is invalid", "ERR_JOSE_NOT_SUPPORTED" },
        { "HMAC with the public key", "The signature is invalid", "ERR_JOSE_NOT_SUPPORTED" },
        { "RSA key of the attacker under our kid", "The signature is invalid", "ERR_JWKS_NO_MATCHING_KEY" },
        { "key of the attacker under our kid", "The signature is invalid", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" },
        { "key of the attacker in the header", "The signature is invalid", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" },
        { "expired", "The token expired at", "ERR_JWT_EXPIRED" },
        { "for another audience", "The audience 'api://AzureADTokenExchange' is invalid", "ERR_JWT_CLAIM_VALIDATION_FAILED" },
        { "of another issuer", "The issuer 'https://elsewhere.example.com' is invalid", "ERR_JWT_CLAIM_VALIDATION_FAILED" },
    };

    [Fact]
    public async Task JwtBearer_and_jose_accept_an_access_token_through_the_discovery_document()
    {
        var (id, token) = await TokenAsync(server);
        await using var microsoft = await RelyingParty.StartAsync(server.Url);

        (await microsoft.AskAsync(token)).ShouldBe(new Verdict(true, id));
        (await JoseAsync(server, token)).ShouldBe(new Verdict(true, id));
    }

    /// <summary>Not every reader of a header has a JSON parser that knows escapes.</summary>
    [Fact]
    public async Task The_header_says_its_type_without_escapes()
    {
        var (_, token) = await TokenAsync(server);
        Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[0])).ShouldContain("\"typ\":\"at+jwt\"");
    }

    [Theory]
    [MemberData(nameof(Tampered))]
    public async Task JwtBearer_jose_and_the_server_refuse_a_token_that_was_tampered_with(string how, string microsoftSays, string joseSays)
    {
        var (_, token) = await TokenAsync(server);
        var tampered = TamperedTokens.Tamper(server, token, how);
        await using var microsoft = await RelyingParty.StartAsync(server.Url);

        var verdict = await microsoft.AskAsync(tampered);
        verdict.Accepted.ShouldBeFalse();
        verdict.Text.ShouldContain(microsoftSays);
        (await JoseAsync(server, tampered)).ShouldBe(new Verdict(false, joseSays));
        await ShouldBeRefusedByTheServerAsync(server, tampered);
    }

    /// <summary>An ID token for a cloud, signed by the same key, is no access token (RFC 9068 section 4).</summary>
    [Fact]
    public async Task Jose_and_the_server_refuse_another_kind_of_token_of_ours()
    {
        var (_, token) = await TokenAsync(server);
        var other = TamperedTokens.Tamper(server, token, "of another kind");

        (await JoseAsync(server, other)).ShouldBe(new Verdict(false, "ERR_JWT_CLAIM_VALIDATION_FAILED"));
        await ShouldBeRefusedByTheServerAsync(server, other);
    }

    internal static async Task<(string AccountId, string Token)> TokenAsync(ServerFixture server, int lifetime = 3600)
    {
        var (id, audience) = await server.AddTrustedAccountAsync(new { Name = "main", GitHubClaims.Issuer, GitHubClaims.Subject, TokenLifetime = lifetime });
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        answer.Status.ShouldBe(200, answer.Text);
        return (id, answer.AccessToken);
    }

    internal static async Task<Verdict> JoseAsync(ServerFixture server, string token)
    {
        var result = await NodeClient.RunAsync("verify-token.mjs", new Dictionary<string, string> { ["ISSUER"] = server.Url, ["TOKEN"] = token });
        return result.GetProperty("accepted").GetBoolean()
            ? new(true, result.GetProperty("subject").GetString()!)
            : new(false, result.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String ? code.GetString()! : "");
    }

    internal static async Task ShouldBeRefusedByTheServerAsync(ServerFixture server, string token)
    {
        using var client = server.ClientWithToken(token);
        using var response = await client.GetAsync("/api/users/me");
        ((int)response.StatusCode).ShouldBe(401);
    }
}
