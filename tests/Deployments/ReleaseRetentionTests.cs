using System.Text.Json;
using OctoLogin.Deployments;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Deployments;

/// <summary>Which releases and runs are removed by age or number, once a day.</summary>
public sealed class ReleaseRetentionTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-06-30T12:00:00Z");

    [Theory]
    [InlineData("a release of its own phase's policy", "Days 10", "Items 1", "old-dev", "old-dev")]
    [InlineData("forever keeps all", "", "", "old-dev new-dev old-live new-live", "")]
    [InlineData("so many of each phase", "Items 1", "Items 1", "old-dev new-dev old-live new-live", "old-dev old-live")]
    [InlineData("days since the last use", "Days 10", "Days 40", "old-dev new-dev old-live new-live", "old-dev")]
    [InlineData("what is deployed stays, and counts", "Items 1", "", "old-dev held-dev", "old-dev")]
    [InlineData("what is deployed stays, however old", "Days 1", "Days 1", "old-dev held-dev held-live", "old-dev")]
    [InlineData("never deployed is of the first phase", "Days 10", "", "old-none new-none", "old-none")]
    [InlineData("a quantity of 0 is forever", "Items 0", "Days 0", "old-dev old-live", "")]
    public void Removes_what_the_phase_no_longer_keeps(string what, string dev, string live, string releases, string removed)
    {
        var lifecycle = new Lifecycle
        {
            Id = "Lifecycles-1", SpaceId = "Spaces-1", Name = "L", Slug = "l",
            PhasesJson = JsonSerializer.Serialize(new[] { Phase("dev", dev), Phase("live", live) }, Json.Options),
        };
        var there = releases.Split(' ').Select(name => name.Split('-')).Select(parts => new RetainedRelease
        {
            Id = string.Join('-', parts), ChannelId = "Channels-1", LastUsed = Now.AddDays(parts[0] == "new" ? -1 : parts[0] == "held" ? -5 : -20),
            EnvironmentIds = parts[1] switch { "dev" => ["dev"], "live" => ["live", "dev"], _ => [] }, IsHeld = parts[0] == "held",
        });
        ReleaseRetentionRules.Removable(lifecycle, there, Now).Select(release => release.Id).ShouldBe(removed.Split(' ', StringSplitOptions.RemoveEmptyEntries), ignoreOrder: true, what);
    }

    [Fact]
    public async Task Old_releases_go_but_what_is_deployed_what_was_before_it_and_what_is_going_to_be()
    {
        var dev = await server.PlaceAsync("Retained dev");
        var lifecycle = await server.Admin.MakeAsync($"{Api.Space}/lifecycles", new
        {
            Name = "Retained", Phases = new[] { new { Name = "Dev", OptionalDeploymentTargets = new[] { dev } } }, ReleaseRetentionPolicy = new { Unit = "Items", QuantityToKeep = 1, ShouldKeepForever = false },
        });
        var project = await server.AddProjectAsync("Retained");
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { LifecycleId = lifecycle.Id })).ShouldBe(200);
        await server.SetProcessAsync(project.Id, Bash("Say", "echo hello"));
        foreach (var version in new[] { "1.0.0", "1.1.0", "1.2.0" })
        {
            await server.ReleaseAsync(project, version);
            await server.DeployedAsync(project, version, dev);
        }
        await server.ReleaseAsync(project, "1.3.0");
        await server.Admin.MakeAsync(Untenanted, new { ProjectName = project.Id, ReleaseVersion = "1.3.0", EnvironmentNames = new[] { dev }, RunAt = DateTimeOffset.UtcNow.AddDays(9) });
        var unused = await server.ReleaseAsync(project, "1.4.0");
        await server.ReleaseAsync(project, "1.5.0");
        var log = await server.RetainAsync();
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/releases")).Names("Version").ShouldBe(["1.5.0", "1.3.0", "1.2.0", "1.1.0"]);
        log.ShouldContain("Of project Retained releases were removed that its lifecycles no longer keep: ");
        (await server.Admin.SeeAsync($"{Api.Space}/events?regarding={unused}&eventCategories=Deleted")).Names("Message").ShouldHaveSingleItem().ShouldContain("1.4.0 of project Retained");
        (await server.Admin.SeeAsync($"{Api.Space}/tasks?project={project.Id}&states=Success")).Names("Id").Length.ShouldBe(3, "tasks are history");
        (await server.RetainAsync()).ShouldNotContain("Retained");
    }

    [Fact]
    public async Task Old_runs_of_a_runbook_go_for_each_environment_by_itself()
    {
        var (one, two) = (await server.PlaceAsync("Runs one"), await server.PlaceAsync("Runs two"));
        var project = await server.AddProjectAsync("Runs");
        var runbook = await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Rescue", RunRetentionPolicy = new { Unit = "Items", QuantityToKeep = 2, ShouldKeepForever = false } });
        var process = await server.Admin.SeeAsync($"{Api.Space}/runbookprocesses/{runbook["RunbookProcessId"]}");
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/runbookprocesses/{process.Id}", new { Version = process.Json.GetProperty("Version").GetInt32(), Steps = new[] { Bash("Say", "echo hello") } })).ShouldBe(200);
        await server.Admin.MakeAsync($"{Api.Space}/runbookSnapshots?publish=true", new { RunbookId = runbook.Id, Name = "first" });
        foreach (var environment in new[] { one, one, one, two })
        {
            var run = await server.Admin.MakeAsync($"{Api.Space}/runbook-runs/create/v1", new { ProjectName = project.Id, RunbookName = "Rescue", EnvironmentNames = new[] { environment } });
            await server.EndsAsync(run.Tasks().Single());
        }
        (await server.RetainAsync()).ShouldContain("Of runbook Rescue 1 runs were removed that it no longer keeps.");
        (await server.Admin.SeeAsync($"{Api.Space}/runbookRuns?runbooks={runbook.Id}")).Names("EnvironmentId").ShouldBe([two, one, one]);
        (await server.Admin.SeeAsync($"{Api.Space}/events?regarding={runbook.Id}&eventCategories=Deleted")).Names("Message").ShouldBe(["1 old runs of runbook Rescue were removed"]);
    }

    /// <param name="policy"><c>Days 10</c>, <c>Items 1</c>; empty: none of its own.</param>
    private static Phase Phase(string environment, string policy) => new()
    {
        Id = environment, Name = environment, OptionalDeploymentTargets = [environment],
        ReleaseRetentionPolicy = policy.Split(' ') is [var unit, var quantity] ? new() { Unit = unit, QuantityToKeep = int.Parse(quantity), ShouldKeepForever = false } : null,
    };
}
