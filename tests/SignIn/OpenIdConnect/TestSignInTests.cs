using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.SignIn;

/// <summary>An administrator's test of the provider: the whole way, and nothing is changed at its end.</summary>
public sealed class TestSignInTests(ProviderServer provided) : IClassFixture<ProviderServer>, IAsyncLifetime
{
    private const string Start = ProviderServer.Start + "/test";

    private readonly ServerFixture server = provided.Server;
    private readonly TestBrowser browser = new(provided.Server);

    public async ValueTask InitializeAsync()
    {
        await provided.ResetAsync();
        browser.Client.DefaultRequestHeaders.Add("X-Octopus-ApiKey", ServerFixture.AdminApiKey);
    }

    public ValueTask DisposeAsync()
    {
        browser.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Shows_the_claims_the_account_and_the_teams_also_before_the_provider_is_enabled_and_changes_nothing()
    {
        await provided.SaveAsync(new { IsEnabled = false });
        var account = await provided.AddAccountAsync();
        var name = Tenancy.Unique("By a group");
        await server.Admin.MakeAsync("/api/teams", new { Name = name, ExternalSecurityGroups = new[] { new { Id = "Developers" } } });
        provided.Provider.Person["groups"] = new[] { "developers", "<b>bold</b>" };
        var before = await server.DumpAsync();

        var page = (await provided.SignInAsync(browser, Start)).ShouldBe(200);
        page.ShouldSay("Nothing was changed and nobody was signed in", $"has the e-mail address {provided.Email}", $"{name}, by 'developers'", "preferred_username", "array of 2", "<b>bold</b>", "at_hash",
            "These count in a session with Company Login and for API keys that are made in one. The account's password and other API keys go on");
        page.Text.ShouldNotContain("<b>bold");
        page.Text.ShouldContain("/app/assets/");
        page.SetCookies.ShouldBeEmpty();
        (await server.Admin.SeeAsync($"/api/users/{account}")).Json.GetProperty("Identities").GetArrayLength().ShouldBe(0);
        var after = await server.RowsAsync();
        foreach (var table in (string[])["users", "external_identities", "sessions", "audit_events"])
        {
            string.Join('\n', after[table]).ShouldBe(string.Join('\n', after[table].Where(before.Contains)), $"nothing new in {table}");
        }
    }

    [Fact]
    public async Task Says_what_would_be_made_and_why_somebody_would_be_refused()
    {
        (await provided.SignInAsync(browser, Start)).ShouldSay($"Refused: There is no account for {provided.Email}", "turn on 'Allow auto user creation'", "No groups");
        await provided.SaveAsync(new { AllowAutoUserCreation = true });
        (await provided.SignInAsync(browser, Start)).ShouldSay($"A new account '{provided.Provider.Person["preferred_username"]}' would be made");
        provided.Provider.Person.Remove("groups");
        (await provided.SignInAsync(browser, Start)).ShouldSay("the claim 'groups' did not come");
        provided.Provider.Claims = claims => claims["aud"] = "another";
        (await provided.SignInAsync(browser, Start)).ShouldBeRefused("'aud' is 'another'");
    }
}
