using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>The list of people, and the page of each.</summary>
public sealed class UserPagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Fact]
    public async Task The_list_finds_people_by_each_of_their_names_and_has_no_service_accounts()
    {
        var mark = Guid.NewGuid().ToString("N");
        await ServerFixture.PostAsync(server.Admin, "/api/users", new { Username = $"a{mark}", DisplayName = "Ada", EmailAddress = $"ada@{mark}.example" });
        await ServerFixture.PostAsync(server.Admin, "/api/users", new { Username = $"b{mark}", DisplayName = $"Bo {mark}" });
        await server.AddServiceAccountAsync($"c{mark}");
        (await admin.GetAsync($"/app/users?q={mark.ToUpperInvariant()}")).Texts("#list th a").ShouldBe(["Ada", $"Bo {mark}"]);
        (await admin.GetAsync($"/app/users?q=Bo%20{mark}")).Texts("#list th a").ShouldBe([$"Bo {mark}"]);
        (await admin.GetAsync($"/app/users?q=ada@{mark}")).Texts("#list th a").ShouldBe(["Ada"]);
        (await admin.GetAsync($"/app/users?q=%25{mark}")).Words.ShouldContain("Nobody found");
    }

    [Fact]
    public async Task The_pages_of_the_list_show_everybody_once_in_order()
    {
        var mark = $"p{Guid.NewGuid():N}";
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await connection.ExecuteAsync(
                "insert into users (username, display_name, is_active, is_service) select (case when i % 2 = 0 then 'A' else 'a' end) || @mark || i, @mark || i, true, false from generate_series(1, 120) i", new { mark });
        }
        var page = await admin.GetAsync($"/app/users?q={mark}");
        page.Document.QuerySelector("a[rel=prev]").ShouldBeNull();
        var all = page.Texts("#list th a").ToList();
        while (page.Document.QuerySelector("a[rel=next]") is { } next)
        {
            page = await admin.GetAsync(next.GetAttribute("href")!);
            all.AddRange(page.Texts("#list th a"));
        }
        all.Count.ShouldBe(120);
        all.Distinct().Count().ShouldBe(120);
        all.ShouldBe(all.OrderBy(name => name, StringComparer.Ordinal));
        (await admin.GetAsync(page.Document.QuerySelector("a[rel=prev]")!.GetAttribute("href")!)).Texts("#list th a").ShouldBe(all.Take(50));
    }

    [Fact]
    public async Task A_person_is_made_changed_disabled_enabled_and_deleted()
    {
        var name = $"jana-{Guid.NewGuid():N}";
        var page = await admin.GetAsync("/app/users/new");
        page = await admin.SubmitAsync(page, "Create", 400, ("Input.Username", name), ("Input.Password", "short"));
        page.ErrorsOf("Input.Password").Single().ShouldContain("at least 12 characters");
        page.Text.ShouldNotContain("value=\"short\"");
        page = await admin.SubmitAsync(page, "Create", 200, ("Input.DisplayName", "Jana"), ("Input.EmailAddress", "jana@example.com"));
        (page.Document.QuerySelector("h1")!.TextContent, page.Words.Contains("was created")).ShouldBe(("Jana", true));
        page.Words.ShouldContain("In no team, so they may do nothing yet.");

        page = await admin.SubmitAsync(page, "Save", 200, ("Input.DisplayName", "Jana Novák"));
        page.Document.QuerySelector("h1")!.TextContent.ShouldBe("Jana Novák");
        page = await admin.SubmitAsync(page, "Save", 409, ("Input.Username", "admin"));
        page.Words.ShouldContain("There is a user with the username 'admin' already.");
        page = await admin.GetAsync(page.Path);
        page = await admin.SubmitAsync(page, "Disable");
        page.Words.ShouldContain($"User {name} was disabled.");
        page.Texts(".badge").ShouldContain("disabled");
        page = await admin.SubmitAsync(page, "Enable");
        page.Texts(".badge").ShouldContain("active");
        var id = page.Path.Split('/')[^1];
        (await server.Admin.SeeAsync($"/api/users/{id}"))["EmailAddress"].ShouldBe("jana@example.com");

        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", "Jana"))).Words.ShouldContain("nothing was deleted");
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", name))).Words.ShouldContain($"User {name} was deleted.");
        await admin.GetAsync($"/app/users/{id}", 404);
    }

    [Fact]
    public async Task A_new_password_signs_in_and_ends_the_sessions_which_can_also_be_ended_one_by_one()
    {
        var (id, username) = await server.AddPersonWithPasswordAsync();
        using (await SignInAsync(username, SignedIn.Password))
        using (await SignInAsync(username, SignedIn.Password))
        {
            var page = await admin.GetAsync($"/app/users/{id}");
            page.Document.QuerySelectorAll("table[aria-label=Sessions] tbody tr").Length.ShouldBe(2);
            page = await admin.SubmitAsync(page, "End session");
            page.Document.QuerySelectorAll("table[aria-label=Sessions] tbody tr").Length.ShouldBe(1);
            page = await admin.SubmitAsync(page, "Set password", 200, ("Input.Password", ""));
            page.ErrorsOf("Input.Password").ShouldBe(["Password is required."]);
            page = await admin.SubmitAsync(page, "Set password", 200, ("Input.Password", "another-long-password"));
            page.Words.ShouldContain("Not signed in anywhere.");
        }
        using var again = await SignInAsync(username, "another-long-password");
        (await again.GetAsync("/app/me")).Words.ShouldContain(username);
        (await admin.SubmitAsync(await admin.GetAsync($"/app/users/{id}"), "End all")).Words.ShouldContain("Not signed in anywhere.");
        (await again.GetAsync("/app/me")).Path.ShouldStartWith("/app/sign-in");
    }

    [Fact]
    public async Task An_api_key_of_somebody_is_listed_without_the_key_and_deleted_by_its_purpose()
    {
        var (id, username) = await server.AddPersonWithPasswordAsync();
        using var person = await SignInAsync(username, SignedIn.Password);
        var page = await person.GetAsync("/app/me/api-keys/new");
        var made = await person.SubmitAsync(page, page.Texts("main form button").Single(), 200, ("Input.Purpose", "laptop"));
        var key = made.Text.Split("API-")[1][..32];
        page = await admin.GetAsync($"/app/users/{id}");
        page.Texts("table[aria-label='API keys'] th[scope=row]").ShouldBe(["laptop"]);
        page.Text.ShouldNotContain(key);
        using var client = server.ClientWithKey($"API-{key}");
        page = await admin.GetAsync(page.Document.QuerySelector("table[aria-label='API keys'] td a")!.GetAttribute("href")!);
        page.Texts("main dd")[..2].ShouldBe([username, "laptop"]);
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", "Laptop"))).Words.ShouldContain("nothing was deleted");
        (await client.SendAsync("GET", "/api/users/me")).ShouldBe(200);
        page = await admin.SubmitAsync(page, "Delete", 200, ("confirm", "laptop"));
        (page.Path, page.Words.Contains("The API key laptop was deleted.")).ShouldBe(($"/app/users/{id}", true));
        (await client.SendAsync("GET", "/api/users/me")).ShouldBe(401);
    }

    [Fact]
    public async Task An_api_key_is_deleted_by_nobody_who_may_not_change_its_owner_and_not_below_somebody_else()
    {
        var owner = await server.AddCallerAsync("userroles-spacemanager@Spaces-1");
        var key = (await server.Admin.GetAsync($"/api/users/{owner.Id}/apikeys", 200)).Ids().Single();
        var manager = await server.AddCallerAsync("userroles-systemmanager");
        using var client = new PortalClient(server.Url, manager.ApiKey);
        foreach (var path in (string[])[$"/app/users/{owner.Id}/api-keys/{key}/delete", $"/app/service-accounts/{owner.Id}/api-keys/{key}/delete"])
        {
            (await client.GetAsync(path, 403)).Text.ShouldContain("is about rights that");
            (await client.PostAsync($"{path}?handler=Delete", ("confirm", "test"))).ShouldBe(403);
        }
        foreach (var path in (string[])[$"/app/users/{manager.Id}/api-keys/{key}/delete", $"/app/me/api-keys/{key}/delete"])
        {
            await client.GetAsync(path, 404);
            (await client.PostAsync($"{path}?handler=Delete", ("confirm", "test"))).ShouldBe(404);
        }
        (await owner.Client.SendAsync("GET", "/api/users/me")).ShouldBe(200);
    }

    [Fact]
    public async Task Shows_who_somebody_is_at_the_provider_and_the_team_that_their_group_gives_and_unlinks_them()
    {
        const string Hostile = "<img src=x onerror=alert(1)>";
        var id = await server.AddPersonAsync();
        var team = await server.AddTeamAsync([]);
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await connection.ExecuteAsync(
                """
                insert into oidc_provider (is_enabled, issuer, client_id, scopes, role_claim_type, username_claim_type, display_name, allow_auto_user_creation, trust_unverified_email, auto_login, updated_at)
                values (true, 'https://login.example.com/', 'octologin', 'openid profile email', 'groups', 'preferred_username', 'Company', false, false, false, now()) on conflict do nothing;
                insert into external_identities (issuer, subject, user_id, username, groups, linked_at, last_sign_in_at)
                values ('https://login.example.com/', @Hostile, @id, 'jana at work', array['Web-Devs', @Hostile], now(), now());
                """, new { id, Hostile });
        }
        // Nobody answers at its address, so the page does not offer it.
        var teamPage = await admin.GetAsync($"/app/teams/{team}");
        teamPage.Texts("button").ShouldNotContain("Add group");
        (await admin.PostAsync($"/app/teams/{team}?handler=AddGroup", ("groupId", "web-devs"), ("groupName", "Web developers"))).ShouldBe(302);
        teamPage = await admin.GetAsync($"/app/teams/{team}");
        teamPage.Words.ShouldContain("In the team by one of these groups");
        var page = await admin.GetAsync($"/app/users/{id}");
        page.Texts("table[aria-label=Teams] td").ShouldBe(["by a group of the identity provider"]);
        page.Document.QuerySelector("main img").ShouldBeNull();
        page.Texts("table[aria-label='External identities'] code").ShouldBe([Hostile]);
        page = await admin.SubmitAsync(page, "Unlink");
        page.Words.ShouldContain("nobody of the identity provider is linked to this user yet");
        page.Document.QuerySelector("table[aria-label=Teams]").ShouldBeNull();
    }

    [Fact]
    public async Task Who_holds_less_sees_why_they_may_not_change_somebody()
    {
        var manager = await server.AddCallerAsync("userroles-systemmanager");
        using var client = new PortalClient(server.Url, manager.ApiKey);
        var person = await server.AddPersonAsync();
        await server.AddTeamAsync([person], "userroles-spacemanager@Spaces-1");
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await connection.ExecuteAsync("insert into api_keys (user_id, purpose, key_hash, hint, created_at) values (@person, 'theirs', uuid_send(gen_random_uuid()), 'API-ABC…', now())", new { person });
        }
        var page = await client.GetAsync($"/app/users/{person}");
        page.Words.ShouldContain("Changing this user is about rights that");
        page.Texts("main button[type=submit]").ShouldBeEmpty();
        page.Texts("table[aria-label='API keys'] th[scope=row]").ShouldBe(["theirs"]);
        page.Texts("table[aria-label='API keys'] a").ShouldBeEmpty();
        var own = await client.GetAsync($"/app/users/{await server.AddPersonAsync()}");
        (await client.ForgeAsync(own, $"/app/users/{person}?handler=Password", ("Input.Password", "a-password-of-mine"))).Status.ShouldBe(403);
    }

    [Fact]
    public async Task The_last_administrator_stays()
    {
        var page = await admin.GetAsync($"/app/users/{(await server.Admin.SeeAsync("/api/users/me")).Id}");
        page = await admin.SubmitAsync(page, "Disable", 409);
        page.Words.ShouldContain("at least one active person (not a service account) must stay in team Octopus Administrators");
        page.Texts("main button[type=submit]").ShouldNotContain("Delete");
    }

    [Fact]
    public async Task Names_are_shown_as_text_and_a_service_account_has_its_own_page()
    {
        const string Hostile = "<img src=x onerror=alert(1)>";
        var id = (await ServerFixture.PostAsync(server.Admin, "/api/users", new { Username = $"h{Guid.NewGuid():N}", DisplayName = Hostile })).GetProperty("Id").GetString();
        var page = await admin.GetAsync($"/app/users/{id}");
        page.Document.QuerySelector("h1")!.TextContent.ShouldBe(Hostile);
        page.Document.QuerySelector("main img").ShouldBeNull();
        (await admin.GetAsync("/app/users?q=onerror")).Document.QuerySelector("main img").ShouldBeNull();
        var (service, _) = await server.AddServiceAccountAsync();
        using var response = await admin.Http.GetAsync($"/app/users/{service}");
        response.Headers.Location!.ToString().ShouldBe($"/app/service-accounts/{service}");
    }

    public void Dispose() => admin.Dispose();

    private async Task<PortalClient> SignInAsync(string username, string password)
    {
        var client = new PortalClient(server.Url, null);
        var page = await client.SubmitAsync(await client.GetAsync("/app/sign-in"), "Sign in", 200, ("Input.Username", username), ("Input.Password", password));
        page.Path.ShouldNotStartWith("/app/sign-in");
        return client;
    }
}
