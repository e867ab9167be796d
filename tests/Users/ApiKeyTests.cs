using System.Net.Http.Headers;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Users;

public sealed class ApiKeyTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Refuses_to_let_a_key_that_ends_make_one_that_does_not()
    {
        var caller = await server.AddCallerAsync();
        var ends = server.Clock.GetUtcNow().AddHours(1);
        var made = await ServerFixture.PostAsync(caller.Client, $"/api/users/{caller.Id}/apikeys", new { Purpose = "short", Expires = ends });
        using var client = server.ClientWithKey(made.GetProperty("ApiKey").GetString()!);
        await client.ExpectAsync(HttpMethod.Post, $"/api/users/{caller.Id}/apikeys", new { Purpose = "forever" }, 403);
        await client.ExpectAsync(HttpMethod.Post, $"/api/users/{caller.Id}/apikeys", new { Purpose = "longer", Expires = ends.AddMinutes(1) }, 403);
        await client.ExpectAsync(HttpMethod.Post, $"/api/users/{caller.Id}/apikeys", new { Purpose = "as long", Expires = ends.AddMinutes(-1) }, 201);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_kept_nowhere()
    {
        var caller = await server.AddCallerAsync();
        var made = await caller.Client.ExpectAsync(HttpMethod.Post, $"/api/users/{caller.Id}/apikeys", new { Purpose = "deploy", Expires = server.Clock.GetUtcNow().AddDays(1) }, 201);
        made.Json.Names().ShouldBe(["Id", "ApiKey", "UserId", "Purpose", "Created", "Expires"]);
        var key = made.Json.GetProperty("ApiKey").GetString()!;
        key.ShouldMatch("^API-[A-Z2-7]{32}$");

        var listed = await caller.Client.GetAsync($"/api/users/{caller.Id}/apikeys", 200);
        listed.Text.ShouldNotContain(key);
        var row = listed.Json.GetProperty("Items").EnumerateArray().Single(item => item.GetProperty("Id").GetString() == made.Id);
        row.Names().ShouldBe(["Id", "UserId", "Purpose", "Created", "Expires", "LastUsed", "Hint"]);
        row.GetProperty("Hint").GetString().ShouldBe(key[..7] + "…");
        (await server.Admin.GetAsync("/api/events?take=1000", 200)).Text.ShouldNotContain(key);
        server.Log.Lines.ShouldNotContain(line => line.Contains(key));

        using var client = server.ClientWithKey(key);
        (await client.GetAsync("/api/users/me", 200)).Id.ShouldBe(caller.Id);
    }

    [Fact]
    public async Task A_key_ends_when_it_expires_is_deleted_or_its_user_is_disabled_or_deleted()
    {
        var caller = await server.AddCallerAsync();
        var expiring = await KeyAsync(caller, server.Clock.GetUtcNow().AddHours(1));
        await expiring.Client.GetAsync("/api/users/me", 200);
        server.Clock.Advance(TimeSpan.FromHours(1));
        await RefusedAsync(expiring.Client);

        var deleted = await KeyAsync(caller, null);
        await deleted.Client.GetAsync("/api/users/me", 200);
        await caller.Client.ExpectAsync(HttpMethod.Delete, $"/api/users/{caller.Id}/apikeys/{deleted.Id}", null, 200);
        await RefusedAsync(deleted.Client);
        await caller.Client.ExpectAsync(HttpMethod.Delete, $"/api/users/{caller.Id}/apikeys/{deleted.Id}", null, 404);

        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{caller.Id}", new { IsActive = false }, 200);
        await RefusedAsync(caller.Client);
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{caller.Id}", new { IsActive = true }, 200);
        await caller.Client.GetAsync("/api/users/me", 200);
        await server.Admin.ExpectAsync(HttpMethod.Delete, $"/api/users/{caller.Id}", null, 200);
        await RefusedAsync(caller.Client);
    }

    [Fact]
    public async Task When_a_key_was_used_last_is_in_the_list_and_written_once_a_minute()
    {
        var caller = await server.AddCallerAsync();
        (await LastUsedAsync(caller)).ShouldBeNull("the list is asked with another key");
        await caller.Client.GetAsync("/api/users/me", 200);
        await Eventually.TrueAsync(async () => await LastUsedAsync(caller) is not null, "the use is written down");
        var first = await LastUsedAsync(caller);

        server.Clock.Advance(TimeSpan.FromSeconds(50));
        await caller.Client.GetAsync("/api/users/me", 200);
        server.Clock.Advance(TimeSpan.FromSeconds(20));
        await caller.Client.GetAsync("/api/users/me", 200);
        await Eventually.TrueAsync(async () => await LastUsedAsync(caller) > first, "the use a minute later is written down");
        (await LastUsedAsync(caller) - first)!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(60), "the one in between is not");
    }

    private async Task<DateTimeOffset?> LastUsedAsync(TestCaller caller)
    {
        var key = (await server.Admin.GetAsync($"/api/users/{caller.Id}/apikeys", 200)).Json.GetProperty("Items").EnumerateArray().Single();
        return key.GetProperty("LastUsed") is { ValueKind: System.Text.Json.JsonValueKind.String } at ? at.GetDateTimeOffset() : null;
    }

    [Theory]
    [InlineData("API-WRONGWRONGWRONGWRONGWRONGWRONGWR")]
    [InlineData("api-testadmintestadmintestadmin")]
    [InlineData("nonsense")]
    public async Task A_wrong_key_is_refused(string key)
    {
        using var client = server.ClientWithKey(key);
        await RefusedAsync(client);
    }

    [Fact]
    public async Task A_blank_key_header_is_as_none()
    {
        var caller = await server.AddCallerAsync();
        var (_, token) = await TokenAsync();
        foreach (var blank in (string[])["", " "])
        {
            using var anonymous = new HttpRequestMessage(HttpMethod.Get, $"{server.Url}/api");
            anonymous.Headers.TryAddWithoutValidation("X-Octopus-ApiKey", blank);
            ((int)(await server.Anonymous.SendAsync(anonymous)).StatusCode).ShouldBe(200);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Url}/api/users/me");
            request.Headers.TryAddWithoutValidation("X-Octopus-ApiKey", blank);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            ((int)(await server.Anonymous.SendAsync(request)).StatusCode).ShouldBe(200);
        }
    }

    [Fact]
    public async Task Refuses_two_credentials_of_different_users_and_one_good_beside_one_bad()
    {
        var caller = await server.AddCallerAsync();
        var (account, token) = await TokenAsync();
        await BothAsync(token, caller.ApiKey, 401);
        await BothAsync(token, "API-WRONGWRONGWRONGWRONGWRONGWRONGWR", 401);
        await BothAsync("not-a-token", caller.ApiKey, 401);
        await BothAsync(token, await server.AddKeyAsync(account), 200);
    }

    [Fact]
    public async Task Refuses_to_let_a_token_that_ends_buy_a_key_that_does_not()
    {
        var (account, token) = await TokenAsync();
        using var client = server.ClientWithToken(token);
        (await client.ExpectAsync(HttpMethod.Post, $"/api/users/{account}/apikeys", new { Purpose = "for ever" }, 403)).Error.ShouldStartWith("An access token cannot make an API key");
    }

    [Fact]
    public async Task Refuses_to_let_a_key_slip_a_token_out_of_its_scope()
    {
        var account = await server.AddTrustedAccountAsync();
        await server.AddTeamAsync([account.Id], "userroles-systemmanager");
        var narrow = (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience), ("scope", "EventView"))).AccessToken;
        var key = await server.AddKeyAsync(account.Id);
        using var byKey = server.ClientWithKey(key);
        await byKey.GetAsync("/api/users", 200);
        byKey.DefaultRequestHeaders.Authorization = new("Bearer", narrow);
        await byKey.GetAsync("/api/users", 403);
        await byKey.GetAsync("/api/events", 200);
    }

    [Fact]
    public async Task Refuses_to_let_a_narrowed_token_delete_its_accounts_keys_or_change_teams()
    {
        var account = await server.AddTrustedAccountAsync();
        var team = await server.AddTeamAsync([account.Id], "userroles-systemmanager");
        await server.AddKeyAsync(account.Id);
        var narrow = (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience), ("scope", "TeamEdit TeamView"))).AccessToken;
        using var client = server.ClientWithToken(narrow);
        var key = (await client.GetAsync($"/api/users/{account.Id}/apikeys", 200)).Ids()[0];
        (await client.ExpectAsync(HttpMethod.Delete, $"/api/users/{account.Id}/apikeys/{key}", null, 403)).Error.ShouldBe("An access token whose scope was narrowed cannot delete API keys.");
        (await client.ExpectAsync(HttpMethod.Put, $"/api/teams/{team}", new { Name = "x" }, 403)).Error.ShouldBe("Changing this team cannot be done with an access token whose scope was narrowed.");
        (await client.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = "userroles-systemmanager", TeamId = team }, 403)).Error.ShouldContain("was narrowed");
        (await client.GetAsync("/api/users", 403)).Error.ShouldContain("The access token's scope does not include it.");
    }

    [Fact]
    public async Task A_key_of_a_person_is_made_by_that_person_alone()
    {
        var person = await server.AddPersonAsync();
        (await server.Admin.ExpectAsync(HttpMethod.Post, $"/api/users/{person}/apikeys", new { Purpose = "mine now" }, 403)).Error.ShouldStartWith("Only the person themself");
        var admin = (await server.Admin.GetAsync("/api/users/me", 200)).Id;
        await server.Admin.ExpectAsync(HttpMethod.Post, $"/api/users/{admin}/apikeys", new { Purpose = "mine" }, 201);
    }

    [Fact]
    public async Task Every_fault_of_a_key_is_told_at_once()
    {
        var caller = await server.AddCallerAsync();
        var answer = await caller.Client.ExpectAsync(HttpMethod.Post, $"/api/users/{caller.Id}/apikeys", new { Expires = server.Clock.GetUtcNow().AddMinutes(-1) }, 400);
        answer.Errors[0].ShouldBe("Purpose is required.");
        answer.Errors[1].ShouldStartWith("Expires is ");
        var other = await server.AddCallerAsync();
        await caller.Client.ExpectAsync(HttpMethod.Post, $"/api/users/{other.Id}/apikeys", new { Purpose = "theirs" }, 403);
        await caller.Client.GetAsync($"/api/users/{other.Id}/apikeys", 403);
    }

    private async Task<(string Id, HttpClient Client)> KeyAsync(TestCaller caller, DateTimeOffset? expires)
    {
        var made = await caller.Client.ExpectAsync(HttpMethod.Post, $"/api/users/{caller.Id}/apikeys", new { Purpose = "test", Expires = expires }, 201);
        return (made.Id, server.ClientWithKey(made.Json.GetProperty("ApiKey").GetString()!));
    }

    private async Task<(string Account, string Token)> TokenAsync()
    {
        var account = await server.AddTrustedAccountAsync();
        return (account.Id, (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience))).AccessToken);
    }

    private async Task BothAsync(string token, string key, int status)
    {
        using var client = server.ClientWithKey(key);
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        (await client.CallAsync(HttpMethod.Get, "/api/users/me")).Status.ShouldBe(status);
    }

    private static async Task RefusedAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/api/users/me");
        ((int)response.StatusCode).ShouldBe(401);
        response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        (await response.Content.ReadAsStringAsync()).ShouldContain("You are not signed in");
    }
}
