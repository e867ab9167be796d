using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Runbooks;

public sealed class RunbookClientTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Octopus_own_client_for_Node_makes_publishes_and_deletes_a_runbook()
    {
        var project = await server.AddProjectAsync();
        var output = await NodeClient.OutputAsync("octopus-runbooks.mjs", new Dictionary<string, string>
        {
            ["OCTOPUS_URL"] = server.Url, ["OCTOPUS_API_KEY"] = ServerFixture.AdminApiKey, ["PROJECT"] = project.Id,
        });
        output.ShouldContain("ok - runbook process");
        output.ShouldContain("ok - runbook snapshots");
        output.ShouldContain("all done");
    }
}
