using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Clients;

/// <summary>The story of a workflow after its login, driven by Octopus Deploy's own client for Node.</summary>
public sealed class DeploymentClientTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Pushes_releases_deploys_runs_awaits_and_cancels()
    {
        var output = await NodeClient.OutputAsync("octopus-deployments.mjs", new Dictionary<string, string>
        {
            ["OCTOPUS_URL"] = server.Url, ["OCTOPUS_API_KEY"] = ServerFixture.AdminApiKey, ["MARK"] = $"mark-{Guid.NewGuid():N}",
        });
        foreach (var step in new[]
        {
            "packages pushed and found", "release with package pins", "deployed to two environments at once", "scheduled with times exact to the millisecond", "tenanted by tag",
            "runbook published and run", "cancelled while running", "cancelled on time-out", "all done",
        })
        {
            output.ShouldContain(step);
        }
    }
}
