using System.Net.Http.Json;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

public sealed class ExchangeTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_job_of_GitHub_exchanges_its_token_and_calls_the_API_with_what_it_gets()
    {
        var (id, audience) = await server.AddServiceAccountAsync();
        await ServerFixture.PostAsync(server.Admin, $"/api/serviceaccounts/{id}/oidcidentities/create/v1", new
        {
            Name = "main",
            GitHub = new { Owner = "octo-org", Repository = "hello-octopus", FilterType = "Branch", Filter = "main" },
        });
        var token = server.GitHub.Sign(GitHubClaims.Of(audience, server.Clock.GetUtcNow()));
        using var response = await server.Anonymous.PostAsync("/token/v1", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["audience"] = audience,
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["subject_token"] = token,
        }));
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(200, text);
        var answer = JsonDocument.Parse(text).RootElement;
        using var client = server.ClientWithToken(answer.GetProperty("access_token").GetString()!);
        var me = await client.GetFromJsonAsync<JsonElement>("/api/users/me");
        me.GetProperty("Id").GetString().ShouldBe(id);
    }
}
