using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Packages;

/// <summary>Octopus Deploy's own client for Node, as it is on npm, pushes packages and build information.</summary>
public sealed class PackageClientTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Pushes_packages_and_build_information_and_releases_them_with_the_access_token_of_a_jobs_login()
    {
        var project = await server.AddProjectAsync("Npm packages");
        await server.SetProcessAsync(project.Id, Api.Step("Deploy", new { PackageId = "Npm.Web" }));
        var (id, audience) = await server.AddTrustedAccountAsync();
        await server.GiveLimitedRoleAsync(id, "userroles-buildserver", projects: [project.Id]);
        using var folder = new TestDirectory();
        var output = await NodeClient.OutputAsync("octopus-packages.mjs", new Dictionary<string, string>
        {
            ["OCTOPUS_URL"] = server.Url, ["PROJECT"] = "Npm packages", ["FOLDER"] = folder.Path,
            ["OCTOPUS_ACCESS_TOKEN"] = (await server.ExchangeAsync(audience, server.GitHubToken(audience))).AccessToken,
        });
        foreach (var step in new[] { "pushed and found", "refused the second", "built-in feed", "build information", "released the newest", "all done" })
        {
            output.ShouldContain(step);
        }
    }
}
