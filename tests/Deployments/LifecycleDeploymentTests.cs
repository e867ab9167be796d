using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Deployments;

/// <summary>A release takes the phases of its lifecycle one after the other.</summary>
public sealed class LifecycleDeploymentTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_deployment_out_of_order_is_refused_and_the_missing_phase_named()
    {
        var (project, dev, live) = await AddLineAsync("Ordered");
        (await DeployAsync(project, live)).ShouldBeRefused(400, $"Environment 'Ordered live' is in phase 'Live' of lifecycle 'Ordered', but phase 'Dev' is missing: the release must first be deployed to 'Ordered dev'.");
        (await DeployAsync(project, dev, live)).ShouldBeRefused(400, "phase 'Dev' is missing");
        (await server.Admin.SeeAsync($"{Api.Space}/deployments?projects={project.Id}")).Names("Id").ShouldBeEmpty("of two at once neither, when one may not");

        await server.DeployedAsync(project, "1.0.0", dev);
        await server.DeployedAsync(project, "1.0.0", live);
        await server.DeployedAsync(project, "1.0.0", dev);
        await server.ReleaseAsync(project, "1.1.0");
        (await server.Admin.SendAsync("POST", Untenanted, new { ProjectName = project.Id, ReleaseVersion = "1.1.0", EnvironmentNames = new[] { live } })).ShouldBeRefused(400, "phase 'Dev' is missing");
        await server.DeployedAsync(project, "1.1.0", dev);
        await server.DeployedAsync(project, "1.1.0", live);
        await server.DeployedAsync(project, "1.0.0", live);
    }

    [Fact]
    public async Task What_failed_or_waits_opens_nothing()
    {
        var (project, dev, live) = await AddLineAsync("Failed first", "exit 1");
        await server.DeployedAsync(project, "1.0.0", dev, "Failed");
        (await DeployAsync(project, live)).ShouldBeRefused(400, "phase 'Dev' is missing");
        await server.Admin.MakeAsync(Untenanted, new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { dev }, RunAt = DateTimeOffset.UtcNow.AddDays(1) });
        (await DeployAsync(project, live)).ShouldBeRefused(400, "phase 'Dev' is missing");
    }

    [Fact]
    public async Task A_channels_lifecycle_counts_before_the_projects()
    {
        var (project, _, live) = await AddLineAsync("Channelled");
        var any = await server.Admin.MakeAsync($"{Api.Space}/lifecycles", new { Name = "Anywhere", Phases = Array.Empty<object>() });
        await server.Admin.MakeAsync($"{Api.Space}/channels", new { Name = "Hot fix", ProjectId = project.Id, LifecycleId = any.Id });
        await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id, ReleaseVersion = "1.0.1", ChannelName = "Hot fix" });
        (await DeployAsync(project, live)).ShouldBeRefused(400, "phase 'Dev' is missing");
        await server.DeployedAsync(project, "1.0.1", live);
    }

    [Fact]
    public async Task Tells_how_far_a_release_has_come()
    {
        var (project, dev, live) = await AddLineAsync("Progress");
        var release = (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/releases/1.0.0")).Id;
        var path = $"{Api.Space}/releases/{release}/progression";
        var before = await server.Admin.SeeAsync(path);
        before.Json.GetProperty("Phases").EnumerateArray().Select(phase => phase.GetProperty("Progress").GetString()).ShouldBe(["Current", "Pending"]);
        before.Json.GetProperty("NextDeployments").Strings().ShouldBe([dev]);
        var end = await server.DeployedAsync(project, "1.0.0", dev);
        var after = await server.Admin.SeeAsync(path);
        after.Json.GetProperty("Phases").EnumerateArray().Select(phase => phase.GetProperty("Progress").GetString()).ShouldBe(["Complete", "Current"]);
        after.Json.GetProperty("NextDeployments").Strings().ShouldBe([live]);
        after.Json.GetProperty("Phases")[0].GetProperty("Deployments")[0].GetProperty("Task").GetProperty("Id").GetString().ShouldBe(end.Task.Id);
    }

    [Fact]
    public async Task Tells_how_far_the_releases_of_a_project_have_come()
    {
        var (project, dev, live) = await AddLineAsync("Standing");
        await server.DeployedAsync(project, "1.0.0", dev);
        await server.DeployedAsync(project, "1.0.0", live);
        await server.ReleaseAsync(project, "1.1.0");
        var newest = await server.DeployedAsync(project, "1.1.0", dev);
        var path = $"{Api.Space}/projects/{project["Slug"]}/progression";
        var seen = (await server.Admin.SeeAsync(path)).Json;
        var channel = seen.GetProperty("Releases")[0].GetProperty("Channel").GetProperty("Id").GetString()!;
        seen.GetProperty("ChannelEnvironments").GetProperty(channel).EnumerateArray().Select(one => one.GetProperty("Name").GetString()).ShouldBe(["Standing dev", "Standing live"]);
        seen.GetProperty("LifecycleEnvironments").EnumerateObject().Single().Value.GetArrayLength().ShouldBe(2);
        seen.GetProperty("Releases").EnumerateArray().Select(one => one.GetProperty("Release").GetProperty("Version").GetString()).ShouldBe(["1.1.0", "1.0.0"]);
        seen.GetProperty("Releases")[0].GetProperty("NextDeployments").Strings().ShouldBe([live]);
        seen.GetProperty("Releases")[1].GetProperty("NextDeployments").Strings().ShouldBeEmpty();
        var now = seen.GetProperty("Releases")[0].GetProperty("Deployments").GetProperty(dev)[0];
        (now.GetProperty("TaskId").GetString(), now.GetProperty("State").GetString(), now.GetProperty("IsCurrent").GetBoolean(), now.GetProperty("ReleaseVersion").GetString()).ShouldBe((newest.Task.Id, "Success", true, "1.1.0"));
        var before = seen.GetProperty("Releases")[1].GetProperty("Deployments");
        (before.GetProperty(dev)[0].GetProperty("IsCurrent").GetBoolean(), before.GetProperty(dev)[0].GetProperty("IsPrevious").GetBoolean(), before.GetProperty(live)[0].GetProperty("IsCurrent").GetBoolean()).ShouldBe((false, true, true));

        (await server.Admin.SeeAsync($"{path}?releaseHistoryCount=1")).Json.GetProperty("Releases").GetArrayLength().ShouldBe(1);
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, "userroles-projectviewer", projects: [project.Id], environments: [dev]);
        var limited = (await caller.Client.SeeAsync(path)).Json;
        limited.GetProperty("Environments").EnumerateArray().Select(one => one.GetProperty("Id").GetString()).ShouldBe([dev]);
        limited.GetProperty("Releases")[1].GetProperty("Deployments").EnumerateObject().Select(place => place.Name).ShouldBe([dev], "not where it is beyond the caller's limits");
    }

    [Fact]
    public async Task Automatic_environments_are_deployed_to_when_their_phase_opens()
    {
        var (dev, test, live) = (await server.PlaceAsync("Auto dev"), await server.PlaceAsync("Auto test"), await server.PlaceAsync("Auto live"));
        var lifecycle = await server.Admin.MakeAsync($"{Api.Space}/lifecycles", new
        {
            Name = "Auto",
            Phases = new object[]
            {
                new { Name = "Dev", AutomaticDeploymentTargets = new[] { dev } }, new { Name = "Test", AutomaticDeploymentTargets = new[] { test } }, new { Name = "Live", OptionalDeploymentTargets = new[] { live } },
            },
        });
        var project = await server.AddProjectAsync("Auto");
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { LifecycleId = lifecycle.Id })).ShouldBe(200);
        await server.SetProcessAsync(project.Id, Bash("Say", "echo hello"));
        var release = await server.ReleaseAsync(project, "1.0.0");

        async Task<string[]> DeployedToAsync() => (await server.Admin.SeeAsync($"{Api.Space}/releases/{release}/deployments?taskState=Success")).Names("EnvironmentId");
        await Eventually.TrueAsync(async () => (await DeployedToAsync()).Order().SequenceEqual(new[] { dev, test }.Order()), "both automatic environments had the release");
        var deployments = await server.Admin.SeeAsync($"{Api.Space}/releases/{release}/deployments");
        deployments.Names("EnvironmentId").ShouldBe([test, dev], "each once, and the last phase not at all");
        deployments.Names("DeployedBy", value => value.GetString()).ShouldBe(["system", "system"]);
        await server.DeployedAsync(project, "1.0.0", live);
    }

    private Task<ApiAnswer> DeployAsync(ApiAnswer project, params string[] environments) =>
        server.Admin.SendAsync("POST", Untenanted, new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentNames = environments });

    /// <summary>A project whose lifecycle has the phases Dev and Live.</summary>
    private async Task<(ApiAnswer Project, string Dev, string Live)> AddLineAsync(string name, string script = "echo hello")
    {
        var (dev, live) = (await server.PlaceAsync($"{name} dev"), await server.PlaceAsync($"{name} live"));
        var lifecycle = await server.Admin.MakeAsync($"{Api.Space}/lifecycles", new
        {
            Name = name, Phases = new[] { new { Name = "Dev", OptionalDeploymentTargets = new[] { dev } }, new { Name = "Live", OptionalDeploymentTargets = new[] { live } } },
        });
        var project = await server.AddProjectAsync(name);
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { LifecycleId = lifecycle.Id })).ShouldBe(200);
        await server.SetProcessAsync(project.Id, Bash("Say", script));
        await server.ReleaseAsync(project, "1.0.0");
        return (project, dev, live);
    }
}
