using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServiceAccounts;

/// <summary><c>POST …/oidcidentities/test</c>: an administrator sees check by check what matches; nothing is issued or redeemed.</summary>
public sealed class IdentityTestTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private Task<JsonElement> TestAsync(string accountId, object body) =>
        ServerFixture.PostAsync(server.Admin, $"/api/serviceaccounts/{accountId}/oidcidentities/test", body);

    private static (string Check, bool Passed)[] Checks(JsonElement of) =>
        [.. of.GetProperty("Checks").EnumerateArray().Select(check => (check.GetProperty("Check").GetString()!, check.GetProperty("Passed").GetBoolean()))];

    [Fact]
    public async Task A_good_token_would_succeed_and_still_does_afterwards()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        var token = server.GitHubToken(audience);
        var redeemed = await server.CountAsync("redeemed_tokens");
        var result = await TestAsync(id, new { Token = token });
        result.GetProperty("WouldSucceed").GetBoolean().ShouldBeTrue();
        Checks(result).ShouldBe([("form", true), ("signature", true), ("times", true), ("account", true)]);
        Checks(result.GetProperty("Identities")[0]).ShouldBe([("issuer", true), ("audience", true), ("subject", true), ("repository_id", true), ("repository_owner_id", true)]);
        (await server.CountAsync("redeemed_tokens")).ShouldBe(redeemed);
        (await server.ExchangeAsync(audience, token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Claims_alone_are_compared_with_each_identity_and_both_sides_are_shown()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        await server.AddIdentityAsync(id, new { Name = "tags", GitHub = new { Repository = "octo-org/hello-octopus", FilterType = "Tag", Filter = "v*", GitHubClaims.RepositoryId, RepositoryOwnerId = GitHubClaims.OwnerId } });
        var claims = GitHubClaims.Of(audience, server.Clock.GetUtcNow());
        claims["repository_id"] = "75";
        var result = await TestAsync(id, new { Claims = claims });
        result.GetProperty("WouldSucceed").GetBoolean().ShouldBeFalse();
        var identities = result.GetProperty("Identities");
        Checks(identities[0]).ShouldContain(("repository_id", false));
        Checks(identities[1]).ShouldContain(("subject", false));
        var subject = identities[1].GetProperty("Checks").EnumerateArray().Single(check => check.GetProperty("Check").GetString() == "subject");
        subject.GetProperty("Expected").GetString().ShouldBe("repo:octo-org/hello-octopus:ref:refs/tags/v*");
        subject.GetProperty("Actual").GetString().ShouldBe(GitHubClaims.Subject);
    }

    [Fact]
    public async Task A_bad_token_is_told_part_by_part()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        var expired = server.GitHubToken(audience, claims => claims["exp"] = server.Clock.GetUtcNow().ToUnixTimeSeconds() - 600);
        Checks(await TestAsync(id, new { Token = expired })).ShouldBe([("form", true), ("signature", true), ("times", false), ("account", true)]);
        var parts = expired.Split('.');
        Checks(await TestAsync(id, new { Token = $"{parts[0]}.{parts[1]}.AAAA" })).ShouldBe([("form", true), ("signature", false), ("times", false), ("account", true)]);
        Checks(await TestAsync(id, new { Token = "nonsense" })).ShouldBe([("form", false), ("account", true)]);
    }

    [Fact]
    public async Task A_condition_that_is_not_met_shows_its_kind_and_why_what_reads_alike_does_not_fit()
    {
        var (id, audience) = await server.AddTrustedAccountAsync(new
        {
            Name = "conditions", GitHubClaims.Issuer, GitHubClaims.Subject,
            Conditions = new object[] { new { Claim = "ref_protected", Kind = "Boolean", Values = new[] { "true" } }, new { Claim = "/a/b", Kind = "Exists" }, new { Claim = "base_ref", Kind = "Absent" } },
        });
        var checks = (await TestAsync(id, new { Claims = GitHubClaims.Of(audience, server.Clock.GetUtcNow()) })).GetProperty("Identities")[0].GetProperty("Checks").EnumerateArray()
            .Where(check => !check.GetProperty("Passed").GetBoolean()).Select(check => string.Join(" | ", check.EnumerateObject().Select(member => member.Value.ToString())));
        checks.ShouldBe(
        [
            "ref_protected | False | the boolean true | true | It is text; kind Boolean compares JSON's true and false only.",
            "/a/b | False | there, with a value |  | ",
            "base_ref | False | absent |  | ",
        ]);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"Token":"a.b.c","Claims":{}}""")]
    [InlineData("""{"Claims":[1]}""")]
    [InlineData("""{"Claims":{"sub":"\ud800"}}""")]
    [InlineData("""{"Claims":{"sub":"a","sub":"b"}}""")]
    public async Task Wants_a_token_or_claims_and_not_both(string body)
    {
        var (id, _) = await server.AddTrustedAccountAsync();
        using var response = await server.Admin.PostAsync($"/api/serviceaccounts/{id}/oidcidentities/test", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        ((int)response.StatusCode).ShouldBe(400);
    }
}
