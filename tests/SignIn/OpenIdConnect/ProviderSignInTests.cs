using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.SignIn;

/// <summary>Signing in with the company's provider: which account it is, and what remains of it.</summary>
public sealed class ProviderSignInTests(ProviderServer provided) : IClassFixture<ProviderServer>, IAsyncLifetime
{
    private readonly ServerFixture server = provided.Server;
    private readonly TestBrowser browser = new(provided.Server);

    public async ValueTask InitializeAsync() => await provided.ResetAsync();

    public ValueTask DisposeAsync()
    {
        browser.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_person_whose_address_an_account_has_is_that_account_and_stays_it_when_the_address_changes()
    {
        var id = await provided.AddAccountAsync(provided.Email.ToUpperInvariant());
        var arrived = await provided.SignInAsync(browser, $"{ProviderServer.Start}?redirectAfterLoginTo=%2Fapp%2Fprojects%3Fname%3Dx");
        arrived.ShouldBe(303).Location.ShouldBe("/app/projects?name=x");
        var me = (await browser.MeAsync())!;
        me.Id.ShouldBe(id);
        var identity = me.Json.GetProperty("Identities").EnumerateArray().ShouldHaveSingleItem();
        (identity.GetProperty("IdentityProviderName").GetString(), identity.GetProperty("Issuer").GetString(), identity.GetProperty("Subject").GetString())
            .ShouldBe(("GenericOidc", provided.Provider.Issuer, (string)provided.Provider.Person["sub"]!));
        identity.GetProperty("Claims").GetProperty("email").GetProperty("Value").GetString().ShouldBe(provided.Email);

        provided.Provider.Person["email"] = "another@example.com";
        using var later = new TestBrowser(server);
        (await provided.SignInAsync(later)).ShouldBe(303);
        (await later.MeAsync())!.Id.ShouldBe(id);
        (await server.Admin.SeeAsync($"/api/events?regarding={id}&eventCategories=LoginSucceeded")).Json.GetProperty("TotalResults").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task A_person_whom_nobody_knows_is_refused_and_the_audit_names_what_came_with_types()
    {
        provided.Provider.Person["groups"] = "one-text";
        (await provided.SignInAsync(browser)).ShouldBeRefused($"There is no account for {provided.Email}; ask an administrator, or turn on Allow Auto User Creation");
        (await browser.MeAsync()).ShouldBeNull();
        var refused = (await server.Admin.SeeAsync("/api/events?eventCategories=LoginFailed&take=1")).Json.GetProperty("Items")[0].GetRawText();
        foreach (var text in (string[])["sub", (string)provided.Provider.Person["sub"]!, provided.Email, "preferred_username", "groups", "one-text", "string", "boolean", "was refused"])
        {
            refused.ShouldContain(text);
        }
        await Eventually.TrueAsync(() => server.Log.Lines.Any(entry => entry.Contains("A sign-in with the identity provider failed", StringComparison.Ordinal) && entry.Contains(provided.Email, StringComparison.Ordinal)), "the log has a warning");
    }

    [Fact]
    public async Task Auto_user_creation_makes_an_account_and_a_taken_name_gets_a_number()
    {
        await provided.SaveAsync(new { AllowAutoUserCreation = true });
        var taken = (string)provided.Provider.Person["preferred_username"]!;
        await server.Admin.MakeAsync("/api/users", new { Username = taken.ToUpperInvariant() });
        (await provided.SignInAsync(browser)).ShouldBe(303).Location.ShouldBe("/app");
        var me = (await browser.MeAsync())!;
        (me["Username"], me["DisplayName"], me["EmailAddress"]).ShouldBe(($"{taken}-2", $"Person {taken}", provided.Email));
        // Once more is the same account.
        using var later = new TestBrowser(server);
        (await provided.SignInAsync(later)).ShouldBe(303);
        (await later.MeAsync())!.Id.ShouldBe(me.Id);
    }

    /// <summary>They would be locked out if the first sign-in with the provider took the other ways in away.</summary>
    [Fact]
    public async Task An_administrator_who_signs_in_with_the_provider_keeps_password_and_keys_for_the_day_on_which_it_is_away()
    {
        var account = await server.Admin.MakeAsync("/api/users", new { Username = Tenancy.Unique("administrator"), EmailAddress = provided.Email, SignedIn.Password });
        await server.AddTeamAsync([account.Id], "userroles-systemadministrator");
        using var by = await server.SignInAsync(account["Username"]);
        using var key = server.ClientWithKey((await by.CallAsync("POST", $"/api/users/{account.Id}/apikeys", new { Purpose = "mine" })).Json.GetProperty("ApiKey").GetString()!);
        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await browser.MeAsync())!.Id.ShouldBe(account.Id);
        await provided.SaveAsync(new { IsEnabled = false });
        using var again = await server.SignInAsync(account["Username"]);
        (await again.CallAsync("GET", ProviderServer.Settings)).Status.ShouldBe(200);
        (await by.CallAsync("GET", ProviderServer.Settings)).Status.ShouldBe(200);
        (await key.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);
    }

    [Fact]
    public async Task Groups_of_a_link_that_was_taken_away_do_not_count_for_a_key_of_it_when_another_person_is_linked()
    {
        var id = await provided.AddAccountAsync();
        var group = Tenancy.Unique("group");
        var team = await server.Admin.MakeAsync("/api/teams", new { Name = group, ExternalSecurityGroups = new[] { new { Id = group } } });
        await server.GiveRoleAsync(team.Id, "userroles-systemadministrator", null);
        provided.Provider.Person["groups"] = group;
        (await provided.SignInAsync(browser)).ShouldBe(303);
        using var key = await provided.MakeKeyAsync(browser);
        (await key.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);
        var identity = (await server.Admin.SeeAsync($"/api/users/{id}")).Json.GetProperty("Identities")[0].GetProperty("Id").GetString();
        (await server.Admin.SendAsync("DELETE", $"/api/users/{id}/identities/{identity}")).ShouldBe(200);
        (await key.SendAsync("GET", ProviderServer.Settings)).ShouldBe(403);
        provided.Provider.Person["sub"] = Tenancy.Unique("another");
        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await browser.MeAsync())!.Id.ShouldBe(id);
        (await browser.Client.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);
        (await key.SendAsync("GET", ProviderServer.Settings)).ShouldBe(403);
    }

    /// <summary>PostgreSQL has no such character in a text, and JSON has.</summary>
    [Theory]
    [InlineData("email", "a\0@example.com", true)]
    [InlineData("preferred_username", "nobody else has this name\0", true)]
    [InlineData("name", "Ada\0", true)]
    [InlineData("sid", "\0", true)]
    [InlineData("sub", "ada\0", true)]
    [InlineData("email", "a\0@example.com", false)]
    [InlineData("name", "Ada\0", false)]
    public async Task A_claim_that_cannot_be_stored_is_refused_with_a_page_and_written_down(string claim, string value, bool inIdToken)
    {
        await provided.SaveAsync(new { AllowAutoUserCreation = true });
        provided.Provider.Person.Remove("groups");
        var given = provided.Provider.Person;
        if (inIdToken)
        {
            given[claim] = value;
        }
        else
        {
            given.Remove(claim);
            provided.Provider.UserInfo = new() { [claim] = value };
        }
        var page = await provided.SignInAsync(browser);
        given.TryAdd(claim, value);
        await provided.ShouldBeRefusedAsync(page, Came.Signed, claim == "sub" ? "its 'sub' is not a text" : $"The claim '{claim}' holds the character U+0000");
        (await browser.MeAsync()).ShouldBeNull();
        (await server.Admin.SeeAsync($"/api/users?partialName={given["preferred_username"]!.ToString()!.TrimEnd('\0')}")).Json.GetProperty("TotalResults").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task A_userinfo_answer_with_half_a_character_is_no_answer()
    {
        await provided.AddAccountAsync();
        provided.Provider.Person.Remove("groups");
        provided.Provider.Answers["userinfo"] = new(200, $$"""{"sub":"{{provided.Provider.Person["sub"]}}","groups":["\ud800"]}""");
        (await provided.SignInAsync(browser)).ShouldBe(502).ShouldSay("Signing in does not work now", "an escape that is no character");
        // In a name it already breaks the reader, which compares names with each other.
        provided.Provider.Answers["userinfo"] = new(200, $$"""{"sub":"{{provided.Provider.Person["sub"]}}","\ud800":1,"\udfff":2}""");
        (await provided.SignInAsync(browser)).Status.ShouldBeInRange(502, 503);
    }

    /// <summary>A stranger can send answers that nobody asked for as fast as they like; what the provider has signed is written all the same.</summary>
    [Fact]
    public async Task No_more_than_sixty_refusals_of_an_address_are_written_in_a_minute_but_for_what_the_provider_has_signed()
    {
        // At the beginning of a minute.
        server.Clock.Advance(TimeSpan.FromSeconds(60 - server.Clock.GetUtcNow().Second));
        var before = await server.CountAsync("audit_events");
        for (var i = 0; i < 65; i++)
        {
            (await browser.GetAsync($"{ProviderServer.Redirect}?state=x&code=y")).ShouldBe(400);
        }
        (await server.CountAsync("audit_events") - before).ShouldBe(60);
        server.Log.Lines.Count(line => line.Contains("60 sign-ins with the identity provider failed from 127.0.0.1 within a minute", StringComparison.Ordinal)).ShouldBe(1);
        await provided.ShouldBeRefusedAsync(await provided.SignInAsync(browser), Came.Signed, "There is no account for");
        provided.Provider.Claims = claims => claims["nonce"] = "another";
        await provided.ShouldBeRefusedAsync(await provided.SignInAsync(browser), Came.Signed, "'nonce' is not the one");
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await provided.ShouldBeRefusedAsync(await browser.GetAsync($"{ProviderServer.Redirect}?state=x&code=y"), Came.Nothing, "none that this server made");
    }

    [Fact]
    public async Task A_subject_with_a_space_at_its_end_is_another_person()
    {
        await provided.SaveAsync(new { AllowAutoUserCreation = true });
        (await provided.SignInAsync(browser)).ShouldBe(303);
        var first = (await browser.MeAsync())!.Id;
        var person = provided.Provider.Person;
        (person["sub"], person["email"]) = ($"{person["sub"]} ", $"other-{Guid.NewGuid():N}@example.com");
        using var other = new TestBrowser(server);
        (await provided.SignInAsync(other)).ShouldBe(303);
        (await other.MeAsync())!.Id.ShouldNotBe(first);
    }

    [Fact]
    public async Task A_new_person_who_signs_in_in_many_browsers_at_once_gets_one_account()
    {
        await provided.SaveAsync(new { AllowAutoUserCreation = true });
        TestBrowser[] browsers = [.. Enumerable.Range(0, 6).Select(_ => new TestBrowser(server))];
        var answers = new List<string>();
        foreach (var one in browsers)
        {
            answers.Add(await provided.AnswerAsync(one));
        }
        await Task.WhenAll(browsers.Zip(answers).Select(async one => (await one.First.GetAsync(one.Second)).ShouldBe(303)));
        var ids = await Task.WhenAll(browsers.Select(async one => (await one.MeAsync())!.Id));
        ids.Distinct().ShouldHaveSingleItem();
        Array.ForEach(browsers, one => one.Dispose());
    }

    [Fact]
    public async Task Two_accounts_with_the_address_are_refused_and_both_are_named_to_the_administrator()
    {
        await provided.AddAccountAsync();
        await provided.AddAccountAsync();
        (await provided.SignInAsync(browser)).ShouldBeRefused("Several accounts have the e-mail address", "Change the address of all but one");
    }

    [Fact]
    public async Task A_disabled_account_cannot_sign_in_and_gets_no_second_account_either()
    {
        await provided.SaveAsync(new { AllowAutoUserCreation = true });
        var id = await provided.AddAccountAsync();
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{id}", new { IsActive = false }, 200);
        (await provided.SignInAsync(browser)).ShouldBeRefused("Your account is disabled");
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{id}", new { IsActive = true }, 200);
        (await provided.SignInAsync(browser)).ShouldBe(303);
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{id}", new { IsActive = false }, 200);
        (await browser.MeAsync()).ShouldBeNull();
        (await provided.SignInAsync(browser)).ShouldBeRefused("Your account is disabled");
    }

    [Fact]
    public async Task An_account_that_was_unlinked_loses_its_sessions_and_is_found_by_its_address_again()
    {
        var id = await provided.AddAccountAsync();
        (await provided.SignInAsync(browser)).ShouldBe(303);
        var identity = (await server.Admin.SeeAsync($"/api/users/{id}")).Json.GetProperty("Identities")[0].GetProperty("Id").GetString();
        (await server.Admin.SendAsync("DELETE", $"/api/users/{id}/identities/{identity}")).ShouldBe(200);
        (await browser.MeAsync()).ShouldBeNull();
        (await server.Admin.SeeAsync($"/api/users/{id}")).Json.GetProperty("Identities").GetArrayLength().ShouldBe(0);
        provided.Provider.Person["sub"] = "another-subject";
        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await browser.MeAsync())!.Id.ShouldBe(id);
        (await server.Admin.SendAsync("DELETE", $"/api/users/{id}/identities/{identity}")).ShouldBeRefused(404);
    }

    [Fact]
    public async Task What_the_ID_token_lacks_is_read_from_the_userinfo_endpoint()
    {
        var id = await provided.AddAccountAsync();
        var team = await server.Admin.MakeAsync("/api/teams", new { Name = Tenancy.Unique("team"), ExternalSecurityGroups = new[] { new { Id = "from-userinfo" } } });
        provided.Provider.UserInfo = new() { ["email"] = provided.Email, ["email_verified"] = true, ["groups"] = new[] { "from-userinfo" } };
        foreach (var claim in (string[])["email", "email_verified", "groups"])
        {
            provided.Provider.Person.Remove(claim);
        }
        (await provided.SignInAsync(browser)).ShouldBe(303);
        var permissions = await server.Admin.SeeAsync($"/api/users/{id}/permissions");
        permissions.Json.GetProperty("Teams").EnumerateArray().Select(one => (one.GetProperty("Id").GetString(), one.GetProperty("IsDirectlyAssigned").GetBoolean())).ShouldBe([(team.Id, false)]);
    }

    [Fact]
    public async Task A_provider_that_is_away_is_said_to_be_broken_and_nobody_is_refused_or_loses_a_group()
    {
        await provided.AddAccountAsync();
        provided.Provider.Person.Remove("groups");
        foreach (var (endpoint, answer, status) in ((string, FakeAnswer, int)[])[("token", new(500), 502), ("token", new(200, "<html>", "text/html"), 502), ("token", FakeAnswer.Abort, 503), ("userinfo", new(503), 502)])
        {
            provided.Provider.Answers.Clear();
            provided.Provider.Answers[endpoint] = answer;
            (await provided.SignInAsync(browser)).ShouldBe(status).ShouldSay("Signing in does not work now", "Company Login cannot be reached or does not work now", "Nothing is wrong with your account");
        }
        (await browser.MeAsync()).ShouldBeNull();
        provided.Provider.Answers.Clear();
        (await provided.SignInAsync(browser)).ShouldBe(303);
    }

    [Fact]
    public async Task A_wrong_client_secret_is_told_as_a_set_up_error()
    {
        await provided.SaveAsync(new { ClientSecret = new { HasValue = true, NewValue = "wrong" } });
        (await provided.SignInAsync(browser)).ShouldBeRefused("does not know this server", "ClientId or ClientSecret is wrong", "invalid_client");
    }

    [Theory]
    [InlineData("client_secret_post")]
    [InlineData("client_secret_basic")]
    public async Task The_client_proves_itself_as_the_provider_wants(string method)
    {
        provided.Provider.Discovery["token_endpoint_auth_methods_supported"] = new[] { method };
        await provided.SaveAsync(new { Resource = "urn:octologin" });
        await provided.AddAccountAsync();
        (await provided.SignInAsync(browser)).ShouldBe(303);
        var request = provided.Provider.Requests.Last(one => one.Path.EndsWith("/token", StringComparison.Ordinal));
        (request.Headers.ContainsKey("Authorization"), request.Body.Contains("client_secret", StringComparison.Ordinal)).ShouldBe((method == "client_secret_basic", method == "client_secret_post"));
    }

    [Fact]
    public async Task A_disabled_provider_sends_nobody_anywhere()
    {
        var answer = await provided.AnswerAsync(browser);
        await provided.SaveAsync(new { IsEnabled = false });
        (await browser.GetAsync(ProviderServer.Start)).ShouldBeRefused("is not set up on this server");
        (await browser.GetAsync(answer)).ShouldBeRefused("settings of the sign-in were changed meanwhile");
    }

    [Fact]
    public async Task A_provider_that_answers_by_form_alone_is_no_use_without_https()
    {
        provided.Provider.Discovery["response_modes_supported"] = new[] { "form_post" };
        await provided.SaveAsync(new { DisplayName = "Form" });
        (await browser.GetAsync(ProviderServer.Start)).ShouldBe(503).ShouldSay("set ServerUri to this server's https URL");
    }
}
