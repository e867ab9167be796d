using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OctoLogin.OpenIdProvider;
using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServerTasks;

/// <summary>The verb worker as a process of its own, beside a server that runs no tasks: killed, ended, and what it holds.</summary>
public sealed class WorkerTests : IAsyncLifetime
{
    private readonly TaskServer server = TaskServer.With(("Tasks:Worker", "false"), ("Tasks:FailOverSeconds", "4"));
    private readonly TestDirectory directory = new();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task A_task_of_a_worker_that_is_killed_fails_by_name_and_time_and_is_never_run_again()
    {
        await using var busy = await LongTask.StartAsync(server);
        await using (var worker = await StartAsync("worker-1"))
        {
            await server.InStateAsync(busy.Task, "Executing");
            worker.Kill();
        }
        await using var other = await StartAsync("worker-2");
        var failed = await server.InStateAsync(busy.Task, "Failed");
        failed.GetProperty("ErrorMessage").GetString()!.ShouldMatch("^The node worker-1 stopped answering at 20[0-9-]{8}T[0-9:]{8}Z\\.$");
        await busy.LetGoAsync();

        var next = await server.EnqueueAsync(TaskServer.Task("next") with { Name = RetentionRunner.Name, ConcurrencyKey = "Retention" });
        (await server.InStateAsync(next, "Success")).GetProperty("ServerNode").GetString().ShouldBe("worker-2");
        (await server.SeeAsync(busy.Task)).ToString().ShouldBe(failed.ToString());
    }

    [Fact]
    public async Task A_worker_ends_on_SIGTERM_within_10_seconds_and_says_so_in_its_tasks()
    {
        await using var busy = await LongTask.StartAsync(server);
        await using var worker = await StartAsync("worker-1");
        await server.InStateAsync(busy.Task, "Executing");
        var (exitCode, took) = await worker.StopAsync();
        exitCode.ShouldBe(0, worker.Errors);
        took.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        var ended = await server.SeeAsync(busy.Task);
        (ended.GetProperty("State").GetString(), ended.GetProperty("ErrorMessage").GetString()).ShouldBe(("Failed", "The node worker-1 was shut down while it ran the task."));
        string.Join('\n', worker.Output).ShouldNotContain("\"LogLevel\":\"Error\"");
    }

    [Fact]
    public async Task A_worker_that_is_told_to_cancel_by_a_server_that_runs_no_tasks_does_so()
    {
        await using var busy = await LongTask.StartAsync(server);
        await using var worker = await StartAsync("worker-1");
        await server.InStateAsync(busy.Task, "Executing");
        (await server.Admin.SendAsync("POST", $"/api/tasks/{busy.Task.Id}/cancel")).ShouldBe(200);
        await server.InStateAsync(busy.Task, "Canceled");
    }

    [Fact]
    public async Task A_worker_serves_its_health_and_nothing_else()
    {
        await using var worker = await StartAsync("worker-1");
        using var client = worker.Client(ServerFixture.AdminApiKey);
        foreach (var (path, status) in ((string, HttpStatusCode)[])[("/health/live", HttpStatusCode.OK), ("/health/ready", HttpStatusCode.OK),
            ("/api", HttpStatusCode.NotFound), ("/api/tasks", HttpStatusCode.NotFound), ("/.well-known/jwks", HttpStatusCode.NotFound), ("/token/v1", HttpStatusCode.NotFound), ("/metrics", HttpStatusCode.NotFound)])
        {
            (await client.GetAsync(path)).StatusCode.ShouldBe(status, path);
        }
    }

    [Fact]
    public async Task A_worker_opens_no_key_of_access_tokens_and_no_port_and_a_server_without_worker_runs_no_tasks()
    {
        var task = await server.EnqueueAsync("for a worker");
        var other = await server.EnqueueAsync("another");
        var runner = new TestRunner();
        var port = FreePort.Next();
        string[] settings = [.. Settings("worker-1").Select(setting => $"--{setting.Key.Replace("__", ":")}={setting.Value}"), $"--Urls=http://127.0.0.1:{port}"];
        await using var worker = await Worker.StartAsync(settings, health: false, services => services.AddSingleton<IServerTaskRunner>(runner));
        await server.InStateAsync(task, "Success");
        await server.InStateAsync(other, "Success");
        runner.Begun.ShouldBe(["for a worker", "another"], ignoreOrder: true);
        server.Runner.Begun.ShouldBeEmpty();
        worker.Services.GetRequiredService<SigningKeyRing>().Rows.Select(key => key.Use).ShouldBe([SigningKeyUse.IdTokens]);
        server.Server.Services.GetRequiredService<SigningKeyRing>().Rows.Select(key => key.Use).ShouldBe(SigningKeyUse.All, ignoreOrder: true);
        worker.Services.GetRequiredService<IdTokenSigner>().Sign(_ => { }).ShouldNotBeEmpty();
        using var client = new HttpClient();
        await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync($"http://127.0.0.1:{port}/health/live"));
    }

    [Fact]
    public async Task Serve_has_an_option_for_it()
    {
        await using var alone = ServerProgram.Start(directory.Path, Settings("serving"), ["serve", "--no-worker"]);
        await alone.ReadyAsync();
        await using var connection = await server.Server.Database.DataSource.OpenConnectionAsync();
        await Eventually.TrueAsync(async () => await SaysAsync("serving") == (true, false), "it is there, and takes no tasks");
        (await alone.StopAsync()).ExitCode.ShouldBe(0, alone.Errors);
        (await SaysAsync("serving")).ShouldBeNull("it took that back");

        async Task<(bool Serves, bool RunsTasks)?> SaysAsync(string name) =>
            await connection.QuerySingleOrDefaultAsync<(bool, bool)?>("select serves, runs_tasks from server_nodes where name = @name", new { name });
    }

    private async Task<ServerProgram> StartAsync(string name)
    {
        var worker = ServerProgram.Start(directory.Path, Settings(name), ["worker", "--health"]);
        await worker.ReadyAsync();
        return worker;
    }

    private Dictionary<string, string> Settings(string name) => new()
    {
        ["ConnectionStrings__OctoLogin"] = server.Server.Database.ConnectionString, ["MasterKey"] = ServerFixture.MasterKey,
        ["Tasks__FailOverSeconds"] = "4", ["Tasks__NodeName"] = name,
    };

    /// <summary>The built-in task Retention, kept busy: what it has to remove is locked.</summary>
    private sealed class LongTask : IAsyncDisposable
    {
        private readonly NpgsqlConnection connection;
        private NpgsqlTransaction? holding;

        private LongTask(NpgsqlConnection connection, NpgsqlTransaction holding, ServerTask task) => (this.connection, this.holding, Task) = (connection, holding, task);

        public ServerTask Task { get; }

        public static async Task<LongTask> StartAsync(TaskServer server)
        {
            var old = await server.EnqueueAsync("old");
            var connection = await server.Server.Database.DataSource.OpenConnectionAsync();
            await connection.ExecuteAsync(
                """
                update server_tasks set state = 'Success', completed_time = now() - interval '1 year' where number = @Number;
                insert into server_task_logs (task_number, number, activity, kind, occurred_at) values (@Number, 1, 1, 'Begin', now())
                """, old);
            var holding = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync("select 1 from server_task_logs where task_number = @Number for update", old, holding);
            var task = await server.EnqueueAsync(TaskServer.Task("long") with { Name = RetentionRunner.Name, ConcurrencyKey = "Retention" });
            return new LongTask(connection, holding, task);
        }

        public async Task LetGoAsync()
        {
            await (holding?.RollbackAsync() ?? System.Threading.Tasks.Task.CompletedTask);
            holding = null;
        }

        public async ValueTask DisposeAsync()
        {
            await LetGoAsync();
            await connection.DisposeAsync();
        }
    }
}
