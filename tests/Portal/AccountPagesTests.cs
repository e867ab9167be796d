using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.Portal;

/// <summary>Accounts: made, changed, previewed and tested by pages.</summary>
public sealed class AccountPagesTests(CloudServer stage) : IClassFixture<CloudServer>, IDisposable
{
    private const string Accounts = "/app/spaces/default/accounts";
    private const string Role = "arn:aws:iam::123456789012:role/";
    private readonly PortalClient admin = new(stage.Server.Url, ServerFixture.AdminApiKey);

    private ServerFixture Server => stage.Server;

    public static TheoryData<string, (string, string)[]> Kinds => new()
    {
        { "AmazonWebServicesOidcAccount", [("Input.RoleArn", Role + "deploy"), ("Input.Region", "eu-west-1")] },
        { "AzureOidc", [("Input.SubscriptionNumber", Guid.Empty.ToString()), ("Input.TenantId", Guid.Empty.ToString()), ("Input.ClientId", Guid.Empty.ToString()), ("Input.AzureEnvironment", "AzureUSGovernment")] },
        { "GoogleCloudOidcAccount", [("Input.Audience", TestAccounts.GoogleAudience)] },
        { "GenericOidcAccount", [("Input.Audience", "api://elsewhere"), ("Input.CustomClaims", "{ \"team\": \"web\" }")] },
        { "AmazonWebServicesAccount", [("Input.AccessKey", "AKIAEXAMPLE"), ("Input.SecretKey", "the-secret-of-it")] },
        { "AzureServicePrincipal", [("Input.SubscriptionNumber", Guid.Empty.ToString()), ("Input.TenantId", Guid.Empty.ToString()), ("Input.ClientId", Guid.Empty.ToString()), ("Input.Password", "the-secret-of-it")] },
        { "Token", [("Input.Token", "the-secret-of-it")] },
        { "UsernamePassword", [("Input.Username", "deploy"), ("Input.Password", "the-secret-of-it")] },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_account_of_each_kind_is_made_and_changed_and_keeps_what_it_has(string type, (string, string)[] fields)
    {
        var name = Tenancy.Unique("account");
        var page = await admin.GetAsync($"{Accounts}/new/{type}");
        page = await admin.SubmitAsync(page, "Create", 200, [("Input.Name", name), .. fields]);
        page.Words.ShouldContain($"Account {name} was created.");
        page.Text.ShouldNotContain("the-secret-of-it");
        var id = page.Path.Split('/')[^1];
        var made = await Server.Admin.SeeAsync($"{Api.Space}/accounts/{id}");
        made["AccountType"].ShouldBe(type);
        (await admin.GetAsync($"{Accounts}?q={Uri.EscapeDataString(name)}")).Texts("#list th a").ShouldBe([name]);

        var edit = await admin.GetAsync($"{Accounts}/{id}/edit");
        edit.Text.ShouldNotContain("the-secret-of-it");
        page = await admin.SubmitAsync(edit, "Save", 200, ("Input.Description", "of the web team"));
        page.Words.ShouldContain("of the web team");
        var changed = await Server.Admin.SeeAsync($"{Api.Space}/accounts/{id}");
        changed.Text.Replace("of the web team", "").ShouldBe(made.Text.Replace("\"Description\":null", "\"Description\":\"\""));
    }

    [Fact]
    public async Task What_is_wrong_is_said_beside_its_field_and_a_secret_is_not_sent_back()
    {
        var page = await admin.GetAsync($"{Accounts}/new/AmazonWebServicesOidcAccount");
        page = await admin.SubmitAsync(page, "Create", 400, ("Input.Name", "x"), ("Input.RoleArn", "deploy"), ("Input.SessionDuration", "60"), ("Input.CustomClaims", "{}"));
        page.ErrorsOf("Input.RoleArn").Single().ShouldContain("must be the ARN of an IAM role");
        page.ErrorsOf("Input.SessionDuration").Single().ShouldContain("from 900 to 43200");
        page = await admin.SubmitAsync(page, "Create", 400, ("Input.CustomClaims", "{ team"));
        page.ErrorsOf("Input.CustomClaims").Single().ShouldContain("must be a JSON object");
        page = await admin.SubmitAsync(await admin.GetAsync($"{Accounts}/new/UsernamePassword"), "Create", 400, ("Input.Name", "x"), ("Input.Password", "the-secret-of-it"));
        page.ErrorsOf("Input.Username").ShouldBe(["Username is required."]);
        page.Text.ShouldNotContain("the-secret-of-it");
        await admin.GetAsync($"{Accounts}/new/Ftp", 404);
        (await admin.GetAsync($"{Accounts}/new")).Document.QuerySelectorAll("a.card").Length.ShouldBe(8);
    }

    [Fact]
    public async Task The_subject_follows_the_form_and_says_what_the_cloud_must_be_told()
    {
        var (project, production) = (await Server.AddProjectAsync(Tenancy.Unique("shop")), await Server.AddEnvironmentAsync());
        var page = await admin.GetAsync($"{Accounts}/new/AmazonWebServicesOidcAccount");
        page = await admin.SubmitAsync(page, "Preview", 200, ("Input.Name", "Deploy <b>"), ("Place.Project", project.Id), ("Place.Environment", production.Id));
        page.Words.ShouldContain("RoleArn is required");
        page = await admin.SubmitAsync(page, "Preview", 200, ("Input.RoleArn", Role + "deploy"));
        var subject = $"space:default:project:{project["Slug"]}:environment:{production["Slug"]}";
        page.Texts("#preview code").ShouldContain(subject);
        page.Texts("#preview pre")[0].ShouldContain($"\"{CloudServer.Host}:sub\": \"{subject}\"");
        page.Texts("#preview pre")[1].ShouldContain("aws iam create-open-id-connect-provider");
        page.Words.ShouldContain("tenant (no value at this place)");
        page = await admin.SubmitAsync(page, "Preview", 200, ("Input.DeploymentSubjectKeys", "project"), ("Input.DeploymentSubjectKeys", "account"));
        page.Texts("#preview code").ShouldContain($"project:{project["Slug"]}:account:deploy-b");

        // The part that htmx puts into the page is the same, and nothing was made.
        var (_, text) = await admin.ForgeAsync(page, $"{Accounts}/new/AmazonWebServicesOidcAccount?handler=Preview", ("Input.Name", "x"), ("Input.RoleArn", Role + "deploy"), ("Place.Use", "AccountTest"));
        text.ShouldContain("space:default:account:x");
        text.ShouldNotContain("<html");
        (await admin.GetAsync($"{Accounts}?q=Deploy")).Words.ShouldNotContain("Deploy <b>");
    }

    [Fact]
    public async Task A_saved_account_shows_the_subject_of_a_place_and_who_uses_it()
    {
        var (project, production) = (await Server.AddProjectAsync(), await Server.AddEnvironmentAsync());
        var account = await Server.AddAccountAsync("AzureOidc");
        await Server.SetVariablesAsync(project, CloudAccounts.Variable("Azure", "AzureAccount", account));
        var page = await admin.GetAsync($"{Accounts}/{account.Id}");
        page = await admin.SubmitAsync(page, "Show", 200, ("Place.Project", project.Id), ("Place.Environment", production.Id));
        page.Texts("#preview code").ShouldContain($"space:default:project:{project["Slug"]}:environment:{production["Slug"]}");
        page.Texts("#preview pre")[1].ShouldStartWith("az ad app federated-credential create");
        page.Words.ShouldContain($"variables of {project["Name"]}");
        page = await admin.SubmitAsync(page, "Delete", 409, ("confirm", account["Name"]));
        page.Words.ShouldContain($"is in use by variables of project '{project["Name"]}'");
    }

    [Fact]
    public async Task A_test_runs_and_shows_its_log_and_what_came_of_it()
    {
        var name = Tenancy.Unique("aws").Replace(' ', '-');
        stage.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, Role + name, $"space:default:account:{name}");
        var works = await Server.AddAccountAsync("AmazonWebServicesOidcAccount", new { RoleArn = Role + name, Region = "eu-west-1" }, name);
        var page = await admin.SubmitAsync(await admin.GetAsync($"{Accounts}/{works.Id}"), "Test");
        page.Path.ShouldStartWith($"{Accounts}/{works.Id}?test=ServerTasks-");
        page = await EndedAsync(page);
        page.Texts("#test .badge").ShouldBe(["It works"]);
        page.Texts("#test pre").Single().ShouldContain($"Subject: space:default:account:{name}");
        page.Texts("#test pre").Single().ShouldContain($"Account {name} works.");

        var stranger = await Server.AddAccountAsync("AmazonWebServicesOidcAccount", new { RoleArn = Role + "stranger", Region = "eu-west-1" });
        var failed = await EndedAsync(await admin.SubmitAsync(await admin.GetAsync($"{Accounts}/{stranger.Id}"), "Test"));
        failed.Texts("#test .badge").ShouldBe(["It failed"]);
        failed.Texts("#test pre").Single().ShouldContain("Error: ");
        // A task is shown at its own account alone.
        await admin.GetAsync($"{Accounts}/{works.Id}?{failed.Path.Split('?')[1]}", 404);
        using var request = new HttpRequestMessage(HttpMethod.Get, page.Path) { Headers = { { "HX-Request", "true" }, { "HX-Target", "test" } } };
        using var part = await admin.Http.SendAsync(request);
        var text = await part.Content.ReadAsStringAsync();
        text.TrimStart().ShouldStartWith("<div id=\"test\"");
        text.ShouldNotContain("hx-get", customMessage: "it has ended and asks no more");
    }

    [Fact]
    public async Task An_account_is_deleted_by_its_name()
    {
        var account = await Server.AddAccountAsync("Token");
        var page = await admin.GetAsync($"{Accounts}/{account.Id}");
        page.Texts("main button[type=submit]").ShouldNotContain("Test");
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", "it"))).Words.ShouldContain("nothing was deleted");
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", account["Name"]))).Path.ShouldBe(Accounts);
        await admin.GetAsync(page.Path, 404);
    }

    [Fact]
    public async Task Who_only_sees_accounts_of_an_environment_sees_those_and_changes_none()
    {
        var (staging, production) = (await Server.AddEnvironmentAsync(), await Server.AddEnvironmentAsync());
        var role = await Server.AddRoleAsync(["AccountView", "EnvironmentView", "SpaceView"]);
        var somebody = await Server.AddCallerAsync();
        await Server.GiveRoleAsync(somebody.TeamId, role, "Spaces-1", environmentIds: [staging.Id]);
        using var client = new PortalClient(Server.Url, somebody.ApiKey);
        var seen = await Server.AddAccountAsync("GenericOidcAccount", new { EnvironmentIds = new[] { staging.Id } });
        var hidden = await Server.AddAccountAsync("GenericOidcAccount", new { EnvironmentIds = new[] { production.Id } });
        var list = await client.GetAsync(Accounts);
        (list.Words.Contains(seen["Name"]), list.Words.Contains(hidden["Name"])).ShouldBe((true, false));
        list.Texts("main a.btn-primary").ShouldBeEmpty();
        var page = await client.GetAsync($"{Accounts}/{seen.Id}");
        page.Texts("main button[type=submit]").ShouldBe(["Show"]);
        page.Document.QuerySelectorAll("#Place_Environment option").Select(option => option.TextContent).ShouldBe(["none", staging["Name"]]);
        await client.GetAsync($"{Accounts}/{hidden.Id}", 404);
        await client.GetAsync($"{Accounts}/{seen.Id}/edit", 403);
        await client.GetAsync($"{Accounts}/new", 403);
        foreach (var handler in new[] { "Test", "Delete" })
        {
            (await client.ForgeAsync(page, $"{Accounts}/{seen.Id}?handler={handler}", ("confirm", seen["Name"]))).Status.ShouldBe(403, handler);
        }
    }

    [Fact]
    public async Task Limits_that_somebody_does_not_see_stay_when_they_save()
    {
        var (staging, production) = (await Server.AddEnvironmentAsync(), await Server.AddEnvironmentAsync());
        var account = await Server.AddAccountAsync("GenericOidcAccount", new { EnvironmentIds = new[] { staging.Id, production.Id } });
        var role = await Server.AddRoleAsync(["AccountView", "AccountEdit"]);
        var somebody = await Server.AddCallerAsync($"{role}@Spaces-1");
        using var client = new PortalClient(Server.Url, somebody.ApiKey);
        var edit = await client.GetAsync($"{Accounts}/{account.Id}/edit");
        edit.Words.ShouldContain($"{production.Id} (not visible to you)");
        await client.SubmitAsync(edit, "Save", 200, ("Input.Description", "new"));
        (await Server.Admin.SeeAsync($"{Api.Space}/accounts/{account.Id}")).Json.GetProperty("EnvironmentIds").Strings().ShouldBe([staging.Id, production.Id]);
    }

    public void Dispose() => admin.Dispose();

    /// <summary>As a reader without script presses the link again.</summary>
    private async Task<PortalPageView> EndedAsync(PortalPageView page)
    {
        await Eventually.TrueAsync(async () => !(page = await admin.GetAsync(page.Path)).Words.Contains("Look again"), "the test ended", TimeSpan.FromMinutes(1));
        return page;
    }
}
