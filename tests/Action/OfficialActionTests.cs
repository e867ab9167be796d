using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>
/// Workflows that stay with OctopusDeploy/login: a client that makes its calls, as it makes them (tests/Clients/octopus-login.mjs), gets on
/// with this server.
/// </summary>
public sealed class OfficialActionTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("", "v1")]
    [InlineData("/", "v1")]
    [InlineData("//", "v1")]
    [InlineData("", "v0")]
    [InlineData("/", "v0")]
    public async Task Logs_in_whatever_slashes_its_concatenation_makes(string ending, string client)
    {
        var (id, audience) = await server.AddTrustedAccountAsync();

        var result = await LoginAsync(server.Url + ending, audience, client);

        using var next = server.ClientWithToken(result.GetProperty("OCTOPUS_ACCESS_TOKEN").GetString()!);
        // The next action concatenates as well.
        using var me = await next.GetAsync($"{result.GetProperty("OCTOPUS_URL").GetString()}/api/users/me");
        JsonDocument.Parse(await me.Content.ReadAsStringAsync()).RootElement.GetProperty("Id").GetString().ShouldBe(id);
    }

    [Theory]
    [InlineData("v0")]
    [InlineData("v1")]
    public async Task Prints_the_reason_of_a_refusal_whichever_field_it_reads(string client)
    {
        var (_, audience) = await server.AddServiceAccountAsync();

        var result = await LoginAsync(server.Url + "/", audience, client);

        ShouldSayTheSame(result, 400).ShouldStartWith($"No OIDC identity of service account '{audience}' trusts a token with issuer '{GitHubClaims.Issuer}'");
    }

    [Fact]
    public async Task Prints_why_there_is_no_discovery_document_under_a_wrong_address()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();

        var result = await LoginAsync(server.Url + "/app", audience, "v1");

        result.GetProperty("refused").GetInt32().ShouldBe(404);
        result.GetProperty("Errors").GetString().ShouldBe("There is nothing at /app/.well-known/openid-configuration.");
        result.GetProperty("ErrorMessage").GetString().ShouldBe("There is nothing at /app/.well-known/openid-configuration.");
    }

    [Fact]
    public async Task Prints_that_the_issuer_cannot_be_reached()
    {
        await using var fixture = new ServerFixture();
        await fixture.InitializeAsync();
        fixture.GitHub.Discovery = () => new FakeAnswer(500);
        var (_, audience) = await fixture.AddTrustedAccountAsync();

        var result = await LoginAsync(fixture.Url, audience, "v1", fixture);

        ShouldSayTheSame(result, 503).ShouldStartWith($"The keys of issuer {GitHubClaims.Issuer} cannot be fetched now");
    }

    private static string ShouldSayTheSame(JsonElement result, int status)
    {
        result.GetProperty("refused").GetInt32().ShouldBe(status);
        var reason = result.GetProperty("Errors").GetString()!;
        result.GetProperty("ErrorMessage").GetString().ShouldBe(reason);
        result.GetProperty("error_description").GetString().ShouldBe(reason);
        return reason;
    }

    private async Task<JsonElement> LoginAsync(string serverInput, string serviceAccountId, string client, ServerFixture? at = null)
    {
        await using var gitHub = await FakeIdTokenService.StartAsync(audience => (at ?? server).GitHubToken(audience));
        return await NodeClient.RunAsync("octopus-login.mjs", new Dictionary<string, string>
        {
            ["INPUT_SERVER"] = serverInput,
            ["INPUT_SERVICE_ACCOUNT_ID"] = serviceAccountId,
            ["ACTIONS_ID_TOKEN_REQUEST_URL"] = gitHub.RequestUrl,
            ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = gitHub.RequestToken,
            ["CLIENT"] = client,
        });
    }
}
