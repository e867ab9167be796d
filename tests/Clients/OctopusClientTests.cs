using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Clients;

/// <summary>Octopus Deploy's own client for Node, as it is on npm, drives the server.</summary>
public sealed class OctopusClientTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Sets_up_a_project_and_creates_releases_with_an_API_key() =>
        await RunAsync(new() { ["PREFIX"] = "key", ["OCTOPUS_API_KEY"] = ServerFixture.AdminApiKey }, "deployment process", "refused duplicate", "deleted all again");

    [Fact]
    public async Task Sets_up_a_project_and_creates_releases_with_the_access_token_of_a_jobs_login()
    {
        var (id, token) = await LogInAsync();
        await server.GiveLimitedRoleAsync(id, "userroles-spacemanager");
        await RunAsync(new() { ["PREFIX"] = "token", ["OCTOPUS_ACCESS_TOKEN"] = token }, "deployment process", "refused duplicate", "deleted all again");
    }

    [Fact]
    public async Task Creates_releases_of_one_project_and_no_more_when_its_role_says_so()
    {
        var project = await server.AddProjectAsync("One of many");
        await server.AddProjectAsync("One of many others");
        var (id, token) = await LogInAsync();
        await server.GiveLimitedRoleAsync(id, "userroles-buildserver", projects: [project.Id]);
        await RunAsync(new() { ["PREFIX"] = "ci", ["OCTOPUS_ACCESS_TOKEN"] = token, ["WITH_SETUP"] = "no", ["PROJECT"] = "One of many" }, "next version 0.0.2", "refused the rest");
    }

    private async Task<(string Id, string Token)> LogInAsync()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        return (id, (await server.ExchangeAsync(audience, server.GitHubToken(audience))).AccessToken);
    }

    private async Task RunAsync(Dictionary<string, string> environment, params string[] steps)
    {
        environment["OCTOPUS_URL"] = server.Url;
        var output = await NodeClient.OutputAsync("octopus-client.mjs", environment);
        foreach (var step in steps.Append("all done"))
        {
            output.ShouldContain(step);
        }
    }
}
