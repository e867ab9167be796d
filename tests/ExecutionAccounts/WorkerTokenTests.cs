using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;
using static OctoLogin.Tests.Support.CloudAccounts;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.ExecutionAccounts;

/// <summary>A worker in a process of its own signs ID tokens as the server whose discovery document names its keys.</summary>
public sealed class WorkerTokenTests : IAsyncLifetime
{
    private readonly CloudServer fixture = new();
    private readonly TestDirectory directory = new();
    private readonly KeptFiles kept = new();

    public ValueTask InitializeAsync()
    {
        fixture.Server.Settings["Tasks:Worker"] = "false";
        return fixture.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await fixture.DisposeAsync();
        directory.Dispose();
        kept.Dispose();
    }

    [Fact]
    public async Task A_step_on_a_worker_has_a_token_that_clouds_take_and_nothing_without_the_servers_name()
    {
        var server = fixture.Server;
        var environment = await server.PlaceAsync("Worked");
        var project = await server.AddProjectWithAsync("Worked", [Aws("Cloud", await server.AddAwsAsync("Worked"))], Bash("Keep", kept.Keep("token", "#{Cloud.OpenIdConnect.Jwt}")));
        await using (await StartAsync(CloudServer.Issuer))
        {
            await server.DeployedAsync(project, "1.0.0", environment);
        }
        (await kept.VerifiedAsync(fixture, "token")).Subject.ShouldBe("space:default:project:worked:environment:worked");

        await using var nameless = await StartAsync(null);
        (await server.DeployedAsync(project, "1.0.0", environment, "Failed")).Task["ErrorMessage"].ShouldContain("ServerUri is not set");
    }

    private async Task<ServerProgram> StartAsync(string? serverUri)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__OctoLogin"] = fixture.Server.Database.ConnectionString, ["MasterKey"] = ServerFixture.MasterKey,
            ["Scripts__WorkDirectory"] = Path.Combine(Path.GetTempPath(), $"octologin-worker-{Path.GetFileName(directory.Path)}"),
        };
        if (serverUri is not null)
        {
            settings["ServerUri"] = serverUri;
        }
        var worker = ServerProgram.Start(directory.Path, settings, ["worker", "--health"]);
        await worker.ReadyAsync();
        return worker;
    }
}
