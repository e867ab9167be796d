using Microsoft.AspNetCore.WebUtilities;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.SignIn;

/// <summary>Against npm's oidc-provider, set up like Authentik: a slash at the issuer's end, groups in the profile scope, email_verified false.</summary>
public sealed class RealProviderTests : IAsyncLifetime
{
    private const string Group = "octologin-administrators";

    private readonly ServerFixture server = new();
    private IdentityProvider provider = null!;

    public async ValueTask InitializeAsync()
    {
        IdentityProvider.Announce(server);
        await server.InitializeAsync();
        provider = await IdentityProvider.StartAsync(server, new IdentityPerson("1001", "ada", "ada@example.com", [Group, "everybody"]), new IdentityPerson("1002", "bob", "bob@example.com", ["everybody"]));
        (await server.Admin.SendAsync("PUT", ProviderServer.Settings, IdentityProvider.Settings)).ShouldBe(200);
    }

    public async ValueTask DisposeAsync()
    {
        await (provider?.DisposeAsync() ?? ValueTask.CompletedTask);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_person_is_refused_with_the_reason_then_matched_gets_a_team_by_a_group_and_loses_it_with_the_group()
    {
        (await server.Admin.SendAsync("POST", "/api/configuration/authentication-generic-oidc/test")).ShouldBe(200).Json.GetProperty("Faults").GetArrayLength().ShouldBe(0);
        var ada = (await server.Admin.MakeAsync("/api/users", new { Username = "ada.l", EmailAddress = "ADA@example.com" })).Id;
        var team = await server.Admin.MakeAsync("/api/teams", new { Name = "By group", ExternalSecurityGroups = new[] { new { Id = Group.ToUpperInvariant(), DisplayName = "Administrators" } } });
        await server.GiveRoleAsync(team.Id, "userroles-systemadministrator", null);
        using var browser = new TestBrowser(server);
        (await SignInAsync(browser, "ada")).ShouldBeRefused("is not verified", "Authentik does so by default since 2025.10", "Trust unverified e-mail addresses");

        (await server.Admin.SendAsync("PUT", ProviderServer.Settings, new { TrustUnverifiedEmail = true })).ShouldBe(200);
        // Still signed in at the provider, which asks nothing a second time.
        (await browser.FollowAsync(await browser.GetAsync($"{ProviderServer.Start}?redirectAfterLoginTo=%2Fapi%2Fusers%2Fme"))).ShouldBe(200).Text.ShouldContain("ada.l");
        (await browser.Client.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);

        await provider.SetPeopleAsync(new IdentityPerson("1001", "ada", "ada@example.com", ["everybody"]));
        (await browser.FollowAsync(await browser.GetAsync($"{ProviderServer.Start}?redirectAfterLoginTo=%2Fapi%2Fusers%2Fme"))).ShouldBe(200);
        (await browser.Client.SendAsync("GET", ProviderServer.Settings)).ShouldBe(403);
        (await browser.MeAsync())!.Id.ShouldBe(ada);
    }

    [Fact]
    public async Task A_new_person_gets_an_account_and_who_cancels_or_is_not_known_there_is_told_so()
    {
        (await server.Admin.SendAsync("PUT", ProviderServer.Settings, new { AllowAutoUserCreation = true })).ShouldBe(200);
        using var browser = new TestBrowser(server);
        var page = await browser.FollowAsync(await browser.GetAsync(ProviderServer.Start));
        var cancelled = await browser.PostAsync($"{page.Address.AbsoluteUri}/abort");
        (await browser.FollowAsync(cancelled)).ShouldBeRefused("Company Login did not sign you in", "access_denied", "did not want to sign in");
        (await SignInAsync(browser, "nobody")).ShouldBe(401);
        (await SignInAsync(browser, "bob")).ShouldBe(303);
        (await browser.MeAsync())!["Username"].ShouldBe("bob");
    }

    [Fact]
    public async Task Signing_out_at_the_provider_ends_the_session_here()
    {
        (await server.Admin.SendAsync("PUT", ProviderServer.Settings, new { AllowAutoUserCreation = true })).ShouldBe(200);
        using var browser = new TestBrowser(server);
        (await SignInAsync(browser, "bob")).ShouldBe(303);
        (await browser.MeAsync()).ShouldNotBeNull();
        var asked = await browser.GetAsync(QueryHelpers.AddQueryString($"{IdentityProvider.Issuer}session/end", "client_id", IdentityProvider.ClientId));
        var xsrf = System.Text.RegularExpressions.Regex.Match(asked.Text, "name=\"xsrf\" value=\"([^\"]+)\"").Groups[1].Value;
        var done = await browser.PostAsync($"{IdentityProvider.Issuer}session/end/confirm", ("xsrf", xsrf), ("logout", "yes"));
        done.Status.ShouldBeLessThan(400, done.Text);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', provider.Errors));
        await Eventually.TrueAsync(async () => await browser.MeAsync() is null, "the provider has said that the person signed out");
    }

    private static async Task<PageAnswer> SignInAsync(TestBrowser browser, string username) =>
        await IdentityProvider.LogInAsync(browser, await browser.FollowAsync(await browser.GetAsync(ProviderServer.Start)), username);
}
