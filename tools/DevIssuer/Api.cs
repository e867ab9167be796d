using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace OctoLogin.DevIssuer;

/// <summary>The server's REST API, by somebody.</summary>
internal sealed class Api : IDisposable
{
    private readonly HttpClient client;

    private Api(string url, string header, string value)
    {
        client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url) };
        client.DefaultRequestHeaders.Add(header, value);
    }

    public static Api WithKey(string url, string apiKey) => new(url, "X-Octopus-ApiKey", apiKey);

    public static Api WithToken(string url, string accessToken) => new(url, "Authorization", $"Bearer {accessToken}");

    public async Task<HttpStatusCode> StatusAsync(string path, CancellationToken cancel)
    {
        using var answer = await client.GetAsync(path, cancel);
        return answer.StatusCode;
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancel)
    {
        using var answer = await client.GetAsync(path, cancel);
        return await ReadAsync($"GET {path}", answer, cancel);
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, object body, CancellationToken cancel)
    {
        // Names as they are written: the API's are in Pascal case.
        using var answer = await client.PostAsJsonAsync(path, body, JsonSerializerOptions.Default, cancel);
        return (answer.StatusCode, await ReadAsync($"POST {path}", answer, cancel));
    }

    public void Dispose() => client.Dispose();

    private static async Task<JsonElement> ReadAsync(string asked, HttpResponseMessage answer, CancellationToken cancel)
    {
        var text = await answer.Content.ReadAsStringAsync(cancel);
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(text).RootElement
            : throw new DemoException($"{asked} answered {(int)answer.StatusCode}: {text}");
    }
}
