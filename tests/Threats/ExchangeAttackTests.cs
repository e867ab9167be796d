using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.TokenExchange;
using OctoLogin.TokenExchange;

namespace OctoLogin.Tests.Threats;

/// <summary>Sections D, G and H of docs/threats.md: what is left of them after the tests of each endpoint.</summary>
public sealed class ExchangeAttackTests(BesiegedServer besieged) : IClassFixture<BesiegedServer>
{
    private readonly ServerFixture server = besieged.Server;

    [Theory]
    [InlineData("audience=a&audience=b")]
    [InlineData("audience=a&AUDIENCE=b&audience=a")]
    [InlineData("audience=a&%61udience=b")]
    [InlineData("subject_token=a&subject_token=a")]
    [InlineData("grant_type=a&grant_type=urn:ietf:params:oauth:grant-type:token-exchange")]
    public async Task D1_a_parameter_that_two_readers_would_read_in_two_ways(string form)
    {
        var answer = await server.SendAsync("/token/v1", new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"));
        await server.ShouldBeRefusedAsync(answer, $"{Uri.UnescapeDataString(form.Split('=')[0])} is given twice.");
    }

    [Theory]
    [InlineData("grant_type", "client_credentials", "unsupported_grant_type")]
    [InlineData("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "unsupported_grant_type")]
    [InlineData("grant_type", "URN:IETF:PARAMS:OAUTH:GRANT-TYPE:TOKEN-EXCHANGE", "unsupported_grant_type")]
    [InlineData("subject_token_type", "urn:ietf:params:oauth:token-type:access_token", "invalid_request")]
    [InlineData("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token", "invalid_request")]
    [InlineData("requested_token_type", "urn:ietf:params:oauth:token-type:id_token", "invalid_request")]
    [InlineData("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token", "invalid_request")]
    [InlineData("actor_token", "x", "invalid_request")]
    [InlineData("actor_token_type", "urn:ietf:params:oauth:token-type:jwt", "invalid_request")]
    [InlineData("resource", "https://elsewhere.example.com", "invalid_target")]
    [InlineData("expires_in", "99999999999999999999", "invalid_request")]
    [InlineData("scope", "AdministerSystem", "invalid_scope")]
    public async Task D2_D8_a_request_for_another_kind_of_token_or_for_more_than_there_is(string name, string value, string error)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var token = server.GitHubToken(audience);
        var answer = await server.ExchangeAsync(audience, token, (name, value));
        answer.ShouldHaveTheFourFields(400, error);
        (await server.ExchangeAsync(audience, token)).Status.ShouldBe(200, "what was asked was refused, and the token not used up");
    }

    /// <summary>The text is the same, and so is the work: the same reads of the database, whose time is what could be measured from outside.</summary>
    [Fact]
    public async Task D3_whether_an_account_exists_is_told_neither_by_the_text_nor_by_the_work()
    {
        var (_, trusted) = await server.AddTrustedAccountAsync();
        var (_, empty) = await server.AddServiceAccountAsync();
        var statements = new ConcurrentQueue<string>();
        using var listener = StatementsOf(server.Database.ConnectionString, statements);
        var seen = new List<(string Text, string Reads)>();
        foreach (var audience in (string[])[trusted, empty, Guid.NewGuid().ToString(), Guid.NewGuid().ToString().ToUpperInvariant(), "no guid at all"])
        {
            statements.Clear();
            var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims["iss"] = "https://nobody.example.com"));
            answer.Status.ShouldBe(400);
            seen.Add((answer.Description.Replace(audience, "A"), string.Join('\n', statements.Where(one => one.Contains("external_id = ", StringComparison.Ordinal) || one.Contains("from oidc_identities where", StringComparison.Ordinal)))));
        }
        seen[0].Reads.Split('\n').Length.ShouldBe(2, string.Join("\n", seen));
        seen.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task D4_a_disabled_account_and_a_deleted_identity_with_a_token_that_was_good_a_moment_ago()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{id}", new { IsActive = false }, 200);
        (await server.ShouldRefuseAsync(audience, server.GitHubToken(audience), "disabled")).ShouldContain("is disabled");
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{id}", new { IsActive = true }, 200);
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
        var identity = (await server.Admin.GetAsync($"/api/serviceaccounts/{id}/oidcidentities/v1", 200)).Json.GetProperty("OidcIdentities")[0].GetProperty("Id").GetString();
        await server.Admin.ExpectAsync(HttpMethod.Delete, $"/api/serviceaccounts/{id}/oidcidentities/{identity}/v1", null, 200);
        (await server.ShouldRefuseAsync(audience, server.GitHubToken(audience), "deleted")).ShouldContain("None of the 0 OIDC identities");
    }

    [Fact]
    public async Task D7_a_token_whose_id_is_missing_too_long_or_no_text()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var without = server.WithClaim(audience, "jti", null);
        (await server.ExchangeAsync(audience, without)).Status.ShouldBe(200);
        (await server.ShouldRefuseAsync(audience, without, "once more")).ShouldContain("was used before");
        foreach (var jti in (string[])["null", "1", "\"\"", "[\"a\"]", "true", JsonSerializer.Serialize(new string('j', 10_000)), JsonSerializer.Serialize(new string('j', 1001))])
        {
            (await server.ShouldRefuseAsync(audience, server.WithClaim(audience, "jti", jti), jti)).ShouldContain("'jti' is not a string of 1 to 1000 characters");
        }
        // The same id on another text is the same token: whoever can change the text must not get round the replay check.
        var id = JsonSerializer.Serialize(Guid.NewGuid().ToString());
        (await server.ExchangeAsync(audience, server.WithClaim(audience, "jti", id))).Status.ShouldBe(200);
        (await server.ShouldRefuseAsync(audience, server.WithClaim(audience, "jti", id), "the same id")).ShouldContain("was used before");
    }

    [Fact]
    public async Task D12_no_answer_of_the_token_endpoint_is_kept_or_shared_with_a_page()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        foreach (var (method, status) in ((string, int)[])[("POST", 200), ("GET", 405), ("OPTIONS", 405)])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/token/v1");
            request.Headers.Add("Origin", "https://evil.example.com");
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Content = method == "POST" ? new FormUrlEncodedContent(Exchanges.Form(audience, server.GitHubToken(audience))) : null;
            using var response = await server.Anonymous.SendAsync(request);
            ((int)response.StatusCode).ShouldBe(status);
            response.Headers.CacheControl!.NoStore.ShouldBeTrue();
            response.Headers.ShouldNotContain(header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task G1_a_subject_token_at_our_API()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        using var client = server.ClientWithToken(server.GitHubToken(audience));
        (await client.CallAsync(HttpMethod.Get, "/api/users/me")).Status.ShouldBe(401);
        using var forOurAudience = server.ClientWithToken(server.GitHub.Sign(GitHubClaims.Of(server.Url, server.Clock.GetUtcNow(), server.Url)));
        (await forOurAudience.CallAsync(HttpMethod.Get, "/api/users/me")).Status.ShouldBe(401);
    }

    /// <summary>The subject of a deployment's token is made of slugs with ':' between them, as in <c>project:a:environment:b</c>.</summary>
    [Fact]
    public async Task G5_a_project_or_an_environment_that_spells_the_subject_of_another()
    {
        foreach (var slug in (string[])["web:environment:production", "web%3Aenvironment%3Aproduction", "web/production", "WEB", "we b", "wéb", "web\nweb"])
        {
            var project = await server.AddProjectAsync();
            (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { Slug = slug })).ShouldBeRefused(400, "Slug");
            (await server.Admin.SendAsync("POST", $"{Api.Space}/environments", new { Name = $"e {Guid.NewGuid():N}", Slug = slug })).ShouldBeRefused(400, "Slug");
            (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}"))["Slug"].ShouldBe(project["Slug"]);
        }
        // Names may hold anything, and two that become the same slug become two.
        var unique = $"{Guid.NewGuid():N}";
        var slugs = new List<string>();
        foreach (var name in (string[])[$"{unique}:environment:production", $"{unique}%environment%production", $"{unique}/environment/production"])
        {
            slugs.Add((await server.AddProjectAsync(name))["Slug"]);
        }
        slugs.ShouldBe([$"{unique}-environment-production", $"{unique}-environment-production-2", $"{unique}-environment-production-3"]);
    }

    [Fact]
    public async Task H1_no_token_and_no_secret_can_be_read_from_a_dump_of_the_database()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var subject = server.GitHubToken(audience);
        var access = (await server.ExchangeAsync(audience, subject)).AccessToken;
        var refused = server.GitHubToken(audience, claims => claims["sub"] = "repo:evil/evil:ref:refs/heads/main");
        await server.ExchangeAsync(audience, refused);
        await server.RevokeAsync(access);
        var caller = await server.AddCallerAsync();
        await server.AddPersonAsync();
        var text = await server.DumpAsync();
        text.ShouldContain(audience);
        foreach (var secret in (string[])[subject.Split('.')[2], access.Split('.')[2], refused.Split('.')[2], subject, access, caller.ApiKey, ServerFixture.AdminApiKey, "BEGIN PRIVATE KEY", "BEGIN EC PRIVATE KEY"])
        {
            text.Contains(secret, StringComparison.Ordinal).ShouldBeFalse(secret);
        }
    }

    [Fact]
    public async Task H3_used_tokens_are_remembered_for_as_long_as_they_could_come_again_and_then_forgotten()
    {
        await using var fixture = new ServerFixture();
        await fixture.InitializeAsync();
        var (_, audience) = await fixture.AddTrustedAccountAsync();
        fixture.Clock.Stop();
        var token = fixture.GitHubToken(audience, claims => claims["exp"] = fixture.Clock.GetUtcNow().ToUnixTimeSeconds() + 60);
        (await fixture.ExchangeAsync(audience, token)).Status.ShouldBe(200);
        var purge = fixture.Services.GetServices<IHostedService>().OfType<RedeemedTokenPurge>().Single();

        // Its last second: by its times alone it would be good.
        fixture.Clock.Advance(TimeSpan.FromSeconds(90));
        await purge.PurgeAsync(default);
        (await fixture.ShouldRefuseAsync(audience, token, "in its last second")).ShouldContain("was used before");

        fixture.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        await purge.PurgeAsync(default);
        (await fixture.CountAsync("redeemed_tokens")).ShouldBe(0);
        (await fixture.ShouldRefuseAsync(audience, token, "forgotten")).ShouldContain("expired at");
    }

    private static ActivityListener StatementsOf(string connectionString, ConcurrentQueue<string> statements)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database;
        var listener = new ActivityListener
        {
            // A command is traced as part of something that is.
            ShouldListenTo = source => source.Name is "Npgsql" or OctoLogin.TokenExchange.ExchangeMetrics.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(tag => tag.Value as string == database) && activity.TagObjects.FirstOrDefault(tag => tag.Key is "db.query.text" or "db.statement").Value is string text)
                {
                    statements.Enqueue(text.ReplaceLineEndings(" "));
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
