using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>What a good exchange gives, and what it leaves behind.</summary>
public sealed class ExchangeTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_job_of_GitHub_exchanges_its_token_and_calls_the_API_with_what_it_gets()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        answer.Status.ShouldBe(200, answer.Text);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Json.EnumerateObject().Select(member => member.Name).ShouldBe(["access_token", "token_type", "issued_token_type", "expires_in"]);
        answer.Json.GetProperty("token_type").GetString().ShouldBe("Bearer");
        answer.Json.GetProperty("issued_token_type").GetString().ShouldBe("urn:ietf:params:oauth:token-type:access_token");
        answer.Json.GetProperty("expires_in").GetInt32().ShouldBe(3600);

        using var client = server.ClientWithToken(answer.AccessToken);
        var me = await client.GetFromJsonAsync<JsonElement>("/api/users/me");
        me.GetProperty("Id").GetString().ShouldBe(id);
        me.GetProperty("IsService").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task The_access_token_says_who_for_whom_until_when_and_by_which_proof()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        var (header, payload) = Decode(answer.AccessToken);
        header.GetProperty("typ").GetString().ShouldBe("at+jwt");
        header.GetProperty("alg").GetString().ShouldBe("ES256");
        payload.GetProperty("iss").GetString().ShouldBe(server.Url);
        payload.GetProperty("aud").GetString().ShouldBe(server.Url);
        payload.GetProperty("sub").GetString().ShouldBe(id);
        payload.GetProperty("client_id").GetString().ShouldBe(audience);
        (payload.GetProperty("exp").GetInt64() - payload.GetProperty("iat").GetInt64()).ShouldBe(3600);
        payload.GetProperty("issuer").GetString().ShouldBe(GitHubClaims.Issuer);
        payload.GetProperty("subject").GetString().ShouldBe(GitHubClaims.Subject);
        payload.GetProperty("identity").GetString()!.ShouldStartWith("OidcIdentities-");
        payload.TryGetProperty("scope", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_granted_exchange_is_one_audit_event_with_the_claims_and_without_the_token()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        var token = server.GitHubToken(audience);
        var answer = await server.ExchangeAsync(audience, token);
        var (category, text, _) = (await server.EventsAsync(answer.CorrelationId)).Single();
        category.ShouldBe("TokenIssued");
        var details = JsonDocument.Parse(text).RootElement;
        details.GetProperty("claims").GetProperty("sub").GetString().ShouldBe(GitHubClaims.Subject);
        details.GetProperty("access_token_id").GetString().ShouldBe(Decode(answer.AccessToken).Payload.GetProperty("jti").GetString());
        text.ShouldNotContain(token.Split('.')[2]);
        text.ShouldNotContain(answer.AccessToken.Split('.')[2]);
        id.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("/token/v1")]
    [InlineData("/api/token/v1")]
    [InlineData("/token//v1")]
    [InlineData("/token/v1/")]
    [InlineData("/Token/V1")]
    public async Task Every_spelling_of_the_path_and_both_body_types_work(string path)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var form = await server.SendAsync(path, new FormUrlEncodedContent(Exchanges.Form(audience, server.GitHubToken(audience))));
        form.Status.ShouldBe(200, form.Text);
        var json = await server.SendAsync(path, new StringContent(JsonSerializer.Serialize(Exchanges.Form(audience, server.GitHubToken(audience))), Encoding.UTF8, "application/json"));
        json.Status.ShouldBe(200, json.Text);
    }

    [Fact]
    public async Task The_immutable_subject_is_the_same_identity()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims["sub"] = GitHubClaims.ImmutableSubject));
        answer.Status.ShouldBe(200, answer.Text);
    }

    [Fact]
    public async Task An_audience_of_the_identitys_own_is_taken_instead_of_the_GUID_also_among_others()
    {
        var (_, audience) = await server.AddTrustedAccountAsync(new
        {
            Name = "azure devops style", Issuer = GitHubClaims.Issuer, GitHubClaims.Subject, Audience = "api://AzureADTokenExchange",
        });
        var one = await server.ExchangeAsync(audience, server.GitHubToken("api://AzureADTokenExchange"));
        one.Status.ShouldBe(200, one.Text);
        var array = await server.ExchangeAsync(audience, server.GitHubToken("", claims => claims["aud"] = new[] { "other", "api://AzureADTokenExchange" }));
        array.Status.ShouldBe(200, array.Text);
    }

    [Theory]
    [InlineData(null, 600, 600)]
    [InlineData("120", 600, 120)]
    [InlineData("86400", 600, 600)]
    public async Task The_lifetime_is_the_identitys_or_less_never_more(string? asked, int configured, int given)
    {
        var (_, audience) = await server.AddTrustedAccountAsync(new { Name = "short", Issuer = GitHubClaims.Issuer, GitHubClaims.Subject, TokenLifetime = configured });
        (string, string)[] more = asked is null ? [] : [("expires_in", asked)];
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience), more);
        answer.Json.GetProperty("expires_in").GetInt32().ShouldBe(given);
        var payload = Decode(answer.AccessToken).Payload;
        (payload.GetProperty("exp").GetInt64() - payload.GetProperty("iat").GetInt64()).ShouldBe(given);
    }

    [Fact]
    public async Task With_reuse_the_same_token_works_again_and_each_time_is_audited()
    {
        var (id, audience) = await server.AddTrustedAccountAsync(new { Name = "gitlab style", Issuer = GitHubClaims.Issuer, GitHubClaims.Subject, AllowReuse = true });
        var token = server.GitHubToken(audience);
        var first = await server.ExchangeAsync(audience, token);
        var second = await server.ExchangeAsync(audience, token);
        second.Status.ShouldBe(200, second.Text);
        second.AccessToken.ShouldNotBe(first.AccessToken);
        (await server.EventsAsync(second.CorrelationId)).Single().Category.ShouldBe("TokenIssued");

        // Only for the same identity: a token that one identity may use again is not thereby a token for another.
        var (_, other) = await server.AddTrustedAccountAsync(new { Name = "other", Issuer = GitHubClaims.Issuer, GitHubClaims.Subject, Audience = audience, AllowReuse = true });
        var refused = await server.ExchangeAsync(other, token);
        refused.Status.ShouldBe(400);
        id.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_same_jti_from_two_issuers_is_two_tokens()
    {
        await using var fixture = new ServerFixture();
        await using var other = await fixture.AddIssuerAsync("https://other-issuer.example.com");
        await fixture.InitializeAsync();
        var (id, audience) = await fixture.AddTrustedAccountAsync();
        await fixture.AddIdentityAsync(id, new { Name = "other issuer", other.Issuer, GitHubClaims.Subject });
        var claims = GitHubClaims.Of(audience, fixture.Clock.GetUtcNow());
        (await fixture.ExchangeAsync(audience, fixture.GitHub.Sign(claims))).Status.ShouldBe(200);
        claims["iss"] = other.Issuer;
        var second = await fixture.ExchangeAsync(audience, other.Sign(claims));
        second.Status.ShouldBe(200, second.Text);
    }

    [Fact]
    public async Task The_ids_of_the_first_accepted_token_are_pinned_and_shown_as_such()
    {
        var (id, audience) = await server.AddServiceAccountAsync();
        var created = await server.AddIdentityAsync(id, new { Name = "unpinned", GitHub = new { Repository = "octo-org/hello-octopus", FilterType = "Any" } });
        created.GetProperty("GitHub").GetProperty("PinnedFrom").ValueKind.ShouldBe(JsonValueKind.Null);
        created.GetProperty("GitHub").GetProperty("StopsWorking").ValueKind.ShouldBe(JsonValueKind.String);
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        answer.Status.ShouldBe(200, answer.Text);
        (await server.EventsAsync(answer.CorrelationId)).Single().Message.ShouldEndWith("The identity took repository_id 74 and repository_owner_id 65 from this first token");

        var shown = await server.Admin.GetFromJsonAsync<JsonElement>($"/api/serviceaccounts/{id}/oidcidentities/{created.GetProperty("Id").GetString()}/v1");
        shown.GetProperty("GitHub").GetProperty("RepositoryId").GetString().ShouldBe(GitHubClaims.RepositoryId);
        shown.GetProperty("GitHub").GetProperty("PinnedFrom").GetString().ShouldBe("FirstToken");
        shown.GetProperty("GitHub").GetProperty("StopsWorking").ValueKind.ShouldBe(JsonValueKind.Null);

        var recycled = await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims["repository_id"] = "75"));
        recycled.Status.ShouldBe(400);
    }

    internal static (JsonElement Header, JsonElement Payload) Decode(string jwt)
    {
        var parts = jwt.Split('.').Select(part => System.Buffers.Text.Base64Url.DecodeFromChars(part)).ToArray();
        return (JsonDocument.Parse(parts[0]).RootElement, JsonDocument.Parse(parts[1]).RootElement);
    }
}
