using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Registries;

namespace OctoLogin.Tests.Portal;

/// <summary>Feeds: made, changed and searched by pages, before real registries where the machine has one.</summary>
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
        (await client.ForgeAsync(page, $"{Feeds}/{feed.Id}?handler=Delete", ("confirm", feed["Name"]))).Status.ShouldBe(403);
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
