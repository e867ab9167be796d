using Microsoft.Extensions.DependencyInjection;
using OctoLogin.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.SignIn;

/// <summary>How long a person stays signed in, and who sees and ends their sessions.</summary>
public sealed class SessionTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_session_ends_twenty_minutes_after_its_last_request()
    {
        var (_, _, browser) = await server.SignedInPersonAsync();
        for (var i = 0; i < 3; i++)
        {
            server.Clock.Advance(TimeSpan.FromMinutes(18));
            (await browser.StatusAsync()).ShouldBe(200);
            // Answered from memory, and still a request.
            server.Clock.Advance(TimeSpan.FromSeconds(45));
            (await browser.StatusAsync()).ShouldBe(200);
        }
        server.Clock.Advance(TimeSpan.FromMinutes(20));
        (await browser.StatusAsync()).ShouldBe(401);
    }

    [Fact]
    public async Task A_session_ends_a_day_after_the_sign_in_whatever_is_done_with_it()
    {
        var (_, _, browser) = await server.SignedInPersonAsync();
        for (var minutes = 0; minutes < 24 * 60 - 15; minutes += 15)
        {
            (await browser.StatusAsync()).ShouldBe(200);
            server.Clock.Advance(TimeSpan.FromMinutes(15));
        }
        (await browser.StatusAsync()).ShouldBe(200);
        server.Clock.Advance(TimeSpan.FromMinutes(15));
        (await browser.StatusAsync()).ShouldBe(401);
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_by_their_person()
    {
        var (id, username, here) = await server.SignedInPersonAsync();
        using var elsewhere = await server.SignInAsync(username);
        using var third = await server.SignInAsync(username);
        var list = await here.CallAsync("GET", $"/api/users/{id}/sessions");
        list.Text.ShouldNotContain(here.Session!);
        var items = list.Json.GetProperty("Items").EnumerateArray().ToList();
        items[0].Names().ShouldBe(["Id", "UserId", "SignedInWith", "Created", "LastSeen", "Expires", "IpAddress", "UserAgent", "IsCurrent"]);
        (items[0].GetProperty("SignedInWith").GetString(), items[0].GetProperty("IpAddress").GetString()).ShouldBe(("password", "127.0.0.1"));
        items.Count(item => item.GetProperty("IsCurrent").GetBoolean()).ShouldBe(1);
        items.Count.ShouldBe(3);

        var other = (await elsewhere.CallAsync("GET", $"/api/users/{id}/sessions")).Json.GetProperty("Items").EnumerateArray().Single(item => item.GetProperty("IsCurrent").GetBoolean()).GetProperty("Id").GetString();
        (await here.CallAsync("DELETE", $"/api/users/{id}/sessions/{other}")).Status.ShouldBe(200);
        (await here.StatusAsync(), await elsewhere.StatusAsync(), await third.StatusAsync()).ShouldBe((200, 401, 200));
        (await here.CallAsync("DELETE", $"/api/users/{id}/sessions/{other}")).Status.ShouldBe(404);
        (await here.CallAsync("DELETE", $"/api/users/{id}/sessions")).Status.ShouldBe(200);
        (await here.StatusAsync(), await third.StatusAsync()).ShouldBe((200, 401));
    }

    [Fact]
    public async Task Sessions_of_others_are_for_those_who_may_edit_users_and_hold_all_that_they_may_do()
    {
        var (id, _, browser) = await server.SignedInPersonAsync();
        var (administrator, _, _) = await server.SignedInPersonAsync();
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/teams/{People.Administrators}", new { MemberUserIds = (string[])[(await server.Admin.GetAsync("/api/users/me", 200)).Id, administrator] }, 200);
        var (_, _, nobody) = await server.SignedInPersonAsync();
        var (_, _, manager) = await server.SignedInPersonAsync("userroles-systemmanager");
        foreach (var (by, whose, status) in ((Browser, string, int)[])[(nobody, id, 403), (manager, administrator, 403), (manager, id, 200)])
        {
            (await by.CallAsync("GET", $"/api/users/{whose}/sessions")).Status.ShouldBe(status);
            (await by.CallAsync("DELETE", $"/api/users/{whose}/sessions")).Status.ShouldBe(status);
        }
        (await browser.StatusAsync()).ShouldBe(401);
    }

    [Fact]
    public async Task The_sessions_of_a_disabled_person_end_and_do_not_come_back()
    {
        var (id, _, browser) = await server.SignedInPersonAsync();
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{id}", new { IsActive = false }, 200);
        (await browser.StatusAsync()).ShouldBe(401);
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{id}", new { IsActive = true }, 200);
        (await browser.StatusAsync()).ShouldBe(401);
    }

    [Fact]
    public async Task What_a_person_may_do_in_a_session_changes_at_once()
    {
        var (id, _, browser) = await server.SignedInPersonAsync();
        (await browser.CallAsync("GET", "/api/users")).Status.ShouldBe(403);
        await server.AddTeamAsync([id], "userroles-systemmanager");
        (await browser.CallAsync("GET", "/api/users")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_cookie_is_no_key_no_token_and_nothing_at_the_token_endpoints()
    {
        var (_, _, browser) = await server.SignedInPersonAsync();
        (await browser.StatusAsync()).ShouldBe(200);
        foreach (var text in (string[])[browser.Session!, $"session {browser.Session}"])
        {
            using var bearer = server.ClientWithToken(text);
            (await bearer.CallAsync(HttpMethod.Get, "/api/users/me")).Status.ShouldBe(401);
            using var key = server.ClientWithKey(text);
            (await key.CallAsync(HttpMethod.Get, "/api/users/me")).Status.ShouldBe(401);
        }
        using var introspected = await browser.SubmitAsync("/token/introspect/v1", ("token", "x"));
        ((int)introspected.StatusCode).ShouldBe(401);
    }

    [Fact]
    public async Task What_has_ended_is_removed()
    {
        var (id, _, _) = await server.SignedInPersonAsync();
        using var stranger = new Browser(server.Url);
        await stranger.LoginAsync("nobody", "wrong");
        server.Clock.Advance(TimeSpan.FromMinutes(20));
        await server.Services.GetRequiredService<SignInUpkeep>().PurgeAsync(default);
        (await server.CountAsync($"sessions where user_id = '{id}'")).ShouldBe(0);
        (await server.CountAsync("sign_in_failures")).ShouldBe(0);
    }
}
