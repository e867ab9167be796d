using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Lifecycles;

public sealed class LifecycleTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Lifecycles = Api.Space + "/lifecycles";

    [Fact]
    public async Task Keeps_its_phases_and_what_it_keeps_how_long()
    {
        var (dev, live) = (await AddEnvironmentAsync("Phase dev"), await AddEnvironmentAsync("Phase live"));
        var made = await server.Admin.MakeAsync(Lifecycles, new
        {
            Name = "Two phases",
            Phases = new object[]
            {
                new { Name = "Dev", AutomaticDeploymentTargets = new[] { dev }, MinimumEnvironmentsBeforePromotion = 1 },
                new { Name = "Live", OptionalDeploymentTargets = new[] { live }, IsOptionalPhase = true, ReleaseRetentionPolicy = new { Unit = "Items", QuantityToKeep = 5, ShouldKeepForever = false } },
            },
            TentacleRetentionPolicy = new { Unit = "Days", QuantityToKeep = 30, ShouldKeepForever = false },
        });
        var read = await server.Admin.SeeAsync($"{Lifecycles}/two-phases");
        read.Text.ShouldBe(made.Text);
        var phases = read.Json.GetProperty("Phases");
        phases[0].GetProperty("Id").GetString().ShouldNotBeNullOrEmpty();
        phases[0].GetProperty("AutomaticDeploymentTargets")[0].GetString().ShouldBe(dev);
        phases[1].GetProperty("ReleaseRetentionPolicy").GetProperty("QuantityToKeep").GetInt32().ShouldBe(5);
        read.Json.GetProperty("TentacleRetentionPolicy").GetProperty("QuantityToKeep").GetInt32().ShouldBe(30);
        read.Json.GetProperty("ReleaseRetentionPolicy").GetProperty("ShouldKeepForever").GetBoolean().ShouldBeTrue();

        // As a client does it: everything that was read goes back, with one thing changed.
        var changed = (await server.Admin.SendAsync("PUT", $"{Lifecycles}/{made.Id}", new { Description = "now with words", Phases = phases })).ShouldBe(200);
        changed.Json.GetProperty("Phases").ToString().ShouldBe(phases.ToString());
        changed["Description"].ShouldBe("now with words");
    }

    [Fact]
    public async Task Names_every_fault_of_its_phases()
    {
        var dev = await AddEnvironmentAsync("Fault dev");
        var refused = (await server.Admin.SendAsync("POST", Lifecycles, new
        {
            Name = "Faulty",
            Phases = new object[]
            {
                new { Name = "", OptionalDeploymentTargets = new[] { "Environments-999" } },
                new { Name = "Same", OptionalDeploymentTargets = new[] { dev }, AutomaticDeploymentTargets = new[] { dev } },
                new { Name = "same", MinimumEnvironmentsBeforePromotion = 2 },
            },
            ReleaseRetentionPolicy = new { Unit = "Weeks" },
        })).ShouldBeRefused(400, "Phases[0].Name is required", "'Environments-999'", "more than once", "2 entries named 'Same'", "MinimumEnvironmentsBeforePromotion", "'Weeks'");
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(6);
    }

    [Fact]
    public async Task Holds_its_environments_until_it_lets_them_go()
    {
        var id = await AddEnvironmentAsync("Held");
        var lifecycle = await server.Admin.MakeAsync(Lifecycles, new { Name = "Holder", Phases = new[] { new { Name = "One", OptionalDeploymentTargets = new[] { id } } } });
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/environments/{id}")).ShouldBeRefused(409, "'Held'", "'Holder'");
        (await server.Admin.SendAsync("PUT", $"{Lifecycles}/{lifecycle.Id}", new { Phases = Array.Empty<object>() })).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/environments/{id}")).ShouldBe(200);
    }

    [Fact]
    public async Task Is_not_deleted_while_a_project_or_a_channel_uses_it()
    {
        var project = await server.AddProjectAsync("Uses lifecycles");
        var lifecycle = await server.Admin.MakeAsync(Lifecycles, new { Name = "Used" });
        var channel = await server.Admin.MakeAsync($"{Api.Space}/channels", new { Name = "Fast", ProjectId = project.Id, LifecycleId = lifecycle.Id });
        (await server.Admin.SendAsync("DELETE", $"{Lifecycles}/{project["LifecycleId"]}")).ShouldBeRefused(409, "project Uses lifecycles");
        (await server.Admin.SendAsync("DELETE", $"{Lifecycles}/{lifecycle.Id}")).ShouldBeRefused(409, "channel Fast of project Uses lifecycles");
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/channels/{channel.Id}", new { LifecycleId = "" })).ShouldBe(200);
        var deleted = (await server.Admin.SendAsync("DELETE", $"{Lifecycles}/{lifecycle.Id}")).ShouldBe(200);
        (await server.EventAsync(deleted)).ShouldBe(("Deleted", "Lifecycle Used was deleted"));
    }

    [Fact]
    public async Task Takes_no_environment_of_another_space()
    {
        var space = await server.Admin.MakeAsync("/api/spaces", new { Name = "Elsewhere" });
        var theirs = await server.Admin.MakeAsync($"/api/{space.Id}/environments", new { Name = "Theirs" });
        (await server.Admin.SendAsync("POST", Lifecycles, new { Name = "Thief", Phases = new[] { new { Name = "One", OptionalDeploymentTargets = new[] { theirs.Id } } } }))
            .ShouldBeRefused(400, theirs.Id);
    }

    private async Task<string> AddEnvironmentAsync(string name) => (await server.Admin.MakeAsync($"{Api.Space}/environments", new { Name = name })).Id;
}
