using Microsoft.Extensions.DependencyInjection;
using OctoLogin.HealthChecks;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;
using static OctoLogin.Tests.HealthChecks.HealthStage;

namespace OctoLogin.Tests.HealthChecks;

/// <summary>Which targets a health check is of, who may ask for one, how it ends, and when the server asks by itself.</summary>
public sealed class HealthTaskTests(HealthStage stage) : IClassFixture<HealthStage>
{
    private const string Tasks = Api.Space + "/tasks";

    private ServerFixture Server => stage.Server;

    private static object Ask(object arguments) => new { Name = "health", Arguments = arguments };

    [Fact]
    public async Task An_environment_s_targets_are_checked_together_and_others_stay_as_they_are()
    {
        var account = await stage.GenericAsync();
        var (here, there) = (await Server.PlaceAsync(Unique("here")), await Server.PlaceAsync(Unique("there")));
        var (good, bad) = (await stage.ClusterAsync(account, environment: here, name: Unique("good")), await stage.ClusterAsync(account, environment: here, isKnown: false, name: Unique("bad")));
        var (region, off, elsewhere) = (await stage.TargetAsync(new { CommunicationStyle = "None" }, here, Unique("region")), await stage.ClusterAsync(account, environment: here), await stage.ClusterAsync(account, environment: there));
        (await Server.Admin.SendAsync("PUT", $"{Api.Space}/machines/{off.Id}", new { IsDisabled = true })).ShouldBe(200);
        var asked = await Server.Admin.MakeAsync(Tasks, new { Name = "Health", Description = "Nightly", Arguments = new { EnvironmentId = here, Timeout = "00:05:00", MachineIds = (string[]?)null } });
        (asked["Name"], asked["Description"], asked["EnvironmentId"]).ShouldBe(("Health", "Nightly", here));
        var end = await Server.EndsAsync(asked.Id, "Failed");
        end.Task["ErrorMessage"].ShouldBe("1 of 4 deployment targets is not healthy; the log and the targets tell why.");
        end.Tree.Split('\n').Order().ShouldBe([$"Check {bad["Name"]}: Failed", $"Check {good["Name"]}: Success"]);
        end.Log.ShouldContain($"{region["Name"]} is not checked: it is of the kind None, of which there is nothing to ask. Its health stays Unknown.");
        end.Log.ShouldContain($"{off["Name"]} is not checked: it is disabled.");
        foreach (var (target, status) in ((ApiAnswer, string)[])[(good, "Healthy"), (bad, "Unhealthy"), (region, "Unknown"), (off, "Unknown"), (elsewhere, "Unknown")])
        {
            (await stage.HealthAsync(target)).Status.ShouldBe(status);
        }
        (await Server.Admin.SeeAsync($"{Api.Space}/machines?environmentIds={here}&healthStatuses=Healthy")).Names("Id").ShouldBe([good.Id]);
        // As Octopus's own script for it sends them.
        var both = await Server.Admin.MakeAsync(Tasks, Ask(new { MachineIds = $"{good.Id}, {elsewhere.Id}" }));
        await Server.EndsAsync(both.Id);
        (await stage.HealthAsync(elsewhere)).Status.ShouldBe("Healthy");
    }

    [Fact]
    public async Task What_was_found_is_of_the_endpoint_that_was_asked()
    {
        var account = await stage.GenericAsync();
        var target = await stage.ClusterAsync(account);
        (await stage.CheckAsync(target)).Status.ShouldBe("Healthy");
        var path = $"{Api.Space}/machines/{target.Id}";
        var same = await Server.Admin.SeeAsync(path);
        (await Server.Admin.SendAsync("PUT", path, new { Roles = new[] { "api" }, Endpoint = same.Json.GetProperty("Endpoint") })).ShouldBe(200)["HealthStatus"].ShouldBe("Healthy");
        var changed = (await Server.Admin.SendAsync("PUT", path, new { Endpoint = new { CommunicationStyle = "Kubernetes", ClusterUrl = $"https://{Down}", AccountId = account.Id } })).ShouldBe(200);
        (changed["HealthStatus"], changed["StatusSummary"]).ShouldBe(("Unknown", ""));
        // Changed while it is checked: what is found is of another.
        await WhileItWaitsAsync(await stage.ClusterAsync(account), async (task, slow) =>
        {
            (await Server.Admin.SendAsync("PUT", $"{Api.Space}/machines/{slow.Id}", new { Endpoint = new { CommunicationStyle = "None" } })).ShouldBe(200);
            stage.Cluster.Waits = () => Task.CompletedTask;
        }, async (task, slow) =>
        {
            (await Server.EndsAsync(task)).Log.ShouldContain($"{slow["Name"]} was changed or deleted meanwhile");
            (await stage.HealthAsync(slow)).Status.ShouldBe("Unknown");
        });
    }

    [Fact]
    public async Task A_check_that_waits_for_a_target_can_be_canceled_and_says_nothing_then()
    {
        var target = await stage.ClusterAsync(await stage.GenericAsync());
        await WhileItWaitsAsync(target, async (task, _) =>
        {
            (await Server.Admin.SendAsync("POST", $"{Tasks}/{task}/cancel")).ShouldBe(200);
            (await Server.EndsAsync(task, "Canceled")).Tree.ShouldContain($"Check {target["Name"]}: Canceled");
        }, async (_, _) => (await stage.HealthAsync(target)).Status.ShouldBe("Unknown"));
    }

    [Fact]
    public async Task A_target_that_does_not_answer_in_its_time_is_unavailable()
    {
        var target = await stage.ClusterAsync(await stage.GenericAsync());
        var mayAnswer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stage.Cluster.Waits = () => mayAnswer.Task;
        try
        {
            var asked = await Server.Admin.MakeAsync(Tasks, Ask(new { MachineIds = new[] { target.Id }, MachineTimeout = "00:00:00.2" }));
            await Server.EndsAsync(asked.Id, "Failed");
            (await stage.HealthAsync(target)).ShouldBe(("Unavailable", "The check was not done within 00:00:00.2000000, its MachineTimeout."));
        }
        finally
        {
            stage.Cluster.Waits = () => Task.CompletedTask;
            mayAnswer.SetResult();
        }
    }

    private async Task WhileItWaitsAsync(ApiAnswer target, Func<string, ApiAnswer, Task> meanwhile, Func<string, ApiAnswer, Task> then)
    {
        var (asked, mayAnswer) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        stage.Cluster.Waits = () =>
        {
            asked.TrySetResult();
            return mayAnswer.Task;
        };
        string task;
        try
        {
            task = await stage.AskAsync(target);
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(60));
            await meanwhile(task, target);
        }
        finally
        {
            stage.Cluster.Waits = () => Task.CompletedTask;
            mayAnswer.SetResult();
        }
        await then(task, target);
    }

    [Fact]
    public async Task Who_has_one_environment_checks_what_is_there_alone()
    {
        var account = await stage.GenericAsync();
        var (mine, other) = (await Server.PlaceAsync(Unique("mine")), await Server.PlaceAsync(Unique("other")));
        var (here, there) = (await stage.ClusterAsync(account, environment: mine), await stage.ClusterAsync(account, environment: other));
        var both = await Server.Admin.MakeAsync($"{Api.Space}/machines", new { Name = Unique("both"), Roles = new[] { "web" }, EnvironmentIds = new[] { mine, other }, Endpoint = here.Json.GetProperty("Endpoint") });
        var (editor, viewer, elsewhere) = (await Server.AddCallerAsync(), await Server.AddCallerAsync(), await Server.AddCallerAsync());
        await Server.GiveLimitedRoleAsync(editor.Id, "userroles-environmentmanager", environments: [mine]);
        await Server.GiveLimitedRoleAsync(viewer.Id, await Server.AddRoleAsync(space: ["MachineView", "EnvironmentView", "TaskView"]), environments: [mine]);
        await Server.GiveLimitedRoleAsync(elsewhere.Id, await Server.AddRoleAsync(space: ["MachineView", "EnvironmentView"]), environments: [mine]);
        await Server.GiveLimitedRoleAsync(elsewhere.Id, await Server.AddRoleAsync(space: ["TaskCreate"]), environments: [other]);
        (await viewer.Client.SendAsync("POST", Tasks, Ask(new { MachineIds = new[] { here.Id } }))).ShouldBe(403);
        (await elsewhere.Client.SendAsync("POST", Tasks, Ask(new { MachineIds = new[] { here.Id } }))).ShouldBeRefused(403, "TaskCreate");
        (await elsewhere.Client.SendAsync("POST", Tasks, Ask(new { EnvironmentId = mine }))).ShouldBeRefused(403, "TaskCreate");
        (await editor.Client.SendAsync("POST", Tasks, Ask(new { MachineIds = new[] { there.Id } }))).ShouldBeRefused(400, $"names '{there.Id}', which is not a deployment target of this space");
        (await editor.Client.SendAsync("POST", Tasks, Ask(new { EnvironmentId = other }))).ShouldBe(404);
        (await editor.Client.SendAsync("POST", Tasks, Ask(new { MachineIds = new[] { both.Id } }))).ShouldBeRefused(403, "TaskCreate");
        foreach (var arguments in (object[])[new { EnvironmentId = mine }, new { }])
        {
            var asked = (await editor.Client.SendAsync("POST", Tasks, Ask(arguments))).ShouldBe(201);
            asked.Json.GetProperty("Arguments").GetProperty("MachineIds").EnumerateArray().Select(id => id.GetString()).ShouldBe([here.Id]);
            (await Server.EventAsync(asked)).Category.ShouldBe("Created");
            await Server.EndsAsync((await editor.Client.SeeAsync($"{Tasks}/{asked.Id}")).Id);
        }
        (await stage.HealthAsync(there)).Status.ShouldBe("Unknown");
        var space = await Server.AddSpaceAsync();
        (await Server.Admin.SendAsync("POST", $"/api/{space}/tasks", Ask(new { MachineIds = new[] { here.Id } }))).ShouldBeRefused(400, "not a deployment target of this space");
    }

    [Fact]
    public async Task What_cannot_be_asked_for_is_refused_with_every_reason()
    {
        var target = await stage.TargetAsync(new { CommunicationStyle = "None" });
        (await Server.Admin.SendAsync("POST", Tasks, Ask(new { Timeout = "soon", MachineTimeout = "02:00:00", MachineIds = 5, EnvironmentId = new[] { "x" }, WorkerIds = new[] { "Workers-1" } }))).ShouldBeRefused(400,
            "Arguments.Timeout is 'soon'", "Arguments.MachineTimeout is '02:00:00'; it must be a time such as 00:05:00, and 01:00:00 at most.", "Arguments.MachineIds must be an array", "Arguments.EnvironmentId must be a text.", "Arguments.WorkerIds cannot be given");
        (await Server.Admin.SendAsync("POST", Tasks, Ask(new { MachineIds = new[] { "Machines-999" } }))).ShouldBeRefused(400, "names 'Machines-999'");
        var empty = await Server.PlaceAsync(Unique("empty"));
        (await Server.Admin.SendAsync("POST", Tasks, Ask(new { MachineIds = new[] { target.Id }, EnvironmentId = empty }))).ShouldBeRefused(400, $"names '{target.Id}', which is not a deployment target of empty");
        (await Server.EndsAsync((await Server.Admin.MakeAsync(Tasks, Ask(new { EnvironmentId = empty }))).Id)).Log.ShouldContain("There is no deployment target to check.");
    }

    [Fact]
    public async Task Every_interval_one_server_has_all_targets_checked()
    {
        await using var server = new ServerFixture();
        server.Settings["HealthChecks:IntervalMinutes"] = "60";
        await server.InitializeAsync();
        async Task<string[]> Checks() => (await server.Admin.SeeAsync("/api/tasks?name=Health")).Names("Id");
        await server.Services.GetRequiredService<HealthSchedule>().QueueAsync(default);
        (await Checks()).ShouldBeEmpty("there is nothing to check");
        var target = await server.Admin.MakeAsync($"{Api.Space}/machines", new
        {
            Name = "cluster", Roles = new[] { "web" }, EnvironmentIds = new[] { await server.PlaceAsync("e") }, Endpoint = new { CommunicationStyle = "Kubernetes" },
        });
        // A server that starts looks at the schedule by itself.
        await server.StopAsync();
        await server.StartAsync();
        await Eventually.TrueAsync(async () => (await Checks()).Length == 1, "the server had its targets checked");
        var end = await server.EndsAsync((await Checks()).Single(), "Failed");
        end.Task["Description"].ShouldBe("Check health of all targets, by schedule");
        (await server.Admin.SeeAsync($"{Api.Space}/machines/{target.Id}"))["StatusSummary"].ShouldBe("Its endpoint names no account (AccountId) to log in as.");
        await using var replica = await server.StartReplicaAsync();
        async Task Everybody() => await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? server.Services : replica.App.Services).GetRequiredService<HealthSchedule>().QueueAsync(default)));
        server.Clock.Advance(TimeSpan.FromMinutes(59));
        await Everybody();
        (await Checks()).Length.ShouldBe(1);
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        await Everybody();
        (await Checks()).Length.ShouldBe(2);
        await server.EndsAsync((await Checks())[0], "Failed");
    }
}
