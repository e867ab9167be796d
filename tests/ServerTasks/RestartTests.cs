using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Database.Embedded;
using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServerTasks;

/// <summary>PostgreSQL is killed while tasks run, wait, log and end.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private readonly TestDirectory directory = new();
    private readonly TestRunner runner = new();
    private RunningServer server = null!;

    public async ValueTask InitializeAsync() => server = await Server.StartAsync(
        [$"--Urls=http://127.0.0.1:{FreePort.Next()}", $"--DataDirectory={directory.Path}", "--Tasks:Concurrency=3"],
        services => services.AddSingleton<IServerTaskRunner>(runner).AddLogging(logging => logging.ClearProviders()));

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task No_task_runs_twice_none_is_lost_and_none_hangs_when_PostgreSQL_is_killed_again_and_again()
    {
        var ids = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            runner.On($"task {i}", async (task, cancel) =>
            {
                for (var line = 0; line < 20; line++)
                {
                    task.Log.Info($"line {line}");
                    await Task.Delay(20, cancel);
                }
            });
            ids.Add(await EnqueueAsync($"task {i}", i % 4 == 0 ? "key" : null));
        }
        for (var kill = 0; kill < 3; kill++)
        {
            var begun = runner.Begun.Count;
            await Eventually.TrueAsync(() => runner.Begun.Count > begun, "tasks run (again)", TimeSpan.FromMinutes(1));
            foreach (var pid in PostgresProcesses.On(directory.Path))
            {
                LibC.Signal(pid, LibC.Kill);
            }
        }
        await Eventually.TrueAsync(async () => await AllEndedAsync(), "all have ended", TimeSpan.FromMinutes(2));

        runner.Begun.Order().ShouldBe(Enumerable.Range(0, 40).Select(i => $"task {i}").Order(), "each once");
        var (tasks, logs) = (server.App.Services.GetRequiredService<ServerTaskStore>(), server.App.Services.GetRequiredService<TaskLogStore>());
        foreach (var id in ids)
        {
            var task = (await tasks.FindAsync(null, id, default)).ShouldNotBeNull();
            task.State.ShouldBe(TaskState.Success, task.ErrorMessage);
            var lines = new List<string>();
            await foreach (var entry in logs.ReadAllAsync(task, default))
            {
                lines.Add(entry.Kind == LogEntryKind.Line ? entry.Message : $"{entry.Kind}");
            }
            lines.ShouldBe(["Begin", .. Enumerable.Range(0, 20).Select(line => $"line {line}"), "End"], task.Description);
        }
    }

    private async Task<bool> AllEndedAsync()
    {
        try
        {
            await using var command = server.Database.DataSource.CreateCommand("select count(*) from server_tasks where completed_time is null");
            return (long)(await command.ExecuteScalarAsync())! == 0;
        }
        catch (Exception outage) when (Outage.Is(outage))
        {
            return false;
        }
    }

    private async Task<string> EnqueueAsync(string description, string? key) =>
        (await server.Database.DataSource.InTransactionAsync(connection => server.App.Services.GetRequiredService<ServerTaskQueue>()
            .EnqueueAsync(connection, TaskServer.Task(description) with { ConcurrencyKey = key }, default))).Id;
}
