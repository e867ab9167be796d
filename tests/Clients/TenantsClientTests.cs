using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Clients;

/// <summary>Octopus Deploy's own client for Node, as it is on npm: tag sets and tenants.</summary>
public sealed class TenantsClientTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Makes_tag_sets_and_tenants_and_takes_them_away()
    {
        var output = await NodeClient.OutputAsync("tenants-client.mjs", new Dictionary<string, string> { ["OCTOPUS_URL"] = server.Url, ["OCTOPUS_API_KEY"] = ServerFixture.AdminApiKey });
        foreach (var step in (string[])["tag sets", "tenants", "tag test and variables", "renamed a tag", "all done"])
        {
            output.ShouldContain(step);
        }
    }
}
