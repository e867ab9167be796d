using System.Net.Http.Json;
using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.Tests.Support;

/// <summary>A service account with an API key, in a team of its own.</summary>
public sealed record TestCaller(string Id, string Username, string ApiKey, HttpClient Client, string TeamId);

/// <summary>An answer of the API.</summary>
public sealed record CallAnswer(int Status, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;
    public string Id => Json.GetProperty("Id").GetString()!;
    public string Error => Json.GetProperty("ErrorMessage").GetString()!;
    public string[] Errors => Json.GetProperty("Errors").Strings();
}

/// <summary>Who a test needs on the server, made as an administrator would make them.</summary>
public static class People
{
    public const string Administrators = "teams-administrators";

    public static async Task<CallAnswer> CallAsync(this HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body, options: Json.Options);
        }
        using var response = await client.SendAsync(request);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static Task<CallAnswer> GetAsync(this HttpClient client, string path, int status) => client.ExpectAsync(HttpMethod.Get, path, null, status);

    /// <summary>Calls, and fails the test with the answer's text when the status is another.</summary>
    public static async Task<CallAnswer> ExpectAsync(this HttpClient client, HttpMethod method, string path, object? body, int status)
    {
        var answer = await client.CallAsync(method, path, body);
        answer.Status.ShouldBe(status, $"{method} {path}: {answer.Text}");
        return answer;
    }

    public static string[] Strings(this JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString()!)];

    public static string[] Names(this JsonElement thing) => [.. thing.EnumerateObject().Select(property => property.Name)];

    /// <summary>The <c>Id</c>s of a page or a bare array.</summary>
    public static string[] Ids(this CallAnswer answer) =>
        [.. (answer.Json.ValueKind == JsonValueKind.Array ? answer.Json : answer.Json.GetProperty("Items")).EnumerateArray().Select(item => item.GetProperty("Id").GetString()!)];

    public static async Task<string> AddKeyAsync(this ServerFixture server, string userId) =>
        (await ServerFixture.PostAsync(server.Admin, $"/api/users/{userId}/apikeys", new { Purpose = "test" })).GetProperty("ApiKey").GetString()!;

    /// <summary>In a team with these roles: <c>role</c> on the server, or <c>role@space</c>.</summary>
    public static async Task<TestCaller> AddCallerAsync(this ServerFixture server, params string[] roles)
    {
        var username = $"caller-{Guid.NewGuid():N}";
        var (id, _) = await server.AddServiceAccountAsync(username);
        var team = await server.AddTeamAsync([id], roles);
        var key = await server.AddKeyAsync(id);
        return new(id, username, key, server.ClientWithKey(key), team);
    }

    public static async Task<string> AddTeamAsync(this ServerFixture server, string[] members, params string[] roles)
    {
        var team = (await ServerFixture.PostAsync(server.Admin, "/api/teams", new { Name = $"team-{Guid.NewGuid():N}", MemberUserIds = members })).GetProperty("Id").GetString()!;
        foreach (var role in roles)
        {
            await server.GiveRoleAsync(team, role.Split('@')[0], role.Contains('@') ? role.Split('@')[1] : null);
        }
        return team;
    }

    public static async Task<string> GiveRoleAsync(this ServerFixture server, string teamId, string roleId, string? spaceId, string[]? projectIds = null, string[]? environmentIds = null) =>
        (await ServerFixture.PostAsync(server.Admin, "/api/scopeduserroles", new
        {
            TeamId = teamId, UserRoleId = roleId, SpaceId = spaceId, ProjectIds = projectIds, EnvironmentIds = environmentIds,
        })).GetProperty("Id").GetString()!;

    public static async Task<string> AddRoleAsync(this ServerFixture server, string[]? space = null, string[]? system = null) =>
        (await ServerFixture.PostAsync(server.Admin, "/api/userroles", new { Name = $"role-{Guid.NewGuid():N}", GrantedSpacePermissions = space, GrantedSystemPermissions = system }))
            .GetProperty("Id").GetString()!;

    public static async Task<string> AddSpaceAsync(this ServerFixture server) =>
        (await ServerFixture.PostAsync(server.Admin, "/api/spaces", new { Name = $"space-{Guid.NewGuid():N}" })).GetProperty("Id").GetString()!;

    public static async Task<string> AddPersonAsync(this ServerFixture server, string? name = null) =>
        (await ServerFixture.PostAsync(server.Admin, "/api/users", new { Username = name ?? $"person-{Guid.NewGuid():N}" })).GetProperty("Id").GetString()!;
}
