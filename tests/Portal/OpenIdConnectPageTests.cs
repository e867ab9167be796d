using System.Text.RegularExpressions;
using OctoLogin.Tests.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>The settings of the identity provider as a page, and its button on the sign-in page.</summary>
public sealed class OpenIdConnectPageTests(ProviderServer provided) : IClassFixture<ProviderServer>, IAsyncLifetime
{
    private const string Page = "/app/settings/openid-connect";

    private readonly ServerFixture server = provided.Server;
    private readonly PortalClient admin = new(provided.Server.Url, ServerFixture.AdminApiKey);
    private readonly PortalClient nobody = new(provided.Server.Url, null);

    public async ValueTask InitializeAsync() => await provided.ResetAsync();

    public ValueTask DisposeAsync()
    {
        admin.Dispose();
        nobody.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Saves_keeps_a_secret_that_is_not_typed_and_shows_none()
    {
        var page = await admin.GetAsync(Page);
        page.Text.ShouldNotContain(TestProvider.ClientSecret);
        page.Words.ShouldContain($"{server.Url}/api/users/authenticatedToken/GenericOidc");
        page = await admin.SubmitAsync(page, "Save", 200, ("Input.DisplayName", "Company-2 Login"), ("Input.AllowAutoUserCreation", "true"), ("Input.Resource", "urn:x"));
        page.Words.ShouldContain("The settings were saved.");
        var saved = await server.Admin.SeeAsync(ProviderServer.Settings);
        (saved["DisplayName"], saved["AllowAutoUserCreation"], saved["Resource"], saved["IsEnabled"], saved["Issuer"]).ShouldBe(("Company-2 Login", "True", "urn:x", "True", provided.Provider.Issuer));
        saved.Json.GetProperty("ClientSecret").GetProperty("HasValue").GetBoolean().ShouldBeTrue();
        page = await admin.SubmitAsync(page, "Save", 200, ("Input.DeleteSecret", "true"), ("Input.Resource", ""));
        page.Words.ShouldContain("There is none.");
        (await server.Admin.SeeAsync(ProviderServer.Settings))["Resource"].ShouldBe("");
    }

    [Fact]
    public async Task Faults_stand_beside_their_fields_and_what_was_typed_stays()
    {
        var page = await admin.SubmitAsync(await admin.GetAsync(Page), "Save", 400, ("Input.Scopes", "openid"), ("Input.DisplayName", "<b>"), ("Input.ClientSecret", "typed-secret"));
        page.ErrorsOf("Input.Scopes").ShouldHaveSingleItem().ShouldContain("lacks profile and email");
        page.ErrorsOf("Input.DisplayName").ShouldHaveSingleItem().ShouldContain("letters, digits, hyphens and spaces");
        page.Document.QuerySelector("#Input_Scopes")!.GetAttribute("value").ShouldBe("openid");
        page.Text.ShouldNotContain("typed-secret");
    }

    [Fact]
    public async Task Save_and_test_says_what_is_wrong_in_words()
    {
        var page = await admin.SubmitAsync(await admin.GetAsync(Page), "Save and test");
        page.Words.ShouldContain("The provider can be used");
        provided.Provider.Discovery["issuer"] = provided.Provider.Issuer.TrimEnd('/');
        page = await admin.SubmitAsync(page, "Save and test");
        page.Words.ShouldContain("The provider cannot be used yet");
        page.Words.ShouldContain("They differ in the slash at the end: the provider's has none.");
    }

    [Fact]
    public async Task The_button_is_on_the_sign_in_page_while_the_provider_is_enabled_and_leads_back_to_where_one_wanted_to_be()
    {
        var link = (await nobody.GetAsync("/app/sign-in?redirectAfterLoginTo=%2Fapp%2Fspaces")).Document.QuerySelectorAll("main a").Single(one => one.TextContent.Contains("Company Login"));
        link.GetAttribute("href").ShouldBe("/api/users/authenticate/GenericOidc?redirectAfterLoginTo=%2Fapp%2Fspaces");
        await provided.SaveAsync(new { IsEnabled = false });
        (await nobody.GetAsync("/app/sign-in")).Words.ShouldNotContain("Company Login");
    }

    [Fact]
    public async Task External_groups_are_added_to_a_team_while_the_provider_is_enabled_and_valid()
    {
        var team = await server.AddTeamAsync([]);
        var page = await admin.SubmitAsync(await admin.GetAsync($"/app/teams/{team}"), "Add group", 200, ("groupId", "web-devs"), ("groupName", "Web developers"));
        page.Texts("table[aria-label='External groups and roles'] code").ShouldBe(["web-devs"]);

        provided.Provider.Discovery["issuer"] = provided.Provider.Issuer.TrimEnd('/');
        await provided.SaveAsync(new { DisplayName = "Company-3" });
        page = await admin.GetAsync($"/app/teams/{team}");
        page.Texts("button").ShouldNotContain("Add group");
        page.Words.ShouldContain("The identity provider cannot be used now, so groups cannot be added here: Issuer is '");
        page.Words.ShouldContain("They differ in the slash at the end");
        page = await admin.SubmitAsync(page, "Remove group");
        page.Document.QuerySelector("table[aria-label='External groups and roles']").ShouldBeNull();
        var manager = await server.AddCallerAsync(await server.AddRoleAsync(system: ["TeamView"]));
        using var other = new PortalClient(server.Url, manager.ApiKey);
        (await other.GetAsync($"/app/teams/{team}")).Text.ShouldNotContain(provided.Provider.Issuer, customMessage: "the provider's settings are for administrators");

        await provided.SaveAsync(new { IsEnabled = false });
        (await admin.GetAsync($"/app/teams/{team}")).Words.ShouldContain("No identity provider is enabled");
    }

    [Fact]
    public async Task Home_tells_administrators_alone_of_a_provider_that_fails_once_somebody_wanted_to_sign_in()
    {
        (await admin.GetAsync("/app")).Words.ShouldNotContain("The identity provider's documents");
        provided.Provider.Answers["openid-configuration"] = new(500, "{}");
        await provided.SaveAsync(new { DisplayName = "Company-4" });
        using var browser = new TestBrowser(server);
        (await browser.GetAsync(ProviderServer.Start)).Status.ShouldBe(503);
        var home = await admin.GetAsync("/app");
        home.Words.ShouldContain("The identity provider's documents cannot be fetched Nobody can sign in with it, or only until what is remembered of it is a day old.");
        home.Words.ShouldContain($"{provided.Provider.Issuer}: ");
        home.Document.QuerySelector(".attention a[href='/app/settings/openid-connect?test=true']").ShouldNotBeNull();
        var viewer = await server.AddCallerAsync(await server.AddRoleAsync(system: ["UserView", "EventView"]));
        using var other = new PortalClient(server.Url, viewer.ApiKey);
        (await other.GetAsync("/app")).Text.ShouldNotContain(provided.Provider.Issuer);

        provided.Provider.Answers.Clear();
        server.Clock.Advance(TimeSpan.FromSeconds(6));
        (await browser.GetAsync(ProviderServer.Start)).Status.ShouldBe(303);
        (await admin.GetAsync("/app")).Words.ShouldNotContain("The identity provider's documents");
    }

    [Fact]
    public async Task Auto_login_passes_the_sign_in_page_over_but_not_for_who_has_just_signed_out_or_wants_it()
    {
        await provided.SaveAsync(new { AutoLogin = true });
        await provided.AddAccountAsync();
        using var browser = new TestBrowser(server);
        (await browser.GetAsync("/app/sign-in?redirectAfterLoginTo=%2Fapp%2Fspaces")).ShouldBe(302).Location.ShouldBe("/api/users/authenticate/GenericOidc?redirectAfterLoginTo=%2Fapp%2Fspaces");
        (await browser.GetAsync("/app/sign-in?manual=true")).ShouldBe(200).Text.ShouldContain("Company Login");
        (await provided.SignInAsync(browser)).ShouldBe(303);
        browser.Client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        var token = Regex.Match((await browser.GetAsync("/app/spaces")).ShouldBe(200).Text, "name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"").Groups[1].Value;
        var signedOut = await browser.FollowAsync(await browser.PostAsync("/app/sign-out", ("__RequestVerificationToken", token)));
        signedOut.ShouldBe(200).Text.ShouldContain("You are signed out.");
        (await browser.MeAsync()).ShouldBeNull();
    }
}
