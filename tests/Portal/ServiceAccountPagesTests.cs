using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>Service accounts and their identities, as an administrator looks after them in the portal.</summary>
public sealed class ServiceAccountPagesTests(IdentityServer portal) : IClassFixture<IdentityServer>
{
    private ServerFixture Server => portal.Server;
    private PortalClient Admin => portal.Admin;

    [Fact]
    public async Task An_account_is_made_found_renamed_disabled_enabled_and_deleted()
    {
        var name = $"hello-{Guid.NewGuid():N}";
        var made = await Admin.SubmitAsync(await Admin.GetAsync("/app/service-accounts/new"), "Create", 200, ("Input.Username", name), ("Input.DisplayName", "Releases of Hello"));
        made.Words.ShouldContain($"Service account {name} was created.");
        made.Words.ShouldContain("Nobody can log in yet");
        Guid.TryParse(made.Document.QuerySelector(".facts code")!.TextContent, out _).ShouldBeTrue("the audience is there to copy");

        var found = await Admin.GetAsync($"/app/service-accounts?q={name[..12]}");
        found.Texts("tbody tr").ShouldHaveSingleItem().ShouldBe($"{name} Releases of Hello 0 never active");
        (await Admin.GetAsync("/app/service-accounts?q=nothing-like-it")).Words.ShouldContain("No service account has that in its name");

        var edit = await Admin.GetAsync($"{made.Path}/edit");
        var renamed = await Admin.SubmitAsync(edit, "Save", 200, ("Input.Username", name + "2"));
        renamed.Words.ShouldContain($"{name}2 was saved.");
        renamed.Words.ShouldContain("Releases of Hello");
        (await Admin.SubmitAsync(edit, "Save", 409, ("Input.Username", "admin"))).Words.ShouldContain("There is a user with the username 'admin' already.");

        (await Admin.SubmitAsync(edit, "Disable")).Words.ShouldContain("This account is disabled");
        (await Admin.SubmitAsync(await Admin.GetAsync($"{made.Path}/edit"), "Enable")).Words.ShouldContain("was enabled");

        edit = await Admin.GetAsync($"{made.Path}/edit");
        (await Admin.SubmitAsync(edit, "Delete", 200, ("confirm", name))).Words.ShouldContain("nothing was deleted");
        (await Admin.SubmitAsync(edit, "Delete", 200, ("confirm", name + "2"))).Words.ShouldContain("was deleted.");
        await Admin.GetAsync(made.Path, 404);
    }

    [Fact]
    public async Task The_list_tells_of_risky_and_unused_identities_and_of_the_last_login()
    {
        var (id, _) = await Server.AddServiceAccountAsync($"risky-{Guid.NewGuid():N}");
        await Server.AddIdentityAsync(id, new { Name = "any", GitHub = new { Repository = "octo-org/hello-octopus", FilterType = "Any" } });
        await Server.AddIdentityAsync(id, new { Name = "old", GitHub = new { Repository = "octo-org/hello-octopus", FilterType = "Environment", Filter = "production" } });
        await using (var connection = await Server.Database.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                update oidc_identities set created_at = created_at - interval '100 days' where user_id = @id and name = 'old';
                insert into oidc_identity_uses (identity_id, last_used_at) select id, created_at - interval '3 hours' from oidc_identities where user_id = @id and name = 'any'
                """, new { id });
        }
        var row = (await Admin.GetAsync($"/app/service-accounts?q=risky-")).Texts("tbody tr").ShouldHaveSingleItem();
        row.ShouldContain("2 3 hours ago active 1 warning 1 unused for 90 days");
        var page = await Admin.GetAsync($"/app/service-accounts/{id}");
        page.Words.ShouldContain("Any run");
        page.Words.ShouldContain("unused for 90 days");
    }

    [Fact]
    public async Task A_GitHub_identity_is_previewed_with_its_ids_in_both_forms_and_then_made()
    {
        var (id, audience) = await Server.AddServiceAccountAsync();
        var choice = await Admin.GetAsync($"/app/service-accounts/{id}/identities/new");
        choice.Texts("a.card strong").ShouldBe(["GitHub Actions", "GitLab", "Azure DevOps", "Buildkite", "CircleCI", "Bitbucket", "Kubernetes", "Other issuer"]);
        var form = await Admin.GetAsync(choice.Document.QuerySelector("a.card")!.GetAttribute("href")!);
        form.Words.ShouldContain("Fill in the form");

        var previewed = await Admin.SubmitAsync(form, "Preview", 200, ("Values[Repository]", "https://github.com/octo-org/hello-octopus"), ("Values[Runs]", "Any"));
        previewed.Texts("#preview code").ShouldContain("repo:octo-org/hello-octopus:*");
        previewed.Texts("#preview code").ShouldContain("repo:octo-org@OWNER-ID/hello-octopus@REPOSITORY-ID:*");
        previewed.Words.ShouldContain("Risk: Any run.");

        var lookedUp = await Admin.SubmitAsync(previewed, "Look up the ids at GitHub", 200, ("Values[Runs]", "Branch"), ("Values[Filter]", "main"));
        lookedUp.Words.ShouldContain("GitHub told both ids.");
        lookedUp.Texts("#preview code").ShouldContain("repo:octo-org@65/hello-octopus@74:ref:refs/heads/main");
        lookedUp.Words.ShouldContain("Hint: No environment.");

        var made = await Admin.SubmitAsync(lookedUp, "Save");
        made.Words.ShouldContain("The identity was made.");
        made.Document.QuerySelector("h1")!.TextContent.ShouldBe("octo-org/hello-octopus branch main");
        var workflow = made.Document.QuerySelector("pre")!.TextContent;
        workflow.ShouldContain($"server: {Server.Url}");
        workflow.ShouldContain($"service_account_id: {audience}");
        (await Admin.SubmitAsync(lookedUp, "Save", 409)).Document.QuerySelector("#Values_Name_-error")!.TextContent.ShouldContain("named 'octo-org/hello-octopus branch main' already");
    }

    [Fact]
    public async Task A_form_says_beside_the_field_what_is_wrong_and_makes_nothing()
    {
        var (id, _) = await Server.AddServiceAccountAsync();
        var github = await Admin.GetAsync($"/app/service-accounts/{id}/identities/new?for=github");
        var wrong = await Admin.SubmitAsync(github, "Save", 400, ("Values[Repository]", "no repository"), ("Values[Runs]", "Branch"), ("Values[Filter]", ""));
        wrong.Document.QuerySelector("#Values_Repository_-error")!.TextContent.ShouldContain("This is no address of a GitHub repository");
        wrong.Document.QuerySelector("#Values_Filter_-error")!.TextContent.ShouldBe("The branch's name is needed.");
        wrong.Document.QuerySelector("[name='Values[Repository]']")!.GetAttribute("value").ShouldBe("no repository");

        var gitlab = await Admin.GetAsync($"/app/service-accounts/{id}/identities/new?for=gitlab");
        var unpinned = await Admin.SubmitAsync(gitlab, "Save", 400, ("Values[Instance]", "https://gitlab.com"), ("Values[Project]", "acme/web"), ("Values[Ref]", "main"));
        unpinned.Document.QuerySelector("#names-will-do-error")!.TextContent.ShouldContain("whoever takes over the name would be let in");
        (await Admin.SubmitAsync(unpinned, "Save", 200, ("Values[ProjectId]", "4211"))).Words.ShouldContain("The identity was made.");

        var other = await Admin.GetAsync($"/app/service-accounts/{id}/identities/new?for=other");
        (await Admin.SubmitAsync(other, "Save", 400, ("Values[Issuer]", "http://plain.example.com"), ("Values[Subject]", "s")))
            .Document.QuerySelector("#Values_Issuer_-error")!.TextContent.ShouldContain("must begin with https://");
        (await Server.Admin.GetAsync($"/api/serviceaccounts/{id}/oidcidentities/v1", 200)).Json.GetProperty("Count").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task An_identity_is_changed_its_tokens_ended_and_deleted()
    {
        var (id, audience) = await Server.AddTrustedAccountAsync();
        var page = await Admin.GetAsync($"/app/service-accounts/{id}");
        var identity = await Admin.GetAsync(page.Document.QuerySelector("h3 a")!.GetAttribute("href")!);
        (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).Status.ShouldBe(200);
        (await Admin.GetAsync(page.Path)).Texts("#tokens ~ .card tbody tr").First(row => row.Contains("main")).ShouldContain(GitHubClaims.Subject);
        (await Admin.SubmitAsync(identity, "End its tokens")).Words.ShouldContain("All access tokens of main were ended");
        (await Admin.GetAsync(page.Path)).Words.ShouldContain("None that the audit knows of.");

        (await Admin.SubmitAsync(identity, "Save", 400, ("Input.Conditions", "nothing"), ("Input.Minutes", "0"))).ErrorsOf("Input.Conditions").Single().ShouldContain("'nothing' is no condition");
        (await Admin.SubmitAsync(identity, "Save", 400, ("Input.Minutes", "0.5"))).ErrorsOf("Input.Minutes").Single().ShouldContain("it must be 60");
        var saved = await Admin.SubmitAsync(identity, "Save", 200, ("Input.Filter", "release/*"), ("Input.Conditions", "runner_environment:equals=github-hosted\nref_protected=true"), ("Input.Minutes", "15"));
        saved.Words.ShouldContain("The identity was saved.");
        saved.Words.ShouldContain("Several branches");
        var kept = (await Server.Admin.GetAsync($"/api/serviceaccounts/{id}/oidcidentities/v1", 200)).Json.GetProperty("OidcIdentities")[0];
        kept.GetProperty("Subject").GetString().ShouldBe("repo:octo-org/hello-octopus:ref:refs/heads/release/*");
        kept.GetProperty("TokenLifetime").GetInt32().ShouldBe(900);
        kept.GetProperty("Conditions").GetArrayLength().ShouldBe(2);
        kept.GetProperty("GitHub").GetProperty("RepositoryId").GetString().ShouldBe("74", "what was not touched stays");

        (await Admin.SubmitAsync(saved, "Delete", 200, ("confirm", "other"))).Words.ShouldContain("nothing was deleted");
        (await Admin.SubmitAsync(saved, "Delete", 200, ("confirm", "main"))).Words.ShouldContain("The identity main was deleted.");
    }

    [Fact]
    public async Task Live_tokens_are_listed_and_ended_one_by_one_or_all()
    {
        var (id, audience) = await Server.AddTrustedAccountAsync();
        var path = $"/app/service-accounts/{id}";
        var first = (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).AccessToken;
        var second = (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).AccessToken;
        var page = await Admin.GetAsync(path);
        page.Document.QuerySelectorAll("form[action*=End] input[name=token]").Length.ShouldBe(2);
        var ended = await Admin.SubmitAsync(page, "End");
        ended.Words.ShouldContain("The access token was ended.");
        ended.Document.QuerySelectorAll("input[name=token]").Length.ShouldBe(1);
        await StatusOfAsync(second, 401);
        await StatusOfAsync(first, 200);
        (await Admin.SubmitAsync(ended, "End all tokens")).Words.ShouldContain("None that the audit knows of.");
        await StatusOfAsync(first, 401);
        (await Admin.GetAsync(path)).Words.ShouldContain("logged in with OIDC identity main");
    }

    [Fact]
    public async Task An_api_key_is_made_shown_once_listed_with_its_last_use_and_deleted_by_its_purpose()
    {
        var (id, _) = await Server.AddServiceAccountAsync();
        var page = await Admin.GetAsync($"/app/service-accounts/{id}");
        page.Words.ShouldContain("API keys None.");
        var form = await Admin.GetAsync(page.Document.QuerySelector("a[href$='/api-keys/new']")!.GetAttribute("href")!);
        (await Admin.SubmitAsync(form, "Create", 400)).ErrorsOf("Input.Purpose").ShouldBe(["Purpose is required."]);
        (await Admin.SubmitAsync(form, "Create", 400, ("Input.Purpose", "x"), ("Input.Expires", "36500"))).ErrorsOf("Input.Expires").ShouldBe(["Expires must be one of the list."]);
        var made = await Admin.SubmitAsync(form, "Create", 200, ("Input.Purpose", "nightly report"), ("Input.Expires", "30"));
        var key = made.Document.QuerySelector(".copy code")!.TextContent;
        await Admin.SubmitAsync(form, "Create", 200, ("Input.Purpose", "for ever"), ("Input.Expires", "never"));
        page = await Admin.GetAsync($"/app/service-accounts/{id}");
        page.Text.ShouldNotContain(key);
        var listed = $"nightly report {key[..7]}…";
        page.Texts("table[aria-label='API keys'] tbody tr").ShouldContain(row => row.StartsWith(listed) && row.EndsWith("never in 29 days Delete"));
        page.Texts("table[aria-label='API keys'] tbody tr").ShouldContain(row => row.StartsWith("for ever API-") && row.EndsWith("never never Delete"));
        (await Admin.GetAsync($"/app/service-accounts/{id}/api-keys/new")).Text.ShouldNotContain(key);

        using var program = Server.ClientWithKey(key);
        (await program.GetAsync("/api/users/me", 200)).Json.GetProperty("Id").GetString().ShouldBe(id);
        await Eventually.TrueAsync(async () => (await Admin.GetAsync($"/app/service-accounts/{id}")).Texts("table[aria-label='API keys'] tbody tr").Any(row => row.StartsWith("nightly report") && !row.Contains("never")), "its use is written down");
        var delete = await Admin.GetAsync(page.Document.QuerySelector("a[aria-label='Delete the key nightly report']")!.GetAttribute("href")!);
        (await Admin.SubmitAsync(delete, "Delete", 200, ("confirm", "for ever"))).Words.ShouldContain("nothing was deleted");
        await program.GetAsync("/api/users/me", 200);
        var deleted = await Admin.SubmitAsync(delete, "Delete", 200, ("confirm", "nightly report"));
        deleted.Words.ShouldContain("The API key nightly report was deleted.");
        deleted.Texts("table[aria-label='API keys'] th[scope=row]").ShouldBe(["for ever"]);
        (await program.CallAsync(HttpMethod.Get, "/api/users/me")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task An_api_key_is_made_by_nobody_who_holds_less_than_the_account()
    {
        var strong = await Server.AddCallerAsync("userroles-spacemanager@Spaces-1");
        using var editor = await portal.SomebodyAsync("UserView", "UserEdit");
        var path = $"/app/service-accounts/{strong.Id}/api-keys/new";
        (await editor.GetAsync(path, 403)).Text.ShouldContain("Making an API key for this service account is about rights that");
        (await editor.PostAsync(path, ("Input.Purpose", "mine"), ("Input.Expires", "never"))).ShouldBe(403);
        (await Server.Admin.GetAsync($"/api/users/{strong.Id}/apikeys", 200)).Ids().Length.ShouldBe(1);
        var (weak, _) = await Server.AddServiceAccountAsync();
        (await editor.SubmitAsync(await editor.GetAsync($"/app/service-accounts/{weak}/api-keys/new"), "Create", 200, ("Input.Purpose", "mine"))).Words.ShouldContain("The key is shown this once.");
    }

    [Fact]
    public async Task A_token_is_tested_without_being_kept_shown_again_or_used_up()
    {
        var (id, audience) = await Server.AddTrustedAccountAsync();
        var token = Server.GitHubToken(audience, claims => claims["sub"] = "repo:octo-org/hello-octopus:ref:refs/heads/<img src=x onerror=alert(1)>");
        var form = await Admin.GetAsync($"/app/service-accounts/{id}/test-token");
        form.Document.QuerySelector("textarea")!.GetAttribute("autocomplete").ShouldBe("off");
        var tested = await Admin.SubmitAsync(form, "Test", 200, ("token", token));
        tested.Words.ShouldContain("A login with this token would be refused.");
        tested.Texts("table[aria-label='Checks of main'] tbody tr").ShouldContain(row => row.StartsWith("subject differs"));
        tested.Texts("table[aria-label='Claims of the token'] tbody tr").ShouldContain("repository octo-org/hello-octopus");
        tested.Document.QuerySelectorAll("img[src=x]").ShouldBeEmpty();
        tested.Text.ShouldNotContain(token);
        Server.Log.Lines.ShouldNotContain(line => line.Contains(token.Split('.')[2]));

        var good = Server.GitHubToken(audience);
        (await Admin.SubmitAsync(tested, "Test", 200, ("token", good))).Words.ShouldContain("would succeed");
        (await Server.ExchangeAsync(audience, good)).Status.ShouldBe(200);
        (await Admin.SubmitAsync(form, "Test", 200, ("token", "not a token"))).Words.ShouldContain("The token cannot be read");
        (await Admin.SubmitAsync(form, "Test", 200, ("token", " "))).ErrorsOf("token").Single().ShouldContain("Paste a token");
    }

    [Fact]
    public async Task Claims_are_tested_as_a_token_and_an_identity_made_of_them_without_their_coming_into_an_address()
    {
        var (id, audience) = await Server.AddTrustedAccountAsync();
        string ClaimsOf(string branch) => System.Text.Json.JsonSerializer.Serialize(new { iss = GitHubClaims.Issuer, aud = audience, sub = $"repo:octo-org/hello-octopus:ref:refs/heads/{branch}", repository_id = GitHubClaims.RepositoryId, repository_owner_id = GitHubClaims.OwnerId });
        var form = await Admin.GetAsync($"/app/service-accounts/{id}/test-token");
        var good = await Admin.SubmitAsync(form, "Test", 200, ("token", ClaimsOf("main")));
        good.Words.ShouldContain("A token of these claims would log in, if its issuer signed it");
        good.Texts("button").ShouldNotContain("Make an identity from this");
        good.Texts("table[aria-label='Checks of the account'] tbody th").ShouldBe(["account"]);

        var branch = $"hotfix-{Guid.NewGuid():N}";
        var refused = await Admin.SubmitAsync(form, "Test", 200, ("token", ClaimsOf(branch)));
        refused.Words.ShouldContain("A token of these claims would be refused.");
        refused.Path.ShouldNotContain("hotfix");
        refused.Document.QuerySelectorAll("[href*=hotfix], [action*=hotfix]").ShouldBeEmpty();
        refused.Document.QuerySelector("textarea")!.TextContent.ShouldBeEmpty();
        var prefilled = await Admin.SubmitAsync(refused, "Make an identity from this");
        prefilled.Path.ShouldBe($"/app/service-accounts/{id}/identities/new?for=github&handler=Preview");
        prefilled.Words.ShouldContain("Save it only if that workflow is yours");
        prefilled.Document.QuerySelector("[name='Values[Filter]']")!.GetAttribute("value").ShouldBe(branch);
        Server.Log.Lines.ShouldNotContain(line => line.Contains(branch));
        (await Admin.SubmitAsync(prefilled, "Save")).Words.ShouldContain("The identity was made.");
        (await Admin.SubmitAsync(form, "Test", 200, ("token", ClaimsOf(branch)))).Words.ShouldContain("would log in");

        (await Admin.SubmitAsync(form, "Test", 200, ("token", "{ \"iss\":\n \"a\", "))).ErrorsOf("token").Single().ShouldStartWith("The claims are not JSON: look at line 2, ");
        (await Admin.SubmitAsync(form, "Test", 200, ("token", "{ \"sub\": \"a\", \"sub\": \"b\" }"))).ErrorsOf("token").Single().ShouldContain("cannot be those of a token");
        using var viewer = await portal.SomebodyAsync("UserView");
        var seen = await viewer.SubmitAsync(await viewer.GetAsync(form.Path), "Test", 200, ("token", ClaimsOf("elsewhere")));
        seen.Words.ShouldContain("A token of these claims would be refused.");
        seen.Texts("button").ShouldNotContain("Make an identity from this");
    }

    [Fact]
    public async Task Conditions_whose_values_hold_commas_are_edited_and_stay_as_they_are_when_others_change()
    {
        var (id, _) = await Server.AddServiceAccountAsync();
        string[] values = ["CN=build, O=Acme", "CN=release, O=Acme"];
        await Server.AddIdentityAsync(id, new { Name = "main", Issuer = "https://ci.example.com", Subject = "job", Conditions = new object[] { new { Claim = "signer", Kind = "OneOf", Values = values }, new { Claim = "env", Values = new[] { "a", "b" } } } });
        var page = await Admin.GetAsync((await Admin.GetAsync($"/app/service-accounts/{id}")).Document.QuerySelector("h3 a")!.GetAttribute("href")!);
        var text = ((AngleSharp.Html.Dom.IHtmlTextAreaElement)page.Document.QuerySelector("[name='Input.Conditions']")!).Value;
        text.ShouldBe("signer:oneof=\n  CN=build, O=Acme\n  CN=release, O=Acme\nenv=a,b");
        page = await Admin.SubmitAsync(page, "Save", 200, ("Input.Name", "renamed"));
        (await ConditionsAsync()).ShouldBe(["signer OneOf CN=build, O=Acme|CN=release, O=Acme", "env Pattern a|b"]);
        // As a browser sends it.
        page = await Admin.SubmitAsync(page, "Save", 200, ("Input.Conditions", "signer:oneof=\r\n\tCN=build, O=Acme\r\n CN=other, O=Acme\r\nenv=a\r\n"));
        page.Words.ShouldContain("The identity was saved.");
        (await ConditionsAsync()).ShouldBe(["signer OneOf CN=build, O=Acme|CN=other, O=Acme", "env Pattern a"]);
        (await Admin.SubmitAsync(page, "Save", 400, ("Input.Conditions", "signer:oneof=\r\nenv=a"))).ErrorsOf("Input.Conditions").Single().ShouldStartWith("'signer:oneof=' is no condition.");

        async Task<string[]> ConditionsAsync() =>
            [.. (await Server.Admin.GetAsync($"/api/serviceaccounts/{id}/oidcidentities/v1", 200)).Json.GetProperty("OidcIdentities")[0].GetProperty("Conditions").EnumerateArray()
                .Select(one => $"{one.GetProperty("Claim").GetString()} {one.GetProperty("Kind").GetString()} {string.Join('|', one.GetProperty("Values").Strings())}")];
    }

    [Fact]
    public async Task Hostile_names_and_subjects_are_text()
    {
        const string Hostile = "<img src=x onerror=alert(1)>";
        var (id, _) = await Server.AddServiceAccountAsync($"{Hostile}{Guid.NewGuid():N}");
        await Server.AddIdentityAsync(id, new { Name = Hostile, Issuer = "https://k8s.example.com", Subject = $"system:{Hostile}", Conditions = new[] { new { Claim = Hostile, Values = new[] { Hostile } } } });
        foreach (var path in (string[])["/app/service-accounts?q=onerror", $"/app/service-accounts/{id}", $"/app/service-accounts/{id}/edit"])
        {
            var page = await Admin.GetAsync(path);
            page.Document.QuerySelectorAll("img[src=x]").ShouldBeEmpty(path);
            page.Words.ShouldContain(Hostile);
        }
        var identity = await Admin.GetAsync((await Admin.GetAsync($"/app/service-accounts/{id}")).Document.QuerySelector("h3 a")!.GetAttribute("href")!);
        identity.Document.QuerySelectorAll("img[src=x]").ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_lacks_the_permission_sees_and_changes_nothing()
    {
        var (id, _) = await Server.AddTrustedAccountAsync();
        var identity = (await Admin.GetAsync($"/app/service-accounts/{id}")).Document.QuerySelector("h3 a")!.GetAttribute("href")!;
        using var nobody = await portal.SomebodyAsync();
        await Server.AddKeyAsync(id);
        var key = (await Server.Admin.GetAsync($"/api/users/{id}/apikeys", 200)).Ids().Single();
        foreach (var path in (string[])["", "/new", $"/{id}", $"/{id}/edit", $"/{id}/test-token", $"/{id}/identities/new", $"/{id}/api-keys/new", $"/{id}/api-keys/{key}/delete"])
        {
            await nobody.GetAsync($"/app/service-accounts{path}", 403);
        }
        await nobody.GetAsync(identity, 403);

        using var viewer = await portal.SomebodyAsync("UserView");
        var page = await viewer.GetAsync($"/app/service-accounts/{id}");
        page.Texts("form[method=post] button").Where(text => text != "Sign out").ShouldBeEmpty();
        page.Texts("table[aria-label='API keys'] th[scope=row]").ShouldBe(["test"]);
        page.Document.QuerySelectorAll("a[href*='/api-keys/']").ShouldBeEmpty();
        (await viewer.GetAsync(identity)).Texts("form button").ShouldNotContain("Save");
        (string, string)[] fields = [("confirm", "main"), ("Input.Username", "x"), ("Input.Name", "main"), ("Input.Repository", "octo-org/x"), ("Input.Minutes", "60"), ("Input.Filter", "x"), ("Values[Repository]", "octo-org/hello-octopus"), ("Values[Runs]", "Any"), ("Input.Purpose", "mine"), ("Input.Expires", "never")];
        foreach (var path in (string[])["/new", $"/{id}?handler=EndAll", $"/{id}?handler=End&token=00000000000000000000000000000000", $"/{id}/edit", $"/{id}/edit?handler=Disable", $"/{id}/edit?handler=Delete",
            $"/{id}/api-keys/new", $"/{id}/api-keys/{key}/delete?handler=Delete", $"/{id}/identities/new?for=github", $"/{id}/identities/new?for=github&handler=LookUp"])
        {
            await portal.ShouldBeForbiddenAsync(viewer, $"/app/service-accounts{path}", fields);
        }
        foreach (var handler in (string[])["", "?handler=EndTokens", "?handler=Delete"])
        {
            await portal.ShouldBeForbiddenAsync(viewer, identity + handler, fields);
        }
        (await Server.Admin.GetAsync($"/api/serviceaccounts/{id}/oidcidentities/v1", 200)).Json.GetProperty("Count").GetInt32().ShouldBe(1);
        (await Server.Admin.GetAsync($"/api/users/{id}/apikeys", 200)).Ids().ShouldBe([key]);
    }

    [Fact]
    public async Task A_space_that_the_viewer_does_not_see_has_no_name_among_the_roles()
    {
        var space = await Server.AddSpaceAsync();
        var name = (await Server.Admin.SeeAsync($"/api/spaces/{space}"))["Name"];
        var (id, _) = await Server.AddServiceAccountAsync();
        await Server.AddTeamAsync([id], $"userroles-projectviewer@{space}");
        using var viewer = await portal.SomebodyAsync("UserView", "TeamView");
        var page = await viewer.GetAsync($"/app/service-accounts/{id}");
        page.Texts("table[aria-label='Teams and roles'] td").ShouldBe(["Project viewer", $"in {space}"]);
        page.Text.ShouldNotContain(name);
        (await Admin.GetAsync($"/app/service-accounts/{id}")).Texts("table[aria-label='Teams and roles'] td").ShouldBe(["Project viewer", $"in {name}"]);
    }

    private async Task StatusOfAsync(string accessToken, int status)
    {
        using var client = Server.ClientWithToken(accessToken);
        await client.GetAsync("/api/users/me", status);
    }
}
