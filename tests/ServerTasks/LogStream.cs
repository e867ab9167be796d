using System.Text.Json;

namespace OctoLogin.Tests.ServerTasks;

/// <summary>A server-sent event, and a client that reads them as they come.</summary>
public sealed record SentEvent(string Id, string Name, JsonElement Data);

public sealed class LogStream(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    public HttpResponseMessage Response => response;

    public static async Task<LogStream> OpenAsync(HttpClient client, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>Null: the stream has ended.</summary>
    public async Task<SentEvent?> NextAsync()
    {
        var (id, name) = ("", "");
        while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case ["id", var value]:
                    id = value;
                    break;
                case ["event", var value]:
                    name = value;
                    break;
                case ["data", var value]:
                    return new(id, name, JsonDocument.Parse(value).RootElement);
            }
        }
        return null;
    }

    public async Task<List<SentEvent>> RestAsync()
    {
        var all = new List<SentEvent>();
        while (await NextAsync() is { } next)
        {
            all.Add(next);
        }
        return all;
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
