using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Access;
using OctoLogin.OpenIdProvider;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.OpenIdProvider;

/// <summary>ID tokens at relying parties that know nothing but the issuer; and that none of our two kinds of token passes for the other.</summary>
public sealed class IdTokenTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task OpenId_client_jose_and_Microsoft_accept_an_ID_token_through_the_discovery_document()
    {
        var token = server.IdToken();
        (await IdTokens.AskNodeAsync(server, token, IdTokens.Audience)).ShouldBe((new Verdict(true, IdTokens.Subject), "RS256"));
        (await new CachingRelyingParty(server).WhyNotAsync(token)).ShouldBeNull();
        Header(token).ToJsonString().ShouldBe($$"""{"alg":"RS256","kid":"{{Header(token)["kid"]}}","typ":"JWT"}""");
    }

    /// <summary>The signature is right, and so are the claims: the kind alone is not.</summary>
    [Fact]
    public async Task An_access_token_is_no_ID_token_at_a_relying_party_that_is_its_audience()
    {
        var (_, token) = await RelyingPartyTests.TokenAsync(server);
        (await IdTokens.AskNodeAsync(server, token, server.Url)).ShouldBe((new Verdict(false, "ERR_JOSE_ALG_NOT_ALLOWED"), null));
        (await new CachingRelyingParty(server).WhyNotAsync(token)).ShouldNotBeNull().ShouldContain("Audience validation failed");
    }

    [Fact]
    public async Task An_ID_token_is_no_access_token()
    {
        await RelyingPartyTests.ShouldBeRefusedByTheServerAsync(server, server.IdToken());
        (await RelyingPartyTests.JoseAsync(server, server.IdToken())).ShouldBe(new Verdict(false, "ERR_JWT_CLAIM_VALIDATION_FAILED"));
    }

    /// <summary>Whoever could have anything signed by the keys of ID tokens still could not call the API: their keys verify no access token.</summary>
    [Theory]
    [InlineData("at+jwt")]
    [InlineData("JWT")]
    public async Task A_key_of_ID_tokens_makes_no_access_token_whatever_it_says_of_its_kind(string type)
    {
        var (_, token) = await RelyingPartyTests.TokenAsync(server);
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]))!.AsObject();
        void Write(Utf8JsonWriter json)
        {
            foreach (var (name, value) in claims)
            {
                json.WritePropertyName(name);
                value!.WriteTo(json);
            }
        }
        var ring = server.Services.GetRequiredService<SigningKeyRing>();
        await RelyingPartyTests.ShouldBeRefusedByTheServerAsync(server, ring.Current(SigningKeyUse.IdTokens).Sign(type, Write));

        // The same claims by the right key, so that it was the key.
        using var client = server.ClientWithToken(ring.Current(SigningKeyUse.AccessTokens).Sign(AccessToken.Type, Write));
        (await client.GetAsync("/api/users/me")).EnsureSuccessStatusCode();
    }

    /// <summary>Clouds allow for some minutes; a relying party that allows for nothing is the hardest.</summary>
    [Theory]
    [InlineData(-120, null)]
    [InlineData(120, null)]
    [InlineData(-125, "nbf")]
    [InlineData(600, "exp")]
    public async Task A_relying_party_whose_clock_is_two_minutes_off_accepts_a_token_that_was_just_made(int secondsOff, string? refusedFor)
    {
        var token = server.IdToken();
        var made = DateTimeOffset.FromUnixTimeSeconds(Claims(token)["iat"]!.GetValue<long>()) + IdTokenTimes.ClockSkew;
        var (verdict, claim) = await IdTokens.AskNodeAsync(server, token, IdTokens.Audience, made.AddSeconds(secondsOff));
        (verdict.Accepted, claim == refusedFor || verdict.Accepted).ShouldBe((refusedFor is null, true), verdict.ToString());
        var microsoft = await new CachingRelyingParty(server) { ClockIsOff = TimeSpan.FromSeconds(secondsOff) }.WhyNotAsync(token);
        (microsoft is null).ShouldBe(refusedFor is null, microsoft);
    }

    [Fact]
    public void A_token_lives_no_longer_than_asked_by_its_own_reckoning()
    {
        var claims = Claims(server.IdToken(TimeSpan.FromMinutes(10)));
        (claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>()).ShouldBe(600);
        claims["nbf"]!.GetValue<long>().ShouldBe(claims["iat"]!.GetValue<long>());
        Should.Throw<ArgumentOutOfRangeException>(() => IdTokenTimes.Of(DateTimeOffset.UtcNow, IdTokenTimes.ClockSkew));
    }

    [Fact]
    public async Task Tokens_signed_on_many_threads_at_once_all_verify()
    {
        var tokens = new ConcurrentBag<string>();
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => tokens.Add(server.IdToken()));
        var party = new CachingRelyingParty(server);
        foreach (var token in tokens)
        {
            (await party.WhyNotAsync(token)).ShouldBeNull();
        }
        tokens.Select(token => Claims(token)["jti"]!.GetValue<string>()).Distinct().Count().ShouldBe(400);
    }

    private static JsonObject Header(string token) => Part(token, 0);

    private static JsonObject Claims(string token) => Part(token, 1);

    private static JsonObject Part(string token, int index) => JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[index]))!.AsObject();
}
