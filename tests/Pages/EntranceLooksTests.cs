using System.Net.Http.Json;
using Dapper;
using Microsoft.Playwright;
using OctoLogin.Tests.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Pages;

/// <summary>What people see who are not in yet, or whom something refuses: the sign-in page with whatever is on, what the provider brought, and the pages of errors.</summary>
public sealed class EntranceLooksTests(Chromium chromium, EntranceLooksTests.Fixture provided) : PageTests(chromium), IClassFixture<EntranceLooksTests.Fixture>
{
    private const string Users = "/app/users";

    private readonly ServerFixture server = provided.Server;

    /// <summary>Behind a proxy, so that each tab may have an address of its own.</summary>
    public sealed class Fixture : ProviderServer
    {
        public Fixture() => Server.Settings["TrustedProxies:0"] = "127.0.0.1";
    }

    [Fact]
    public async Task The_sign_in_page_with_whatever_is_on()
    {
        var tab = await OpenAsync(server.Url);
        tab.Expect("400");
        await provided.ResetAsync(new { IsEnabled = false });
        (await tab.GoAsync("/app/sign-in")).ShouldBe(200);
        await Assertions.Expect(tab.Page.GetByLabel("Password")).ToHaveCountAsync(1);
        await tab.DoesNotSeeAsync("Company Login");
        await tab.LooksGoodEveryWayAsync();

        await provided.SaveAsync(new { IsEnabled = true });
        await tab.GoAsync("/app/sign-in");
        await tab.SeesAsync("Company Login");
        await tab.LooksGoodEveryWayAsync();
        await tab.FillAsync("User name", "nobody");
        await tab.FillAsync("Password", "wrong");
        await tab.PressAsync("Sign in");
        await tab.SeesAsync("Invalid username or password.");
        await tab.SeesAsync("Company Login");
        await tab.LooksGoodEveryWayAsync();

        await using var closed = ServerFixture.ReplicaOf(server);
        closed.Settings["SignIn:PasswordsEnabled"] = "false";
        await closed.StartAsync();
        var there = await OpenAsync(closed.Url);
        await there.GoAsync("/app/sign-in");
        await there.SeesAsync("Company Login");
        await Assertions.Expect(there.Page.GetByLabel("Password")).ToHaveCountAsync(0);
        await there.LooksGoodEveryWayAsync();
        await provided.SaveAsync(new { IsEnabled = false });
        await Eventually.TrueAsync(async () => (await closed.Anonymous.GetStringAsync("/app/sign-in")).Contains("Nobody can sign in here now", StringComparison.Ordinal), "the replica knows that nothing is on");
        await there.GoAsync("/app/sign-in");
        await there.SeesAsync("Nobody can sign in here now");
        await there.LooksGoodEveryWayAsync();
    }

    [Fact]
    public async Task What_a_test_of_the_provider_brought_and_what_was_refused()
    {
        await provided.ResetAsync();
        await server.Admin.MakeAsync("/api/teams", new { Name = Tenancy.Unique("By a group"), ExternalSecurityGroups = new[] { new { Id = "developers" } } });
        provided.Provider.Person["groups"] = new[] { "developers", "a group with a name that is longer than a phone is wide, as directories have them" };
        var tab = await OpenAsync(server.Url);
        tab.Expect("400");
        var begun = await tab.Context.APIRequest.GetAsync($"{ProviderServer.Start}/test", new()
        {
            MaxRedirects = 0, Headers = [KeyValuePair.Create("X-Octopus-ApiKey", ServerFixture.AdminApiKey)],
        });
        begun.Status.ShouldBe(303);
        (await tab.GoAsync(provided.Provider.Authorize(begun.Headers["location"]))).ShouldBe(200);
        await tab.SeesAsync("Nothing was changed and nobody was signed in");
        await tab.SeesAsync("By a group");
        await tab.LooksGoodEveryWayAsync();

        (await tab.GoAsync($"{ProviderServer.Redirect}?state=forged")).ShouldBe(400);
        await tab.SeesAsync("You were not signed in");
        await tab.LooksGoodEveryWayAsync();
    }

    [Fact]
    public async Task The_pages_of_errors()
    {
        var somebody = await server.AddCallerAsync();
        var tab = await OpenAsync(server.Url);
        await tab.Context.SetExtraHTTPHeadersAsync([KeyValuePair.Create("X-Octopus-ApiKey", somebody.ApiKey)]);
        await ShowAsync(tab, Users, 403, "UserView");
        await ShowAsync(tab, "/app/nowhere", 404, "There is no such page here");

        await tab.Context.SetExtraHTTPHeadersAsync([KeyValuePair.Create("X-Octopus-ApiKey", ServerFixture.AdminApiKey)]);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        // No outage: a statement that is wrong, as after a fault of ours.
        await connection.ExecuteAsync("alter table lifecycles rename to lifecycles_elsewhere");
        try
        {
            await ShowAsync(tab, "/app/spaces/default/lifecycles", 500, "It is a fault of the server, not of yours.");
        }
        finally
        {
            await connection.ExecuteAsync("alter table lifecycles_elsewhere rename to lifecycles");
        }
    }

    [Fact]
    public async Task The_page_of_who_tried_too_often()
    {
        const string Address = "203.0.113.9";
        using var guesses = new HttpClient { BaseAddress = new Uri(server.Url) };
        guesses.DefaultRequestHeaders.Add("X-Forwarded-For", Address);
        for (var i = 0; i < 10; i++)
        {
            using var answer = await guesses.PostAsJsonAsync("/api/users/login", new { Username = $"nobody-{i}", Password = "wrong" });
            ((int)answer.StatusCode).ShouldBe(400);
        }
        var tab = await OpenAsync(server.Url);
        tab.Expect("429");
        await tab.Context.SetExtraHTTPHeadersAsync([KeyValuePair.Create("X-Forwarded-For", Address)]);
        await tab.SignInAsync("nobody", "wrong");
        await tab.SeesAsync("Too many attempts");
        await tab.LooksGoodEveryWayAsync();
    }

    private static async Task ShowAsync(Tab tab, string path, int status, string words)
    {
        tab.Expect($"{status}");
        await tab.PlainAsync();
        (await tab.GoAsync(path)).ShouldBe(status);
        await tab.SeesAsync(words);
        await tab.LooksGoodEveryWayAsync();
    }
}
