using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>Signing in and out by pages, and the page of one's own account, in a browser without script.</summary>
public sealed class EntranceTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_person_signs_in_where_they_wanted_to_go_and_signs_out()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        using var client = new PortalClient(server.Url, null);
        var page = await client.GetAsync("/app/spaces?q=a");
        page.Path.ShouldBe("/app/sign-in?redirectAfterLoginTo=%2Fapp%2Fspaces%3Fq%3Da");
        page = await client.SubmitAsync(page, "Sign in", 400, ("Input.Username", username), ("Input.Password", "wrong"));
        page.Words.ShouldContain("Invalid username or password.");
        page.Text.ShouldNotContain("value=\"wrong\"");
        page.Document.QuerySelector("[name='Input.Username']")!.GetAttribute("value").ShouldBe(username);

        page = await client.SubmitAsync(page, "Sign in", 200, ("Input.Password", SignedIn.Password));
        page.Path.ShouldBe("/app/spaces?q=a");
        page.Document.QuerySelector(".portal-name")!.TextContent.ShouldBe(username);
        (await client.GetAsync("/app/sign-in")).Path.ShouldBe("/app");

        page = await client.SubmitAsync(page, "Sign out");
        (page.Path, page.Words.Contains("You are signed out.")).ShouldBe(("/app/sign-in", true));
        (await client.GetAsync("/app/spaces")).Path.ShouldStartWith("/app/sign-in");
    }

    [Fact]
    public async Task The_sign_out_takes_no_link_and_no_other_site()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        using var client = await SignInAsync(username);
        (await client.GetAsync("/app/sign-out")).Path.ShouldBe("/app");
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/app/sign-out") { Headers = { { "Sec-Fetch-Site", "cross-site" } } };
        using var answer = await client.Http.SendAsync(foreign);
        ((int)answer.StatusCode).ShouldBe(403);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("does not come from a page of this server");
        (await client.GetAsync("/app/me")).Path.ShouldBe("/app/me");
    }

    [Fact]
    public async Task A_person_who_is_told_to_wait_sees_for_how_long()
    {
        // Failures of other tests come from the same address.
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        var (_, username) = await server.AddPersonWithPasswordAsync();
        using var client = new PortalClient(server.Url, null);
        var page = await client.GetAsync("/app/sign-in");
        for (var i = 0; i < 10; i++)
        {
            page = await client.SubmitAsync(page, "Sign in", 400, ("Input.Username", username), ("Input.Password", "wrong"));
        }
        page = await client.SubmitAsync(page, "Sign in", 429, ("Input.Username", username), ("Input.Password", SignedIn.Password));
        page.Words.ShouldContain("There were 10 failed tries within ten minutes. Try again in");
        server.Clock.Advance(TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task My_sessions_are_shown_and_ended()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        using var here = await SignInAsync(username);
        using var second = await SignInAsync(username);
        using var third = await server.SignInAsync(username);
        var page = await here.GetAsync("/app/me");
        page.Texts("section[aria-labelledby=sessions] tbody tr").Length.ShouldBe(3);
        page.Texts("section[aria-labelledby=sessions] .badge").ShouldBe(["this one"]);
        page.Text.ShouldNotContain(third.Session!);

        page = await here.SubmitAsync(page, "End");
        page.Words.ShouldContain("The session was ended.");
        page.Texts("section[aria-labelledby=sessions] tbody tr").Length.ShouldBe(2);
        page = await here.SubmitAsync(page, "End all others");
        page.Texts("section[aria-labelledby=sessions] tbody tr").Length.ShouldBe(1);
        (await second.GetAsync("/app/me")).Path.ShouldStartWith("/app/sign-in");
        (await third.StatusAsync()).ShouldBe(401);
    }

    [Fact]
    public async Task A_key_is_made_shown_once_and_deleted_by_its_purpose()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        using var client = await SignInAsync(username);
        var page = await client.GetAsync("/app/me");
        page.Words.ShouldContain("No API key");
        page = await client.GetAsync("/app/me/api-keys/new");
        (await client.SubmitAsync(page, "Create", 400)).ErrorsOf("Input.Purpose").ShouldBe(["Purpose is required."]);
        (await client.SubmitAsync(page, "Create", 400, ("Input.Purpose", "x"), ("Input.Expires", "36500"))).ErrorsOf("Input.Expires").ShouldBe(["Expires must be one of the list."]);
        page = await client.SubmitAsync(page, "Create", 200, ("Input.Purpose", "my script"), ("Input.Expires", "30"));
        var key = page.Document.QuerySelector(".copy code")!.TextContent;
        page.Document.QuerySelector("time")!.TextContent.ShouldBe("in 29 days");
        using var program = server.ClientWithKey(key);
        (await program.GetAsync("/api/users/me", 200)).Json.GetProperty("Username").GetString().ShouldBe(username);

        page = await client.GetAsync("/app/me");
        page.Text.ShouldNotContain(key);
        page.Texts("section[aria-labelledby=keys] th[scope=row]").ShouldBe(["my script"]);
        page = await client.GetAsync(page.Document.QuerySelector("section[aria-labelledby=keys] td a")!.GetAttribute("href")!);
        (await client.SubmitAsync(page, "Delete", 200, ("confirm", "something else"))).Words.ShouldContain("nothing was deleted");
        page = await client.SubmitAsync(page, "Delete", 200, ("confirm", "my script"));
        page.Words.ShouldContain("The API key my script was deleted.");
        (await program.CallAsync(HttpMethod.Get, "/api/users/me")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Nobody_elses_key_is_deleted_by_its_id()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        var caller = await server.AddCallerAsync();
        var id = (await caller.Client.GetAsync($"/api/users/{caller.Id}/apikeys", 200)).Ids().Single();
        using var client = await SignInAsync(username);
        await client.GetAsync($"/app/me/api-keys/{id}/delete", 404);
    }

    [Fact]
    public async Task The_password_is_changed_with_the_present_one()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        using var client = await SignInAsync(username);
        using var elsewhere = await server.SignInAsync(username);
        var page = await client.GetAsync("/app/me/password");
        const string Wanted = "another long password";
        (string, string)[] Form(string present, string wanted, string again) => [("Input.CurrentPassword", present), ("Input.NewPassword", wanted), ("Input.NewPasswordAgain", again)];
        (await client.SubmitAsync(page, "Change password", 200, Form(SignedIn.Password, Wanted, "another"))).ErrorsOf("Input.NewPasswordAgain").ShouldBe(["The two new passwords differ."]);
        (await client.SubmitAsync(page, "Change password", 400, Form("wrong", Wanted, Wanted))).ErrorsOf("Input.CurrentPassword").ShouldBe(["CurrentPassword is not your present password."]);
        (await client.SubmitAsync(page, "Change password", 400, Form(SignedIn.Password, "short", "short"))).ErrorsOf("Input.NewPassword").ShouldBe(["NewPassword must have at least 12 characters, not 5."]);
        page = await client.SubmitAsync(page, "Change password", 200, Form(SignedIn.Password, Wanted, Wanted));
        page.Words.ShouldContain("Your password was changed, and your other sessions were ended.");
        (await elsewhere.StatusAsync()).ShouldBe(401);
        using var again = await server.SignInAsync(username, Wanted);
    }

    private async Task<PortalClient> SignInAsync(string username)
    {
        var client = new PortalClient(server.Url, null);
        var page = await client.SubmitAsync(await client.GetAsync("/app/sign-in"), "Sign in", 200, ("Input.Username", username), ("Input.Password", SignedIn.Password));
        page.Path.ShouldBe("/app");
        return client;
    }
}
