using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OctoLogin.Http;
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

    /// <summary>As OctopusDeploy/create-release-action does; the answer's status and the release's version.</summary>
    public async Task<(HttpStatusCode Status, string? Version)> CreateReleaseAsync(string spaceId, string projectName)
    {
        using var response = await client.PostAsJsonAsync($"/api/{spaceId}/releases/create/v1", new { SpaceIdOrName = spaceId, ProjectName = projectName }, Json.Options);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (response.StatusCode, answer.TryGetProperty("ReleaseVersion", out var version) ? version.GetString() : null);
    }

    public void Dispose() => client.Dispose();
}
