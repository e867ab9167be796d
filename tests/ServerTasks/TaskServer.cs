using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServerTasks;

/// <summary>A runner of tasks named <see cref="Name"/>, which do what the test says for their description, by default nothing.</summary>
public sealed class TestRunner : IServerTaskRunner
{
    public const string Name = "Test";

    private readonly ConcurrentDictionary<string, Func<RunningTask, CancellationToken, Task>> doings = new();

    /// <summary>Descriptions of the tasks that were begun, in that order.</summary>
    public ConcurrentQueue<string> Begun { get; } = new();

    public string TaskName => Name;

    public void On(string description, Func<RunningTask, CancellationToken, Task> what) => doings[description] = what;

    /// <summary>The tasks of this description run until the test lets them go on, or they are told to stop.</summary>
    public TaskCompletionSource Hold(string description)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        On(description, (_, cancel) => gate.Task.WaitAsync(cancel));
        return gate;
    }

    /// <summary>The same for tasks of another name, so that a test says which nodes run them.</summary>
    public IServerTaskRunner As(string name) => new Alias(name, this);

    public async Task RunAsync(RunningTask task, CancellationToken cancel)
    {
        Begun.Enqueue(task.Task.Description);
        if (doings.TryGetValue(task.Task.Description, out var what))
        {
            await what(task, cancel);
        }
    }

    private sealed class Alias(string name, TestRunner runner) : IServerTaskRunner
    {
        public string TaskName => name;

        public Task RunAsync(RunningTask task, CancellationToken cancel) => runner.RunAsync(task, cancel);
    }
}

/// <summary>A server that runs tests' tasks, and what tests ask of it.</summary>
public sealed class TaskServer : IAsyncLifetime
{
    public TaskServer() => Server.AlsoReplace = services => services.AddSingleton<IServerTaskRunner>(Runner);

    /// <summary>In the order of their numbers, all at once.</summary>
    public Task<List<ServerTask>> EnqueueAllAsync(IEnumerable<NewServerTask> tasks) => EnqueueAllAsync(Server, tasks);

    public static Task<List<ServerTask>> EnqueueAllAsync(ServerFixture server, IEnumerable<NewServerTask> tasks) =>
        server.Services.GetRequiredService<NpgsqlDataSource>().InTransactionAsync(async connection =>
        {
            var queued = new List<ServerTask>();
            foreach (var task in tasks)
            {
                queued.Add(await server.Services.GetRequiredService<ServerTaskQueue>().EnqueueAsync(connection, task, CancellationToken.None));
            }
            return queued;
        });

    public static TaskServer With(params (string Name, string Value)[] settings)
    {
        var server = new TaskServer();
        foreach (var (name, value) in settings)
        {
            server.Server.Settings[name] = value;
        }
        return server;
    }

    public ServerFixture Server { get; } = new();
    public TestRunner Runner { get; } = new();
    public HttpClient Admin => Server.Admin;

    public ValueTask InitializeAsync() => Server.InitializeAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public static NewServerTask Task(string description) => new() { SpaceId = "Spaces-1", Name = TestRunner.Name, Description = description };

    public Task<ServerTask> EnqueueAsync(string description) => EnqueueAsync(Task(description));

    public async Task<ServerTask> EnqueueAsync(NewServerTask task) => (await EnqueueAllAsync([task])).Single();

    public Task<JsonElement> SeeAsync(ServerTask task) => SeeAsync(Server, task);

    public static async Task<JsonElement> SeeAsync(ServerFixture server, ServerTask task) => (await server.Admin.SeeAsync($"/api/tasks/{task.Id}")).Json;

    public Task<JsonElement> InStateAsync(ServerTask task, string state) => InStateAsync(Server, task, state);

    /// <summary>Waits until it is, and returns the task as a client reads it.</summary>
    public static async Task<JsonElement> InStateAsync(ServerFixture server, ServerTask task, string state, TimeSpan? limit = null)
    {
        JsonElement seen = default;
        await Eventually.TrueAsync(async () =>
        {
            seen = await SeeAsync(server, task);
            var now = seen.GetProperty("State").GetString();
            (now != state && seen.GetProperty("IsCompleted").GetBoolean()).ShouldBeFalse($"{task.Description} is {now}, not {state}: {seen}");
            return now == state;
        }, $"{task.Description} is {state}", limit);
        return seen;
    }

    public async Task<string> StateAsync(ServerTask task) => (await SeeAsync(task)).GetProperty("State").GetString()!;
}
