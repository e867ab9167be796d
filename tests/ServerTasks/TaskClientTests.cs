using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Telemetry;

namespace OctoLogin.Tests.ServerTasks;

/// <summary>Octopus's own client for Node with tasks, and what Prometheus reads of them.</summary>
public sealed class TaskClientTests(TaskServer server) : IClassFixture<TaskServer>
{
    [Fact]
    public async Task The_npm_client_waits_for_tasks_reads_their_logs_and_cancels_on_timeout()
    {
        server.Runner.On("quick", (task, _) =>
        {
            task.Log.Begin("Step 1").Info("hello");
            return Task.CompletedTask;
        });
        server.Runner.On("failing", (_, _) => throw new TaskFailedException("Step 1 failed."));
        server.Runner.Hold("long");
        var (quick, failing, slow) = (await server.EnqueueAsync("quick"), await server.EnqueueAsync("failing"), await server.EnqueueAsync("long"));
        await server.InStateAsync(slow, "Executing");
        var output = await NodeClient.OutputAsync("octopus-tasks.mjs", new Dictionary<string, string>
        {
            ["OCTOPUS_URL"] = server.Server.Url, ["OCTOPUS_API_KEY"] = ServerFixture.AdminApiKey, ["QUICK"] = quick.Id, ["FAILING"] = failing.Id, ["LONG"] = slow.Id,
        });
        output.ShouldContain("all done");
    }

    [Fact]
    public async Task Metrics_tell_what_runs_what_waits_and_how_tasks_ended()
    {
        (await EndsAsync("timed_out")).ShouldNotBeNull("each end is there before it happens");
        var before = (await EndsAsync("success"), await EndsAsync("failed"), await EndsAsync("canceled"));
        server.Runner.On("bad", (_, _) => throw new TaskFailedException("no"));
        await server.InStateAsync(await server.EnqueueAsync("good"), "Success");
        await server.InStateAsync(await server.EnqueueAsync("bad"), "Failed");
        var gates = Enumerable.Range(0, 5).Select(i => server.Runner.Hold($"held {i}")).ToList();
        var held = await server.EnqueueAllAsync(Enumerable.Range(0, 5).Select(i => TaskServer.Task($"held {i}")));
        foreach (var task in held)
        {
            await server.InStateAsync(task, "Executing");
        }
        var waits = await server.EnqueueAsync("waits");
        await Eventually.TrueAsync(async () => (await Scrape.OfAsync(server.Server))["octologin_tasks_queued"] == 1, "what waits was counted");
        var scrape = await Scrape.OfAsync(server.Server);
        scrape["octologin_tasks_running"].ShouldBe(5);
        scrape["octologin_tasks_oldest_wait_seconds"].ShouldNotBeNull().ShouldBeInRange(0, 60);
        (await server.Admin.SendAsync("POST", $"/api/tasks/{waits.Id}/cancel")).ShouldBe(200);
        gates.ForEach(gate => gate.SetResult());
        foreach (var task in held)
        {
            await server.InStateAsync(task, "Success");
        }
        await Eventually.TrueAsync(async () => (await EndsAsync("success"), await EndsAsync("failed"), await EndsAsync("canceled")) == (before.Item1 + 6, before.Item2 + 1, before.Item3 + 1), "each end was counted");
    }

    private async Task<double?> EndsAsync(string state) => (await Scrape.OfAsync(server.Server))[$"octologin_tasks_finished_total{{state=\"{state}\"}}"];
}
