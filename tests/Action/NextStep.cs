using System.Net.Http.Json;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>
/// The next step of the same job: all it knows is the environment that the action left it. It does what Octopus's actions do with that:
/// asks who it is, then works.
/// </summary>
internal sealed class NextStep : IDisposable
{
    private readonly HttpClient client;

    public NextStep(ActionRun login, HttpMessageHandler? handler = null)
    {
        client = new HttpClient(handler ?? new HttpClientHandler()) { BaseAddress = new Uri(login.Env["OCTOPUS_URL"]) };
        if (login.Env.TryGetValue("OCTOPUS_ACCESS_TOKEN", out var accessToken))
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", accessToken);
        }
        if (login.Env.TryGetValue("OCTOPUS_API_KEY", out var apiKey))
        {
            client.DefaultRequestHeaders.Add("X-Octopus-ApiKey", apiKey);
        }
    }

    public async Task ShouldWorkAsAsync(string accountId)
    {
        var me = await client.GetFromJsonAsync<JsonElement>("/api/users/me");
        me.GetProperty("Id").GetString().ShouldBe(accountId);
        me.GetProperty("IsService").GetBoolean().ShouldBeTrue();
    }

    public async Task ShouldBeRefusedAsync()
    {
        using var response = await client.GetAsync("/api/users/me");
        ((int)response.StatusCode).ShouldBe(401);
    }

    public void Dispose() => client.Dispose();
}
