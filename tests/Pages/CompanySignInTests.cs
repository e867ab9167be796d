using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Pages;

/// <summary>An administrator sets the company's provider up and tries it; then people sign in with it: new, matched, refused, disabled; and groups give and take.</summary>
public sealed class CompanySignInTests(Chromium chromium, CompanyFixture company) : PageTests(chromium), IClassFixture<CompanyFixture>
{
    private const string Settings = "/api/configuration/authentication-generic-oidc/values";

    private readonly ServerFixture server = company.Server;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_provider_is_set_up_and_tested_and_people_come_in_by_it(bool javaScript)
    {
        var how = company.Viewing with { JavaScript = javaScript };
        var (ada, bob, eve) = ($"ada-{Guid.NewGuid():N}"[..12], $"bob-{Guid.NewGuid():N}"[..12], $"eve-{Guid.NewGuid():N}"[..12]);
        var empty = new { IsEnabled = false, Issuer = "", ClientId = "", ClientSecret = new { HasValue = false }, AllowAutoUserCreation = false, TrustUnverifiedEmail = false };
        (await server.Admin.SendAsync("PUT", Settings, empty)).ShouldBe(200);
        await company.Provider.SetPeopleAsync(Person(ada, CompanyFixture.Group), Person(bob), Person(eve));
        var administrator = await server.AddPersonWithPasswordAsync("userroles-systemadministrator");
        var matched = (await server.Admin.MakeAsync("/api/users", new { Username = $"{ada}.here", EmailAddress = $"{ada}@EXAMPLE.com" })).Id;
        var team = await server.Admin.MakeAsync("/api/teams", new { Name = $"By group {ada}", ExternalSecurityGroups = new[] { new { Id = CompanyFixture.Group.ToUpperInvariant(), DisplayName = "Administrators" } } });
        await server.GiveRoleAsync(team.Id, "userroles-systemmanager", null);

        var admin = await OpenAsync(server.Url, how);
        admin.Expect($"{IdentityProvider.Host}/favicon.ico");
        await admin.SignInAsync(administrator.Username, SignedIn.Password, "/app/settings/openid-connect");
        await SetUpAsync(admin);
        await TryAsync(admin, ada);

        var person = await OpenAsync(server.Url, how);
        person.Expect("400");
        person.Expect($"{IdentityProvider.Host}/favicon.ico");
        await ArriveAsync(person, bob);
        await person.SeesAsync("no account for");
        if (javaScript)
        {
            await PictureSignInAsync(how);
        }
        await person.LooksGoodAsync();
        await ArriveAsync(person, ada);
        await person.SeesAsync("Trust unverified e-mail addresses");

        await admin.GoAsync("/app/settings/openid-connect");
        await admin.CheckAsync("Allow auto user creation");
        await admin.CheckAsync("Trust unverified e-mail addresses");
        await admin.PressAsync("Save");
        await admin.SeesAsync("saved");

        // New.
        var fresh = await OpenAsync(server.Url, how);
        await ArriveAsync(fresh, bob);
        await fresh.SeesAsync(bob);
        await fresh.LooksGoodAsync();
        fresh.Expect($"{IdentityProvider.Host}/favicon.ico");
        // Disabled.
        var bobsId = (await server.Admin.GetAsync($"/api/users?filter={bob}", 200)).Json.GetProperty("Items").EnumerateArray().Single(user => user.GetProperty("Username").GetString() == bob).GetProperty("Id").GetString();
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{bobsId}", new { IsActive = false }, 200);
        await person.Context.ClearCookiesAsync();
        await ArriveAsync(person, bob);
        await person.SeesAsync("disabled");
        await GroupsAsync(how, ada, matched);
    }

    /// <summary>Matched, with what the group gives; and without it when the group is gone.</summary>
    private async Task GroupsAsync(Viewing how, string ada, string matched)
    {
        var manager = await OpenAsync(server.Url, how);
        manager.Expect("403");
        manager.Expect($"{IdentityProvider.Host}/favicon.ico");
        await ArriveAsync(manager, ada);
        (await manager.GoAsync("/app/users")).ShouldBe(200);
        await manager.SeesAsync($"{ada}.here");
        await company.Provider.SetPeopleAsync(Person(ada));
        await manager.PressAsync("Sign out");
        await ArriveAsync(manager, ada);
        (await manager.GoAsync("/app/users")).ShouldBe(403);
        (await server.Admin.GetAsync($"/api/users/{matched}", 200)).Text.ShouldContain(IdentityProvider.Issuer);
    }

    private async Task SetUpAsync(Tab admin)
    {
        await admin.SeesAsync($"{server.Url}/api/users/authenticatedToken/GenericOidc");
        await admin.CheckAsync("Enabled");
        await admin.FillAsync("Issuer", IdentityProvider.Issuer.TrimEnd('/'));
        await admin.FillAsync("Client ID", IdentityProvider.ClientId);
        await admin.FillAsync("Client secret", IdentityProvider.ClientSecret);
        await admin.FillAsync("Display name", "Company Login");
        await admin.PressAsync("Save and test");
        await admin.SeesAsync("slash");
        await admin.LooksGoodAsync();
        await admin.FillAsync("Issuer", IdentityProvider.Issuer);
        await admin.FillAsync("Client secret", IdentityProvider.ClientSecret);
        await admin.PressAsync("Save and test");
        await admin.SeesAsync("The provider can be used");
        await admin.DoesNotSeeAsync(IdentityProvider.ClientSecret);
        await admin.LooksGoodAsync();
        if (admin.How.JavaScript)
        {
            await admin.ScreenshotAsync("settings");
        }
    }

    /// <summary>The whole way without a change, in a tab of its own.</summary>
    private static async Task TryAsync(Tab admin, string username)
    {
        var tried = await admin.Context.RunAndWaitForPageAsync(() => admin.ClickAsync("Test sign-in in a new tab"));
        await tried.GetByLabel("User name").FillAsync(username);
        await tried.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        var words = Microsoft.Playwright.Assertions.Expect(tried.Locator("body"));
        await words.ToContainTextAsync("Nothing was changed and nobody was signed in");
        await words.ToContainTextAsync(CompanyFixture.Group);
        await words.ToContainTextAsync("By group");
        await tried.CloseAsync();
        await admin.Context.ClearCookiesAsync(new() { Domain = IdentityProvider.Host });
    }

    private async Task PictureSignInAsync(Viewing how)
    {
        var tab = await OpenAsync(server.Url, how);
        await tab.GoAsync("/app/sign-in?manual=true");
        await tab.SeesAsync("Company Login");
        await tab.LooksGoodAsync();
        await tab.ScreenshotAsync("sign-in");
    }

    private async Task ArriveAsync(Tab tab, string username)
    {
        await tab.GoAsync("/app/sign-in?manual=true");
        await tab.ClickAsync("Company Login");
        await tab.FillAsync("User name", username);
        await tab.PressAsync("Sign in");
        // Asked again and again: Playwright's own wait for an address waits for events as well, which may be over before it begins.
        await Microsoft.Playwright.Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("^" + System.Text.RegularExpressions.Regex.Escape(server.Url)));
        await tab.Context.ClearCookiesAsync(new() { Domain = IdentityProvider.Host });
    }

    private static IdentityPerson Person(string name, params string[] groups) => new($"sub-{name}", name, $"{name}@example.com", [.. groups, "everybody"]);
}
