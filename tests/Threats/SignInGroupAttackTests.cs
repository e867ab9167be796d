using System.Text.Json;
using OctoLogin.Tests.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Section E of docs/threats.md, what groups give and take, and the provider's own logout.</summary>
public sealed class SignInGroupAttackTests(ProviderServer provided) : IClassFixture<ProviderServer>, IAsyncLifetime
{
    private const string Event = "http://schemas.openid.net/event/backchannel-logout";

    private readonly ServerFixture server = provided.Server;
    private readonly TestBrowser browser = new(provided.Server);
    private string user = "";

    public async ValueTask InitializeAsync()
    {
        await provided.ResetAsync();
        user = await provided.AddAccountAsync();
    }

    public ValueTask DisposeAsync()
    {
        browser.Dispose();
        return ValueTask.CompletedTask;
    }

    public static TheoryData<string> NoGroups => new("null", "\"\"", "[]", "{\"g\":true}", "true", "[[\"G\"]]", "[{\"Id\":\"G\"}]", "\"G \"", "\" G\"", "[\"G\\u200b\",\"G\\u0000\"]", "\"G,other\"", "[1,null,true]");

    [Theory]
    [MemberData(nameof(NoGroups))]
    public async Task E9_groups_that_are_none_or_only_look_like_one_give_no_team(string claim)
    {
        var group = Tenancy.Unique("group");
        await AddTeamAsync(group, "userroles-systemadministrator");
        provided.Provider.Person["groups"] = JsonDocument.Parse(claim.Replace("G", group)).RootElement;
        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await TeamsAsync()).ShouldBeEmpty();
        (await browser.Client.SendAsync("GET", ProviderServer.Settings)).ShouldBe(403);
    }

    [Fact]
    public async Task E9_no_role_claim_at_all_gives_no_team_and_ten_thousand_groups_give_none_either()
    {
        var group = Tenancy.Unique("group");
        await AddTeamAsync(group, "userroles-systemadministrator");
        provided.Provider.Person.Remove("groups");
        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await TeamsAsync()).ShouldBeEmpty();
        provided.Provider.Person["groups"] = Enumerable.Range(0, 10_000).Select(i => $"g{i}").Append(group).ToArray();
        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await TeamsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task E9_one_of_a_thousand_groups_in_another_case_gives_its_team_alone()
    {
        var group = Tenancy.Unique("group");
        var team = await AddTeamAsync(group.ToUpperInvariant(), "userroles-systemmanager");
        await AddTeamAsync(Tenancy.Unique("another"), "userroles-systemadministrator");
        provided.Provider.Person["groups"] = Enumerable.Range(0, 1000).Select(i => $"cn=group-{i},ou=somewhere,dc=example,dc=com").Append(group).ToArray();
        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await TeamsAsync()).ShouldBe([team]);
        (await browser.Client.SendAsync("GET", "/api/users")).ShouldBe(200);
        (await browser.Client.SendAsync("GET", ProviderServer.Settings)).ShouldBe(403);
    }

    [Fact]
    public async Task E10_a_group_that_was_taken_away_takes_the_team_from_every_session_and_key_with_the_next_sign_in_on_every_replica()
    {
        var group = Tenancy.Unique("group");
        await AddTeamAsync(group, "userroles-systemadministrator");
        provided.Provider.Person["groups"] = group;
        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await browser.Client.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);
        var cookies = browser.Cookies.GetCookieHeader(new Uri(server.Url));
        using var replica = await server.AddReplicaAsync();
        replica.DefaultRequestHeaders.Add("Cookie", cookies);
        (await replica.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);
        using var key = await provided.MakeKeyAsync(browser);
        (await key.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);

        provided.Provider.Person["groups"] = Array.Empty<string>();
        using var elsewhere = new TestBrowser(server);
        (await provided.SignInAsync(elsewhere)).ShouldBe(303);
        (await browser.Client.SendAsync("GET", ProviderServer.Settings)).ShouldBe(403);
        (await key.SendAsync("GET", ProviderServer.Settings)).ShouldBe(403);
        await Eventually.TrueAsync(async () => (await replica.SendAsync("GET", ProviderServer.Settings)).Status == 403, "the replica has heard of it");
        (await server.Admin.SeeAsync($"/api/events?regarding={user}&eventCategories=LoginSucceeded&take=1")).Text.ShouldContain($"GroupsRemoved");
    }

    [Fact]
    public async Task E10_groups_of_a_provider_that_was_disabled_or_replaced_count_no_more()
    {
        var group = Tenancy.Unique("group");
        var team = await AddTeamAsync(group, "userroles-systemadministrator");
        provided.Provider.Person["groups"] = group;
        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await TeamsAsync()).ShouldBe([team]);
        await provided.SaveAsync(new { IsEnabled = false });
        (await browser.Client.SendAsync("GET", ProviderServer.Settings)).ShouldBe(403);
        await provided.SaveAsync(new { IsEnabled = true });
        (await browser.Client.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);
        await provided.SaveAsync(new { Issuer = "https://another.example.com/", ClientSecret = new { HasValue = false } });
        (await TeamsAsync()).ShouldBeEmpty();
    }

    /// <summary>Who was taken out of the company is signed out by the provider, and never signs in again: no API key may keep what their groups gave.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task E10_a_back_channel_logout_takes_the_team_from_every_key_on_every_replica_until_the_next_sign_in(bool bySession)
    {
        var group = Tenancy.Unique("group");
        var team = await AddTeamAsync(group, "userroles-systemadministrator");
        provided.Provider.Person["groups"] = group;
        provided.Provider.Claims = claims => claims["sid"] = $"session-of-{group}";
        (await provided.SignInAsync(browser)).ShouldBe(303);
        using var key = await provided.MakeKeyAsync(browser);
        using var replica = await server.AddReplicaAsync();
        replica.DefaultRequestHeaders.Add("X-Octopus-ApiKey", key.DefaultRequestHeaders.GetValues("X-Octopus-ApiKey"));
        (await key.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);
        (await replica.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);

        var claims = bySession ? provided.Provider.LogoutClaims(null, $"session-of-{group}") : provided.Provider.LogoutClaims((string)provided.Provider.Person["sub"]!);
        (await LogoutAsync(provided.Provider.Sign(claims, "logout+jwt"))).ShouldBe(200);
        (await browser.MeAsync()).ShouldBeNull();
        (await key.SendAsync("GET", ProviderServer.Settings)).ShouldBe(403);
        await Eventually.TrueAsync(async () => (await replica.SendAsync("GET", ProviderServer.Settings)).Status == 403, "the replica has heard of it");
        (await TeamsAsync()).ShouldBeEmpty();
        var told = (await server.Admin.SeeAsync($"/api/events?regarding={user}&eventCategories=Modified&take=1")).Text;
        told.ShouldContain("count no more until their next sign-in with Company Login");
        told.ShouldContain(group);

        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await TeamsAsync()).ShouldBe([team]);
        (await key.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);
    }

    public static TheoryData<string, object?, string> Forged => new()
    {
        { "events", null, "'events'" },
        { "events", new Dictionary<string, object> { ["http://schemas.openid.net/event/another"] = new { } }, "'events'" },
        { "events", new[] { Event }, "'events'" },
        { "nonce", "any", "has a 'nonce'" },
        { "jti", null, "'jti'" },
        { "jti", "", "'jti'" },
        { "iss", "https://evil.example.com/", "'iss'" },
        { "aud", "another-client", "'aud'" },
        { "iat", 1000, "not of now" },
        { "iat", 4102444800, "not of now" },
        { "iat", null, "'iat'" },
        { "exp", 1000, "not of now" },
        { "exp", null, "'exp' is missing" },
        { "exp", "4102444800", "is no time" },
        { "sub", null, "neither 'sub' nor 'sid'" },
        { "sub", "a\0", "holds U+0000" },
        { "sid", "a\0", "holds U+0000" },
    };

    [Theory]
    [MemberData(nameof(Forged))]
    public async Task E11_a_forged_back_channel_logout_leaves_the_session(string claim, object? value, string reason)
    {
        (await provided.SignInAsync(browser)).ShouldBe(303);
        var claims = provided.Provider.LogoutClaims((string)provided.Provider.Person["sub"]!);
        claims[claim] = value;
        await ShouldRefuseLogoutAsync(provided.Provider.Sign(claims.Where(one => one.Value is not null).ToDictionary(), "logout+jwt"), reason);
        (await browser.MeAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task E11_a_back_channel_logout_of_another_key_of_another_kind_or_without_a_token()
    {
        (await provided.SignInAsync(browser)).ShouldBe(303);
        var claims = provided.Provider.LogoutClaims((string)provided.Provider.Person["sub"]!);
        await ShouldRefuseLogoutAsync("", "logout_token is missing");
        await ShouldRefuseLogoutAsync("a.b.c", "");
        await ShouldRefuseLogoutAsync(provided.Provider.Sign(claims, "at+jwt"), "'typ'");
        await ShouldRefuseLogoutAsync(provided.Provider.Sign(claims)[..^6] + "AAAAAA", "signature");
        (provided.Provider.KeyId, var kid) = ("unknown", provided.Provider.KeyId);
        var unknown = provided.Provider.Sign(claims);
        provided.Provider.KeyId = kid;
        await ShouldRefuseLogoutAsync(unknown, "does not publish");
        (await browser.MeAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task E11_a_replayed_back_channel_logout_leaves_the_next_session()
    {
        (await provided.SignInAsync(browser)).ShouldBe(303);
        var token = provided.Provider.Sign(provided.Provider.LogoutClaims((string)provided.Provider.Person["sub"]!), "logout+jwt");
        (await LogoutAsync(token)).ShouldBe(200);
        (await browser.MeAsync()).ShouldBeNull();
        (await provided.SignInAsync(browser)).ShouldBe(303);
        await ShouldRefuseLogoutAsync(token, "used before");
        (await browser.MeAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_back_channel_logout_by_session_ends_that_one_and_by_subject_all()
    {
        using var second = new TestBrowser(server);
        provided.Provider.Claims = claims => claims["sid"] = "session-1";
        (await provided.SignInAsync(browser)).ShouldBe(303);
        provided.Provider.Claims = claims => claims["sid"] = "session-2";
        (await provided.SignInAsync(second)).ShouldBe(303);
        (await LogoutAsync(provided.Provider.Sign(provided.Provider.LogoutClaims(null, "session-2")))).ShouldBe(200);
        (await second.MeAsync()).ShouldBeNull();
        (await browser.MeAsync()).ShouldNotBeNull();
        (await LogoutAsync(provided.Provider.Sign(provided.Provider.LogoutClaims((string)provided.Provider.Person["sub"]!)))).ShouldBe(200);
        (await browser.MeAsync()).ShouldBeNull();
        (await server.Admin.SeeAsync($"/api/events?regarding={user}&eventCategories=SessionEnded")).Json.GetProperty("TotalResults").GetInt32().ShouldBe(2);
    }

    private Task<PageAnswer> LogoutAsync(string token) => new TestBrowser(server).PostAsync("/api/users/logout/GenericOidc/backchannel", ("logout_token", token));

    private async Task ShouldRefuseLogoutAsync(string token, string reason)
    {
        var answer = (await LogoutAsync(token)).ShouldBe(400);
        var body = JsonDocument.Parse(answer.Text).RootElement;
        body.GetProperty("error").GetString().ShouldBe("invalid_request");
        body.GetProperty("error_description").GetString()!.ShouldContain(reason);
        server.Log.Lines.ShouldContain(line => line.StartsWith("Warning ", StringComparison.Ordinal) && line.Contains("A back-channel logout was refused: ", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal));
    }

    private async Task<string> AddTeamAsync(string group, string role)
    {
        var team = await server.Admin.MakeAsync("/api/teams", new { Name = Tenancy.Unique("team"), ExternalSecurityGroups = new[] { new { Id = group, DisplayName = "Shown" } } });
        await server.GiveRoleAsync(team.Id, role, null);
        return team.Id;
    }

    private async Task<string[]> TeamsAsync() => (await server.Admin.SeeAsync($"/api/users/{user}/permissions")).Json.GetProperty("Teams").EnumerateArray().Select(team => team.GetProperty("Id").GetString()!).ToArray();
}
