using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServerTasks;

/// <summary>Who runs a task, decided by the database: what nodes do is done here by hand, on a server that runs none itself.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TaskOutcome Success = new(TaskState.Success, null, HasWarningsOrErrors: false);

    private readonly TaskServer server = TaskServer.With(("Tasks:Worker", "false"));
    private readonly ServerNode one = new(Guid.NewGuid(), "node-1");
    private readonly ServerNode two = new(Guid.NewGuid(), "node-2");

    private TaskLeases Leases => server.Server.Services.GetRequiredService<TaskLeases>();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Nodes_that_look_at_the_same_moment_never_take_two_of_one_key_nor_one_task_twice()
    {
        for (var round = 0; round < 25; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                await server.EnqueueAsync(TaskServer.Task("of the key") with { ConcurrencyKey = "key" });
                await server.EnqueueAsync("free");
            }
            var taken = (await Task.WhenAll(Enumerable.Range(0, 6).Select(i => TakeAsync(new ServerNode(Guid.NewGuid(), $"node-{i}"), 3)))).SelectMany(tasks => tasks).ToList();
            taken.Count(task => task.ConcurrencyKey is not null).ShouldBeLessThanOrEqualTo(1);
            taken.Select(task => task.Id).ShouldBeUnique();
            foreach (var task in taken)
            {
                (await Leases.FinishAsync(task, Success, null, default)).ShouldBeTrue();
            }
        }
        var left = 0;
        while (await TakeAsync(one, 100) is { Count: > 0 } rest)
        {
            rest.Count(task => task.ConcurrencyKey is not null).ShouldBeLessThanOrEqualTo(1);
            left += rest.Count;
            foreach (var task in rest)
            {
                await Leases.FinishAsync(task, Success, null, default);
            }
        }
        left.ShouldBeLessThanOrEqualTo(200);
        (await server.Admin.SeeAsync("/api/tasks?take=1000&states=Success")).Json.GetProperty("TotalResults").GetInt32().ShouldBe(200, "each has ended once");
    }

    [Fact]
    public async Task A_node_whose_lease_ran_out_has_no_say_any_more_in_state_or_log()
    {
        var task = await server.EnqueueAsync(TaskServer.Task("lost") with { ConcurrencyKey = "key" });
        var next = await server.EnqueueAsync(TaskServer.Task("next") with { ConcurrencyKey = "key" });
        var nodes = server.Server.Services.GetRequiredService<ServerNodeStore>();
        await nodes.BeatAsync(one, default);
        var taken = (await TakeAsync(one, 1, TimeSpan.Zero)).ShouldHaveSingleItem();

        var failed = await server.InStateAsync(task, "Failed");
        failed.GetProperty("ErrorMessage").GetString()!.ShouldMatch("^The node node-1 stopped answering at 20[0-9-]{8}T[0-9:]{8}Z\\.$");
        (failed.GetProperty("HasWarningsOrErrors").GetBoolean(), failed.GetProperty("ServerNode").GetString()).ShouldBe((true, "node-1"));
        (await Leases.RenewAsync(one, [taken.Lease!.Value], Long, 5, default)).ShouldBeEmpty();
        (await Leases.FinishAsync(taken, Success, null, default)).ShouldBeFalse();
        var logs = server.Server.Services.GetRequiredService<TaskLogStore>();
        var buffer = new LogBuffer(TimeProvider.System);
        ActivityLog.Start(buffer, new SecretMask(), "root").Info("I am still here");
        await logs.AppendAsync(taken, buffer.Oldest(), tell: true, default);
        (await logs.ReadAsync(taken, 0, default)).ShouldBeEmpty();
        (await server.StateAsync(task)).ShouldBe("Failed");
        (await TakeAsync(two, 5)).ShouldHaveSingleItem().Id.ShouldBe(next.Id, "it is not taken again, and its key is free");
    }

    [Fact]
    public async Task What_follows_from_a_success_is_there_with_it_or_not_at_all()
    {
        var (kept, lost) = (await server.EnqueueAsync("kept"), await server.EnqueueAsync("lost"));
        var taken = (await TakeAsync(one, 1)).Concat(await TakeAsync(one, 1, TimeSpan.Zero)).ToList();
        await server.InStateAsync(lost, "Failed");
        (await FinishAsync(taken.Single(task => task.Id == kept.Id))).ShouldBeTrue();
        (await FinishAsync(taken.Single(task => task.Id == lost.Id))).ShouldBeFalse();
        (await server.StateAsync(kept)).ShouldBe("Success");
        (await server.Admin.SeeAsync("/api/spaces/Spaces-1"))["Description"].ShouldBe(kept.Id);

        Task<bool> FinishAsync(ServerTask task) => Leases.FinishAsync(task, Success, (connection, cancel) => connection.ExecuteAsync($"update spaces set description = '{task.Id}'"), default);
    }

    [Fact]
    public async Task Renewing_keeps_a_lease_and_brings_the_wish_to_cancel()
    {
        var (a, b) = (await server.EnqueueAsync("a"), await server.EnqueueAsync("b"));
        var taken = await TakeAsync(one, 2);
        (await server.Admin.SendAsync("POST", $"/api/tasks/{b.Id}/cancel")).ShouldBe(200);
        long[] all = [.. taken.Select(task => task.Lease!.Value)];
        var renewed = await Leases.RenewAsync(one, all, Long, 5, default);
        renewed.ShouldBe(new Dictionary<long, TaskState> { [Of(a)] = TaskState.Executing, [Of(b)] = TaskState.Cancelling }, ignoreOrder: true);
        (await Leases.RenewAsync(two, all, Long, 5, default)).ShouldBeEmpty("they are another's");

        long Of(ServerTask task) => taken.Single(one => one.Id == task.Id).Lease!.Value;
    }

    [Fact]
    public async Task What_was_taken_without_the_node_knowing_of_it_goes_back_to_the_queue_and_is_lost_to_nobody()
    {
        var (known, unknown, canceled) = (await server.EnqueueAsync("known"), await server.EnqueueAsync("unknown"), await server.EnqueueAsync("canceled"));
        await TakeAsync(one, 1);
        var lost = Guid.NewGuid();
        (await Leases.TakeAsync(one, lost, [TestRunner.Name], 2, Long, default)).Count.ShouldBe(2);
        (await server.Admin.SendAsync("POST", $"/api/tasks/{canceled.Id}/cancel")).ShouldBe(200);
        await Leases.PutBackAsync(lost, default);

        (await server.StateAsync(known)).ShouldBe("Executing");
        (await server.StateAsync(canceled)).ShouldBe("Canceled");
        var seen = await server.SeeAsync(unknown);
        (seen.GetProperty("State").GetString(), seen.GetProperty("HasBeenPickedUpByProcessor").GetBoolean()).ShouldBe(("Queued", false));
        (await TakeAsync(two, 5)).ShouldHaveSingleItem().Id.ShouldBe(unknown.Id);
    }

    [Fact]
    public async Task Nothing_is_queued_when_the_transaction_that_it_is_for_does_not_commit()
    {
        var (services, queued) = (server.Server.Services, (ServerTask?)null);
        await Should.ThrowAsync<InvalidOperationException>(() => services.GetRequiredService<NpgsqlDataSource>().InTransactionAsync(async connection =>
        {
            queued = await services.GetRequiredService<ServerTaskQueue>().EnqueueAsync(connection, TaskServer.Task("undone"), default);
            throw new InvalidOperationException();
        }));
        (await TakeAsync(one, 5)).ShouldBeEmpty();
        (await server.Admin.SendAsync("GET", $"/api/tasks/{queued!.Id}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_task_that_no_runner_of_the_node_knows_is_left_to_others()
    {
        await server.EnqueueAsync(TaskServer.Task("unknown") with { Name = "Unknown" });
        (await TakeAsync(one, 5)).ShouldBeEmpty();
    }

    private Task<IReadOnlyList<ServerTask>> TakeAsync(ServerNode node, int most, TimeSpan? lease = null) => Leases.TakeAsync(node, Guid.NewGuid(), [TestRunner.Name], most, lease ?? Long, default);
}
