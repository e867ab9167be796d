using System.Net.Http.Json;
using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.Tests.Support;

/// <summary>An answer of the API.</summary>
public sealed record ApiAnswer(int Status, string Text, string CorrelationId)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;
    public string Id => this["Id"];

    /// <summary>Every problem that a refusal names, as one text.</summary>
    public string Errors => string.Join("\n", Json.GetProperty("Errors").EnumerateArray().Select(error => error.GetString()));

    public string this[string property] => Json.GetProperty(property).ToString();

    public string[] Names(string property = "Name") => Names(property, value => value.GetString()!);

    /// <summary>A property of each item of a list or a collection.</summary>
    public T[] Names<T>(string property, Func<JsonElement, T> read) =>
        [.. (Json.ValueKind == JsonValueKind.Array ? Json : Json.GetProperty("Items")).EnumerateArray().Select(item => read(item.GetProperty(property)))];

    public ApiAnswer ShouldBe(int status)
    {
        Status.ShouldBe(status, Text);
        return this;
    }

    public ApiAnswer ShouldBeRefused(int status, params string[] errors)
    {
        ShouldBe(status);
        Json.GetProperty("ErrorMessage").GetString().ShouldNotBeNullOrEmpty();
        foreach (var error in errors)
        {
            Errors.ShouldContain(error);
        }
        return this;
    }
}

/// <summary>Calls as clients make them, and what a test needs to be there before.</summary>
public static class Api
{
    public const string Space = "/api/Spaces-1";

    public static async Task<ApiAnswer> SendAsync(this HttpClient client, string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body, options: Json.Options);
        }
        using var response = await client.SendAsync(request);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.GetValues("X-Correlation-Id").Single());
    }

    public static async Task<ApiAnswer> SeeAsync(this HttpClient client, string path) => (await client.SendAsync("GET", path)).ShouldBe(200);

    public static async Task<ApiAnswer> MakeAsync(this HttpClient client, string path, object body) => (await client.SendAsync("POST", path, body)).ShouldBe(201);

    public static async Task<ApiAnswer> AddProjectAsync(this ServerFixture server, string? name = null, string? groupId = null, string space = Space)
    {
        var group = groupId ?? (await server.Admin.SeeAsync($"{space}/projectgroups/default")).Id;
        var lifecycle = await server.Admin.SeeAsync($"{space}/lifecycles/default");
        return await server.Admin.MakeAsync($"{space}/projects", new { Name = name ?? $"Project {Guid.NewGuid():N}", ProjectGroupId = group, LifecycleId = lifecycle.Id });
    }

    public static async Task<ApiAnswer> SetProcessAsync(this ServerFixture server, string projectId, params object[] steps)
    {
        var process = await server.Admin.SeeAsync($"{Space}/projects/{projectId}/deploymentprocesses");
        return (await server.Admin.SendAsync("PUT", $"{Space}/projects/{projectId}/deploymentprocesses", new { Version = process.Json.GetProperty("Version").GetInt32(), Steps = steps })).ShouldBe(200);
    }

    /// <summary>A step of one script action of the same name.</summary>
    public static object Step(string name, params object[] packages) =>
        new { Name = name, Actions = new[] { new { Name = name, ActionType = "Octopus.Script", Packages = packages } } };

    /// <summary>By a team of its own, as an administrator gives it. Limits are Ids; none: no limit.</summary>
    public static async Task GiveLimitedRoleAsync(
        this ServerFixture server, string userId, string roleId, string[]? projects = null, string[]? groups = null, string[]? environments = null, string? spaceId = "Spaces-1", string[]? tenants = null)
    {
        var team = await server.Admin.MakeAsync("/api/teams", new { Name = $"team {Guid.NewGuid():N}", MemberUserIds = new[] { userId } });
        await server.Admin.MakeAsync("/api/scopeduserroles",
            new { UserRoleId = roleId, TeamId = team.Id, SpaceId = spaceId, ProjectIds = projects, ProjectGroupIds = groups, EnvironmentIds = environments, TenantIds = tenants });
    }

    /// <summary>A built-in role without limits, such as <c>userroles-systemmanager</c>; its system permissions unless a space is named.</summary>
    public static Task GrantAsync(this ServerFixture server, string userId, string roleId, string? spaceId = null) =>
        server.GiveLimitedRoleAsync(userId, roleId, spaceId: spaceId);

    /// <summary>The one event of this answer: its category and message.</summary>
    public static async Task<(string Category, string Message)> EventAsync(this ServerFixture server, ApiAnswer answer)
    {
        var happened = (await server.EventsAsync(answer.CorrelationId)).ShouldHaveSingleItem();
        return (happened.Category, happened.Message);
    }
}
