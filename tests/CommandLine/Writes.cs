using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>Users being made over the API without pause, and which of them were answered with 201.</summary>
internal sealed class Writes
{
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentQueue<string> answered = new();
    private readonly Task[] writers;

    public Writes(ServerProgram server) => writers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => WriteAsync(server)))];

    public ConcurrentBag<HttpStatusCode> Statuses { get; } = [];

    public Task MoreAsync(int count)
    {
        var enough = answered.Count + count;
        return Eventually.TrueAsync(() => answered.Count >= enough, $"{count} more users are made");
    }

    public async Task EndAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(writers);
    }

    public async Task ShouldAllBeThereAsync(ServerProgram server)
    {
        using var admin = server.Client(ServerProgram.AdminApiKey);
        var users = await admin.GetFromJsonAsync<JsonElement>("/api/users?take=2147483647");
        var there = users.GetProperty("Items").EnumerateArray().Select(user => user.GetProperty("Username").GetString()!).ToHashSet();
        answered.ShouldNotBeEmpty();
        answered.Where(name => !there.Contains(name)).ShouldBeEmpty("what was answered with 201 was committed");
    }

    private async Task WriteAsync(ServerProgram server)
    {
        using var admin = server.Client(ServerProgram.AdminApiKey);
        while (!ending.IsCancellationRequested)
        {
            var name = $"user-{Guid.NewGuid():N}";
            try
            {
                using var answer = await admin.PostAsJsonAsync("/api/users", new { Username = name, DisplayName = name }, ending.Token);
                Statuses.Add(answer.StatusCode);
                if (answer.StatusCode == HttpStatusCode.Created)
                {
                    answered.Enqueue(name);
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or OperationCanceledException)
            {
                // Killed while it answered: then nobody was told anything.
                await Task.Yield();
            }
        }
    }
}
