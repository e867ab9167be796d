using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;
using OctoLogin.Tests.Support.Registries;

namespace OctoLogin.Tests.Portal;

/// <summary>Feeds: made, changed, tested and searched by pages, before real registries where the machine has one.</summary>
public sealed class FeedPagesTests(FeedStage stage) : IClassFixture<FeedStage>, IDisposable
{
    private const string Feeds = "/app/spaces/default/feeds";
    private readonly PortalClient admin = new(stage.Server.Url, ServerFixture.AdminApiKey);

    private ServerFixture Server => stage.Server;

    [Fact]
    public async Task A_docker_feed_is_made_changed_searched_and_deleted()
    {
        Assert.SkipWhen(DebianRegistry.Missing is not null, DebianRegistry.Missing ?? "");
        var (name, image) = (Tenancy.Unique("docker"), $"acme/{Guid.NewGuid():N}");
        stage.Registries.Basic.Add(image, "1.0.0", "2.0.0");
        var page = await admin.GetAsync($"{Feeds}/new/Docker");
        page = await admin.SubmitAsync(page, "Create", 200, ("Input.Name", name), ("Input.FeedUri", $"https://{RegistryServer.BasicHost}"), ("Input.Username", DebianRegistry.User), ("Input.Password", DebianRegistry.Password));
        page.Words.ShouldContain("was created");
        page.Text.ShouldNotContain($">{DebianRegistry.Password}<");
        page = await admin.SubmitAsync(page, "Search", 200, ("q", image[..20]));
        page.Words.ShouldContain("The registry answered: the login works. 1 found.");
        page = await admin.GetAsync(page.Document.QuerySelector("main li a")!.GetAttribute("href")!);
        page.Words.ShouldContain("Versions, newest first: 2.0.0, 1.0.0");

        var address = page.Path.Split('?')[0];
        page = await admin.SubmitAsync(await admin.GetAsync(address), "Test");
        page.Texts("pre.log strong").ShouldBe(["Log in", $"List the images of {RegistryServer.BasicHost}"]);
        page.Words.ShouldContain($"It works Log in As {DebianRegistry.User}, with the stored password");
        page.Words.ShouldContain(image);
        page = await admin.SubmitAsync(page, "Test", 200, ("image", image));
        page.Words.ShouldContain($"List the tags of {image} at {RegistryServer.BasicHost} Versions: 2, the newest 2.0.0");
        (await admin.SubmitAsync(page, "Test", 200, ("image", $"{image}-none"))).Texts("pre.log .log-error").Single().ShouldBe($"Error: {RegistryServer.BasicHost} has no image '{image}-none'.");
        var edit = await admin.GetAsync($"{address}/edit");
        edit.Document.QuerySelector("[name='Input.Password']")!.HasAttribute("value").ShouldBeFalse();
        page = await admin.SubmitAsync(edit, "Save", 200, ("Input.Name", name + " 2"));
        page = await admin.SubmitAsync(page, "Search", 200, ("q", image));
        page.Words.ShouldContain("the login works", customMessage: "the password stayed");
        // Whoever may change feeds, and may not read their passwords, would else have them sent to a server of their own.
        (await admin.SubmitAsync(edit, "Save", 400, ("Input.FeedUri", $"https://{RegistryServer.TokenHost}"))).Words.ShouldContain("names another host than the Password was given for");
        page = await admin.SubmitAsync(edit, "Save", 200, ("Input.Name", name), ("Input.Password", "wrong-password"));
        page = await admin.SubmitAsync(page, "Search", 200, ("q", ""));
        page.Texts("[role=alert]").Single().ShouldContain(RegistryServer.BasicHost);
        page.Text.ShouldNotContain("wrong-password");
        page = await admin.SubmitAsync(page, "Test");
        page.Words.ShouldContain("It failed");
        page.Texts("pre.log .log-error").Single().ShouldContain(RegistryServer.BasicHost);
        page.Text.ShouldNotContain("wrong-password");
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", "it"))).Words.ShouldContain("nothing was deleted");
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", name))).Path.ShouldBe(Feeds);
        await admin.GetAsync(address, 404);
    }

    [Fact]
    public async Task A_feed_of_a_cloud_logs_in_with_an_id_token_and_shows_its_subject()
    {
        var name = Tenancy.Unique("ecr").Replace(' ', '-');
        var page = await admin.GetAsync($"{Feeds}/new/AwsElasticContainerRegistry");
        page = await admin.SubmitAsync(page, "Create", 400, ("Input.Name", name));
        page.ErrorsOf("Input.Region").Single().ShouldStartWith("Region is required");
        page.ErrorsOf("Input.RoleArn").Single().ShouldStartWith("RoleArn is required");
        page = await admin.SubmitAsync(page, "Create", 200, ("Input.Region", "eu-west-1"), ("Input.RoleArn", "arn:aws:iam::123456789012:role/read-images"));
        page.Texts("dd code").ShouldContain($"space:default:feed:{name}");
        var id = page.Path.Split('/')[^1];
        page = await admin.SubmitAsync(await admin.GetAsync($"{Feeds}/{id}/edit"), "Save", 200, ("Input.SubjectKeys", "feed"));
        page.Texts("dd code").ShouldContain($"feed:{name}");
        (await admin.GetAsync(Feeds)).Words.ShouldContain("ID token, no secret");
        page = await admin.SubmitAsync(await admin.GetAsync($"{Feeds}/{id}/edit"), "Save", 200, ("Input.Login", "password"), ("Input.AccessKey", "AKIAEXAMPLE"), ("Input.SecretKey", "the-secret-of-it"));
        page.Words.ShouldContain("set; never shown");
        (await Server.Admin.SeeAsync($"/api/feeds/{id}")).Text.ShouldNotContain("OidcAuthentication");
    }

    [Fact]
    public async Task A_form_shows_a_trust_policy_to_copy_and_a_test_tells_each_step_of_the_login_that_it_allows()
    {
        Assert.SkipWhen(DebianRegistry.Missing is not null, DebianRegistry.Missing ?? "");
        const string Role = "arn:aws:iam::123456789012:role/pull-images";
        var (name, image) = (Tenancy.Unique("ecr").Replace(' ', '-'), $"acme/{Guid.NewGuid():N}");
        stage.Registries.Basic.Add(image, "1.0.0", "2.0.0");
        var form = await admin.GetAsync($"{Feeds}/new/AwsElasticContainerRegistry");
        form.Texts("#preview code").ShouldBeEmpty();
        var preview = await admin.SubmitAsync(form, "Preview", 200, ("Input.Name", name), ("Input.Region", "eu-west-1"), ("Input.RoleArn", Role));
        preview.Texts("#preview dd code").ShouldBe([$"space:default:feed:{name}", CloudServer.Issuer, CloudServer.Host]);
        (await admin.SubmitAsync(preview, "Preview", 200, ("Input.SubjectKeys", "feed"))).Texts("#preview dd code")[0].ShouldBe($"feed:{name}");
        (await admin.SubmitAsync(preview, "Preview", 200, ("Input.RoleArn", "no role"))).Texts("#preview .alert").Single().ShouldContain("RoleArn must be");
        (await admin.SubmitAsync(preview, "Preview", 200, ("Input.Login", "password"))).Texts("#preview .alert").Single().ShouldContain("With a secret there is no subject");
        (await Server.Admin.SeeAsync($"{Api.Space}/feeds?partialName={name}"))["TotalResults"].ShouldBe("0", "a preview makes nothing");

        var page = await admin.SubmitAsync(preview, "Create");
        var policy = page.Document.QuerySelector("pre[aria-label='the trust policy']")!.TextContent;
        preview.Document.QuerySelector("pre[aria-label='the trust policy']")!.TextContent.ShouldBe(policy);
        page.Document.QuerySelector("pre[aria-label='the commands']")!.TextContent.ShouldContain("aws iam update-assume-role-policy --role-name 'pull-images'");
        page = await admin.SubmitAsync(page, "Test");
        page.Words.ShouldContain("It failed");
        page.Texts("pre.log strong").ShouldBe(["Sign an ID token", $"Assume the role {Role}"]);
        page.Texts("pre.log .log-error").Single().ShouldContain("AWS STS refused: InvalidIdentityToken");

        // As an administrator of AWS pastes it.
        var sts = stage.Registries.Cloud.Clouds.Sts;
        (sts.Providers[CloudServer.Issuer], sts.Roles[Role]) = ([CloudServer.Host], new(Role, policy));
        page = await admin.SubmitAsync(page, "Test");
        page.Words.ShouldContain("It works");
        page.Texts("pre.log strong").ShouldBe(["Sign an ID token", $"Assume the role {Role}", "Ask Amazon ECR for the registry's login", $"List the images of {RegistryServer.EcrHost}"]);
        page.Words.ShouldContain($"Issuer: {CloudServer.Issuer} Subject: space:default:feed:{name} Audience: {CloudServer.Host}");
        (await admin.SubmitAsync(page, "Test", 200, ("image", image))).Words.ShouldContain("Versions: 2, the newest 2.0.0");
        stage.Registries.Passwords.ShouldNotBeEmpty();
        stage.Registries.Passwords.ShouldAllBe(password => !page.Text.Contains(password));
        (await admin.SubmitAsync(await admin.GetAsync(page.Path.Split('?')[0]), "Search", 200, ("q", image))).Words.ShouldContain("the login works");
    }

    [Theory]
    [InlineData("AzureContainerRegistry", "https://acme.azurecr.io", "az ad app federated-credential create --id '11111111-2222-3333-4444-555555555555'")]
    [InlineData("GoogleContainerRegistry", "https://europe-docker.pkg.dev", "gcloud projects add-iam-policy-binding '123456' --role='roles/CHOOSE-A-ROLE'")]
    public async Task A_feed_of_another_cloud_has_its_trust_to_copy_too(string type, string address, string command)
    {
        Assert.SkipWhen(DebianRegistry.Missing is not null, DebianRegistry.Missing ?? "");
        var name = Tenancy.Unique("feed").Replace(' ', '-');
        (string, string)[] trusted = type == "GoogleContainerRegistry"
            ? [("Input.Audience", "https://iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/pool/providers/octologin")]
            : [("Input.TenantId", "66666666-7777-8888-9999-000000000000"), ("Input.ClientId", "11111111-2222-3333-4444-555555555555")];
        var preview = await admin.SubmitAsync(await admin.GetAsync($"{Feeds}/new/{type}"), "Preview", 200, [("Input.Name", name), ("Input.FeedUri", address), .. trusted]);
        preview.Texts("#preview .alert").ShouldBeEmpty();
        var commands = preview.Document.QuerySelector("pre[aria-label='the commands']")!.TextContent;
        commands.ShouldContain(command);
        commands.ShouldContain($"space:default:feed:{name}");
    }

    [Fact]
    public async Task The_built_in_feed_is_searched_and_not_changed()
    {
        (await Server.Admin.SendAsync("GET", $"/api/feeds/{OctoLogin.Feeds.Feed.BuiltInId}")).ShouldBe(200);
        var page = await admin.SubmitAsync(await admin.GetAsync($"{Feeds}/feeds-builtin"), "Search", 200, ("q", "nothing"));
        page.Words.ShouldContain("No package has that in its Id.");
        page.Texts("main button[type=submit]").ShouldBe(["Search"]);
        await admin.GetAsync($"{Feeds}/feeds-builtin/edit", 404);
        await admin.GetAsync($"{Feeds}/new/BuiltIn", 404);
    }

    [Fact]
    public async Task Who_sees_feeds_changes_none_and_hostile_text_is_text()
    {
        var viewer = await Server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        using var client = new PortalClient(Server.Url, viewer.ApiKey);
        var feed = await Server.Admin.MakeAsync("/api/feeds", new { Name = "<img src=x onerror=alert(1)>", FeedType = "Docker", FeedUri = "https://nowhere.example.com" });
        var page = await client.GetAsync($"{Feeds}/{feed.Id}?q=%3Cimg%3E");
        page.Document.QuerySelector("main img").ShouldBeNull();
        page.Texts("[role=alert]").Single().ShouldContain("nowhere.example.com");
        page.Texts("main button[type=submit]").ShouldBe(["Search"]);
        (await client.GetAsync(Feeds)).Document.QuerySelector("main img").ShouldBeNull();
        await client.GetAsync($"{Feeds}/{feed.Id}/edit", 403);
        await client.GetAsync($"{Feeds}/new", 403);
        foreach (var handler in (string[])["?handler=Delete", "?handler=Test", "/edit?handler=Preview"])
        {
            (await client.ForgeAsync(page, $"{Feeds}/{feed.Id}{handler}", ("confirm", feed["Name"]))).Status.ShouldBe(403, handler);
        }
        (await client.ForgeAsync(page, $"{Feeds}/new/Docker?handler=Preview")).Status.ShouldBe(403);
    }

    public void Dispose() => admin.Dispose();
}

/// <summary>A server before real registries; without one on the machine a server alone.</summary>
public sealed class FeedStage : IAsyncLifetime
{
    private readonly ServerFixture alone = new();

    public RegistryServer Registries { get; } = new();
    public ServerFixture Server => DebianRegistry.Missing is null ? Registries.Server : alone;

    public ValueTask InitializeAsync() => DebianRegistry.Missing is null ? Registries.InitializeAsync() : alone.InitializeAsync();

    public ValueTask DisposeAsync() => DebianRegistry.Missing is null ? Registries.DisposeAsync() : alone.DisposeAsync();
}
