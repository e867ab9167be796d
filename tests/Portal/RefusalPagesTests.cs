using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>Why a login was refused, and how it is mended.</summary>
public sealed class RefusalPagesTests(IdentityServer portal) : IClassFixture<IdentityServer>
{
    private ServerFixture Server => portal.Server;
    private PortalClient Admin => portal.Admin;

    [Fact]
    public async Task A_snippets_values_log_in_another_branch_is_refused_and_explained_and_an_identity_made_of_it_mends_that()
    {
        var (id, _) = await Server.AddServiceAccountAsync();
        var form = await Admin.GetAsync($"/app/service-accounts/{id}/identities/new?for=github");
        var made = await Admin.SubmitAsync(form, "Save", 200, ("Values[Repository]", "git@github.com:octo-org/hello-octopus.git"), ("Values[Runs]", "Branch"), ("Values[Filter]", "main"));
        var workflow = made.Document.QuerySelector("pre")!.TextContent.Split('\n').Select(line => line.Trim()).ToList();
        var (server, account) = (ValueOf(workflow, "server"), ValueOf(workflow, "service_account_id"));

        server.ShouldBe(Server.Url);
        (await Server.ExchangeAsync(account, Server.GitHubToken(account))).Status.ShouldBe(200);
        string FromBranch() => Server.GitHubToken(account, claims => (claims["sub"], claims["ref"]) = ("repo:octo-org/hello-octopus:ref:refs/heads/hotfix", "refs/heads/hotfix"));
        var refused = await Server.ExchangeAsync(account, FromBranch());
        refused.Status.ShouldBe(400);

        var list = await Admin.GetAsync($"/app/refusals?account={id}");
        list.Texts("table[aria-label='Refused logins, newest first'] tbody tr").ShouldHaveSingleItem().ShouldContain("The workflow is not one that the identity accepts");
        var why = await Admin.GetAsync(list.Document.QuerySelector("tbody a")!.GetAttribute("href")!);
        why.Words.ShouldContain(refused.CorrelationId);
        (await Admin.GetAsync($"/app/refusals?q={refused.CorrelationId}")).Document.QuerySelector("#list tbody a")!.GetAttribute("href").ShouldBe(why.Path);
        (await Admin.GetAsync("/app/refusals?q=other")).Words.ShouldContain("No refused login has this correlation id.");
        var checks = why.Texts("table[aria-label='Checks of octo-org/hello-octopus branch main'] tbody tr");
        checks.ShouldContain(row => row.StartsWith("audience fits"));
        checks.ShouldContain("subject differs repo:octo-org/hello-octopus:ref:refs/heads/main repo:octo-org/hello-octopus:ref:refs/heads/hotfix");
        checks.ShouldContain("repository_id fits 74 74");
        why.Texts("table[aria-label='Claims of the token'] tbody tr").ShouldContain("actor octocat");

        var test = await Admin.GetAsync(why.Document.QuerySelectorAll("main a").Single(link => link.TextContent.Trim() == "Test a token").GetAttribute("href")!);
        test.Path.ShouldBe($"/app/service-accounts/{id}/test-token");
        test.Document.QuerySelector("textarea")!.TextContent.ShouldBeEmpty("what was presented is not carried along");

        var prefilled = await Admin.GetAsync(why.Document.QuerySelectorAll("a").Single(link => link.TextContent.Contains("Make an identity from this")).GetAttribute("href")!);
        prefilled.Words.ShouldContain("Save it only if that workflow is yours");
        prefilled.Texts("#preview code").ShouldContain("repo:octo-org@65/hello-octopus@74:ref:refs/heads/hotfix");
        (await Admin.SubmitAsync(prefilled, "Save")).Words.ShouldContain("The identity was made.");
        (await Server.ExchangeAsync(account, FromBranch())).Status.ShouldBe(200);
        var mended = await Admin.GetAsync(why.Path);
        mended.Words.ShouldContain("An identity fits what was presented.");
        mended.Words.ShouldNotContain("Make an identity from this");
    }

    [Fact]
    public async Task Refusals_are_grouped_by_cause_and_account_with_their_number()
    {
        var (id, audience) = await Server.AddTrustedAccountAsync();
        for (var i = 0; i < 3; i++)
        {
            (await Server.ExchangeAsync(audience, Server.GitHubToken(audience, claims => claims["environment"] = claims["sub"] = "repo:octo-org/hello-octopus:environment:x"))).Status.ShouldBe(400);
        }
        (await Server.ExchangeAsync(audience, Server.GitHubToken(audience, claims => claims["aud"] = "someone-else"))).Status.ShouldBe(400);
        var page = await Admin.GetAsync("/app/refusals");
        var username = (await Server.Admin.GetAsync($"/api/users/{id}", 200)).Json.GetProperty("Username").GetString()!;
        var groups = page.Texts("table[aria-label^='Refused in the last'] tbody tr").Where(row => row.Contains(username)).ToList();
        groups.Count.ShouldBe(2);
        groups.ShouldContain(row => row.StartsWith("The workflow is not one that the identity accepts") && row.Contains($"{username} 3 "));
        var link = page.Document.QuerySelectorAll("th a").Single(a => a.GetAttribute("href") == $"/app/refusals?cause=AudienceMismatch&account={id}");
        var filtered = await Admin.GetAsync(link.GetAttribute("href")!);
        filtered.Texts("table[aria-label^='Refused logins'] tbody tr").ShouldHaveSingleItem().ShouldContain("The token is for another audience");
    }

    [Fact]
    public async Task Older_refusals_are_paged_by_where_the_page_before_ended()
    {
        var (id, audience) = await Server.AddServiceAccountAsync();
        for (var i = 0; i < 51; i++)
        {
            await Server.ExchangeAsync(audience, Server.GitHubToken(audience));
        }
        var first = await Admin.GetAsync($"/app/refusals?account={id}");
        var older = await Admin.GetAsync(first.Document.QuerySelector("a[rel=next]")!.GetAttribute("href")!);
        first.Document.QuerySelectorAll("tbody tr").Length.ShouldBe(50);
        older.Document.QuerySelectorAll("tbody tr").Length.ShouldBe(1);
        older.Document.QuerySelector("a[rel=next]").ShouldBeNull();
    }

    /// <summary>Threats F3: a branch, an actor, a header can be called anything.</summary>
    [Fact]
    public async Task Hostile_claims_are_text_and_what_was_not_proven_is_said_to_be_so()
    {
        const string Hostile = "<img src=x onerror=alert(1)>";
        var (id, audience) = await Server.AddServiceAccountAsync();
        var token = Server.GitHubToken(audience, claims =>
        {
            (claims["actor"], claims["sub"], claims[Hostile]) = (Hostile, $"repo:octo-org/hello-octopus:ref:refs/heads/{Hostile}", Hostile);
            claims["aud"] = new[] { audience, Hostile };
        });
        (await Server.ExchangeAsync(audience, token)).Status.ShouldBe(400);
        var list = await Admin.GetAsync($"/app/refusals?account={id}");
        var why = await Admin.GetAsync(list.Document.QuerySelector("tbody a")!.GetAttribute("href")!);
        foreach (var page in (PortalPageView[])[list, why, await Admin.GetAsync($"/app/service-accounts/{id}")])
        {
            page.Document.QuerySelectorAll("img[src=x]").ShouldBeEmpty(page.Path);
        }
        why.Words.ShouldContain($"actor {Hostile}");
        why.Words.ShouldContain("Nothing of what the token says was proven");
        why.Words.ShouldContain("The account has no identity");
        var prefilled = await Admin.GetAsync(why.Document.QuerySelectorAll("a").Single(link => link.TextContent.Contains("Make an identity from this")).GetAttribute("href")!);
        prefilled.Document.QuerySelectorAll("img[src=x]").ShouldBeEmpty();
        prefilled.Document.QuerySelector("[name='Values[Filter]']")!.GetAttribute("value").ShouldBe(Hostile);
    }

    [Fact]
    public async Task A_refusal_of_what_is_no_token_or_of_no_account_is_shown_as_far_as_it_goes()
    {
        var refused = await Server.ExchangeAsync(Guid.NewGuid().ToString(), "a.b.c");
        refused.Status.ShouldBe(400);
        var list = await Admin.GetAsync("/app/refusals?cause=Malformed");
        var why = await Admin.GetAsync(list.Document.QuerySelector("tbody a")!.GetAttribute("href")!);
        why.Words.ShouldContain("there are no claims");
        why.Words.ShouldContain("none known");
        await Admin.GetAsync("/app/refusals/Events-999999999", 404);
        await Admin.GetAsync("/app/refusals/Events-x", 404);
    }

    [Fact]
    public async Task Whoever_may_not_see_the_audit_sees_no_refusal_and_whoever_may_not_see_accounts_no_identity()
    {
        var (id, audience) = await Server.AddTrustedAccountAsync();
        (await Server.ExchangeAsync(audience, Server.GitHubToken(audience, claims => claims["sub"] = "repo:octo-org/hello-octopus:pull_request"))).Status.ShouldBe(400);
        var path = (await Admin.GetAsync($"/app/refusals?account={id}")).Document.QuerySelector("tbody a")!.GetAttribute("href")!;
        using var viewer = await portal.SomebodyAsync("UserView");
        await viewer.GetAsync("/app/refusals", 403);
        await viewer.GetAsync(path, 403);
        (await viewer.GetAsync("/app/spaces")).Texts("nav a").ShouldNotContain("Why refused");

        using var auditor = await portal.SomebodyAsync("EventView");
        var seen = await auditor.GetAsync(path);
        seen.Texts("h2").ShouldBe(["As it was decided", "What was presented"]);
        seen.Words.ShouldNotContain("Make an identity from this");
        seen.Texts("main a").ShouldNotContain("Test a token");
        using var both = await portal.SomebodyAsync("EventView", "UserView");
        (await both.GetAsync(path)).Texts("main a").ShouldContain("Test a token");
        (await auditor.GetAsync("/app/spaces")).Texts("nav a").ShouldContain("Why refused");
    }

    private static string ValueOf(List<string> lines, string key) => lines.Single(line => line.StartsWith($"{key}: ", StringComparison.Ordinal))[(key.Length + 2)..];
}
