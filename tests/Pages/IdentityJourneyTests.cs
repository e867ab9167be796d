using System.Text.Json;
using Dapper;
using OctoLogin.Tests.Portal;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Pages;

/// <summary>From no account to a workflow that logs in; a refusal explained, and mended from where it is explained.</summary>
public sealed class IdentityJourneyTests(Chromium chromium, IdentityServer portal) : PageTests(chromium), IClassFixture<IdentityServer>
{
    private readonly ServerFixture server = portal.Server;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_GitHub_identity_lets_in_what_its_snippet_says_and_a_refusal_is_explained_and_mended(bool javaScript)
    {
        var (_, username) = await server.AddPersonWithPasswordAsync("userroles-systemadministrator");
        var tab = await OpenAsync(server.Url, new() { JavaScript = javaScript });
        await tab.SignInAsync(username, SignedIn.Password, "/app/service-accounts");
        await tab.ClickAsync("New service account");
        await tab.FillAsync("Name", $"releases-{javaScript}");
        await tab.FillAsync("What it is for", "Releases of Hello");
        await tab.PressAsync("Create");
        await tab.SeesAsync("Nobody can log in yet");
        await IdentityAsync(tab);
        if (javaScript)
        {
            await tab.ScreenshotAsync("identity");
        }
        var workflow = (await tab.Page.Locator("pre").First.TextContentAsync())!.Split('\n').Select(line => line.Trim()).ToList();
        var audience = workflow.Single(line => line.StartsWith("service_account_id:", StringComparison.Ordinal)).Split(' ')[1];
        workflow.ShouldContain($"server: {server.Url}");
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);

        string FromBranch() => server.GitHubToken(audience, claims => (claims["sub"], claims["ref"]) = ("repo:octo-org/hello-octopus:ref:refs/heads/hotfix", "refs/heads/hotfix"));
        (await server.ExchangeAsync(audience, FromBranch())).Status.ShouldBe(400);
        await tab.GoAsync("/app/refusals");
        await tab.Page.Locator("table[aria-label='Refused logins, newest first'] tbody a").First.ClickAsync();
        await tab.SeesAsync("Against each identity, as it is now");
        await tab.SeesAsync("repo:octo-org/hello-octopus:ref:refs/heads/hotfix");
        await tab.LooksGoodAsync();
        if (javaScript)
        {
            await tab.ScreenshotAsync("refusal");
        }
        var refusal = tab.Page.Url;
        await TestClaimsAsync(tab, audience);
        await tab.GoAsync(refusal);
        await tab.ClickAsync("Make an identity from this");
        await tab.PressAsync("Save");
        await tab.SeesAsync("The identity was made.");
        (await server.ExchangeAsync(audience, FromBranch())).Status.ShouldBe(200);
        if (javaScript)
        {
            await tab.GoAsync("/app");
            await Eventually.TrueAsync(async () => (await tab.Page.ReloadAsync()) is not null && await tab.Page.GetByText("refused in the last 24 hours: the workflow is not one").CountAsync() > 0, "the logins were counted");
            await PictureHomeAsync(tab);
        }
    }

    /// <summary>As after a day of many logins.</summary>
    private async Task PictureHomeAsync(Tab tab)
    {
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                insert into login_counts (hour, cause, logins)
                select date_trunc('hour', now(), 'UTC') - make_interval(hours => i), '', 40 + (i * 37) % 61 from generate_series(1, 23) i
                union all select date_trunc('hour', now(), 'UTC') - make_interval(hours => i), 'SubjectMismatch', (i * 5) % 9 from generate_series(1, 23) i
                union all select date_trunc('hour', now(), 'UTC') - make_interval(hours => 9), 'Expired', 12
                """);
        }
        await tab.Page.ReloadAsync();
        await tab.SeesAsync("the token was out of date");
        await tab.LooksGoodAsync();
        await tab.ScreenshotAsync("home");
    }

    /// <summary>From the refusal to what would be let in: as one types, or by the button.</summary>
    private static async Task TestClaimsAsync(Tab tab, string audience)
    {
        await tab.ClickAsync("Test a token");
        var address = tab.Page.Url;
        foreach (var (branch, answer) in ((string, string)[])[("typed-branch", "A token of these claims would be refused."), ("main", "A token of these claims would log in")])
        {
            await tab.FillAsync("ID token, or claims", JsonSerializer.Serialize(new { iss = GitHubClaims.Issuer, aud = audience, sub = $"repo:octo-org/hello-octopus:ref:refs/heads/{branch}", repository_id = GitHubClaims.RepositoryId, repository_owner_id = GitHubClaims.OwnerId }));
            if (!tab.How.JavaScript)
            {
                await tab.PressAsync("Test");
            }
            await tab.SeesAsync(answer);
            await tab.LooksGoodAsync();
        }
        if (tab.How.JavaScript)
        {
            await tab.FillAsync("ID token, or claims", "{ \"iss\": ");
            await tab.SeesAsync("The claims are not JSON: look at line 1, ");
            await tab.DoesNotSeeAsync("A token of these claims");
            (await tab.Page.EvaluateAsync<string>("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])")).ShouldNotContain("typed-branch");
        }
        tab.Page.Url.ShouldBe(address, "claims are in no address");
    }

    private static async Task IdentityAsync(Tab tab)
    {
        await tab.ClickAsync("New identity");
        await tab.Page.GetByRole(Microsoft.Playwright.AriaRole.Link).Filter(new() { HasText = "GitHub Actions" }).First.ClickAsync();
        await tab.FillAsync("Repository", "https://github.com/octo-org/hello-octopus");
        await tab.ChooseAsync("Which runs", "Runs on a branch");
        await tab.FillAsync("Name of the environment, branch or tag", "main");
        if (tab.How.JavaScript)
        {
            // As one types.
            await tab.SeesAsync("repo:octo-org/hello-octopus:ref:refs/heads/main");
        }
        else
        {
            await tab.PressAsync("Preview");
            await tab.SeesAsync("repo:octo-org/hello-octopus:ref:refs/heads/main");
        }
        await tab.LooksGoodAsync();
        await tab.PressAsync("Save");
        await tab.SeesAsync("The identity was made.");
        await tab.LooksGoodAsync();
    }
}
