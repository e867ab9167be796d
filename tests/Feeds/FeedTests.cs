using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Feeds;

public sealed class FeedTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Each_space_has_the_built_in_one()
    {
        var space = await server.AddSpaceAsync();
        foreach (var path in new[] { "/api", Api.Space, $"/api/{space}" })
        {
            var feed = (await server.Admin.SeeAsync($"{path}/feeds?feedType=builtin")).Json.GetProperty("Items").EnumerateArray().ShouldHaveSingleItem();
            (feed.GetProperty("Id").GetString(), feed.GetProperty("Name").GetString(), feed.GetProperty("FeedType").GetString(), feed.GetProperty("SpaceId").GetString())
                .ShouldBe(("feeds-builtin", "Octopus Server (built-in)", "BuiltIn", path == $"/api/{space}" ? space : "Spaces-1"));
            (await server.Admin.SeeAsync($"{path}/feeds/all")).Names("Id").ShouldContain("feeds-builtin");
            foreach (var named in new[] { "feeds-builtin", "Feeds-BuiltIn", "octopus-server-built-in" })
            {
                (await server.Admin.SeeAsync($"{path}/feeds/{named}")).Id.ShouldBe("feeds-builtin");
            }
        }
        (await server.Admin.SeeAsync("/api/feeds?feedType=builtin&partialName=SERVER&ids=feeds-builtin")).Names().ShouldHaveSingleItem();
        (await server.Admin.SeeAsync("/api/feeds?feedType=Helm")).Names().ShouldBeEmpty();
        (await server.Admin.SendAsync("GET", "/api/feeds/Feeds-1001")).ShouldBeRefused(404, "feed 'Feeds-1001'");
    }

    [Fact]
    public async Task Says_which_types_there_are()
    {
        (await server.Admin.SendAsync("POST", "/api/feeds", new { Name = "Images", FeedType = "Helm" })).ShouldBeRefused(400, "'Helm'", "Docker, AwsElasticContainerRegistry");
        (await server.Admin.SendAsync("POST", "/api/feeds", new { Name = "Second", FeedType = "BuiltIn" })).ShouldBeRefused(400, "has its BuiltIn feed already: feeds-builtin");
        (await server.Admin.SendAsync("PUT", "/api/feeds/feeds-builtin", new { Name = "Mine" })).ShouldBeRefused(400, "nothing of it can be changed");
        (await server.Admin.SendAsync("DELETE", "/api/feeds/feeds-builtin")).ShouldBeRefused(400, "deleted with its space");
    }

    [Fact]
    public async Task Is_made_changed_and_deleted_with_an_event_each_and_never_gives_its_password()
    {
        const string Password = "not-to-be-told";
        var name = Tenancy.Unique("images");
        var made = await server.Admin.MakeAsync("/api/feeds", new { Name = name, FeedType = "Docker", FeedUri = "https://registry.example.com/", Username = "ci", Password = Secret(Password), ApiVersion = "v2", RegistryPath = "" });
        made.Id.ShouldStartWith("Feeds-");
        (made["FeedType"], made["FeedUri"], made["Username"], made["ApiVersion"], made["Slug"]).ShouldBe(("Docker", "https://registry.example.com", "ci", "v2", name.Replace(' ', '-')));
        made.Json.GetProperty("Password").GetRawText().ShouldBe("""{"HasValue":true}""");
        made.Json.TryGetProperty("SecretKey", out _).ShouldBeFalse();
        var texts = new List<string> { made.Text, (await server.Admin.SeeAsync($"/api/feeds/{made.Id}")).Text };
        (await server.EventAsync(made)).ShouldBe(("Created", $"Feed {name} was created"));

        // What a client sends back as it was read changes nothing; without FeedType what is left out stays.
        var kept = (await server.Admin.SendAsync("PUT", $"/api/feeds/{made.Id}", made.Json)).ShouldBe(200);
        kept.Json.GetProperty("Password").GetRawText().ShouldBe("""{"HasValue":true}""");
        var changed = (await server.Admin.SendAsync("PUT", $"/api/feeds/{made.Id}", new { RegistryPath = "team" })).ShouldBe(200);
        (changed["RegistryPath"], changed["Username"], changed["FeedUri"]).ShouldBe(("team", "ci", "https://registry.example.com"));
        (await server.EventAsync(changed)).Category.ShouldBe("Modified");
        // With it what is left out is empty: the feed is asked without a login then.
        var anonymous = (await server.Admin.SendAsync("PUT", $"/api/feeds/{made.Id}", new { Name = name, FeedType = "Docker", FeedUri = "https://registry.example.com" })).ShouldBe(200);
        anonymous.Json.GetProperty("Password").GetRawText().ShouldBe("""{"HasValue":false}""");
        texts.AddRange([kept.Text, changed.Text, (await server.Admin.SeeAsync("/api/events?take=1000")).Text, string.Join('\n', server.Log.Lines)]);
        texts.ShouldAllBe(text => !text.Contains(Password, StringComparison.Ordinal));

        (await server.Admin.SendAsync("POST", "/api/feeds", new { Name = name.ToUpperInvariant(), FeedType = "Docker", FeedUri = "https://other.example.com" })).ShouldBeRefused(409, "There is a feed with the name");
        (await server.Admin.SendAsync("PUT", $"/api/feeds/{made.Id}", new { FeedType = "AzureContainerRegistry", Name = name })).ShouldBeRefused(400, "which does not change");
        var deleted = (await server.Admin.SendAsync("DELETE", $"/api/feeds/{made["Slug"]}")).ShouldBe(200);
        (await server.EventAsync(deleted)).ShouldBe(("Deleted", $"Feed {name} was deleted"));
        (await server.Admin.SendAsync("GET", $"/api/feeds/{made.Id}")).ShouldBeRefused(404, $"feed '{made.Id}'");
    }

    [Fact]
    public async Task A_password_is_encrypted_for_its_feed()
    {
        var made = await server.Admin.MakeAsync("/api/feeds", Docker("https://sealed.example.com"));
        await using var command = server.Database.DataSource.CreateCommand($"select secret from feeds where id = '{made.Id}'");
        var stored = (byte[])(await command.ExecuteScalarAsync())!;
        System.Text.Encoding.Latin1.GetString(stored).ShouldNotContain("a-password");
        // Moved to another row it opens nowhere.
        var other = await server.Admin.MakeAsync("/api/feeds", Docker("https://sealed.example.com"));
        await using var move = server.Database.DataSource.CreateCommand($"update feeds set secret = (select secret from feeds where id = '{made.Id}') where id = '{other.Id}'");
        await move.ExecuteNonQueryAsync();
        (await server.Admin.SendAsync("GET", $"/api/feeds/{other.Id}/packages/search")).ShouldBe(500);
    }

    [Theory]
    [InlineData("http://registry.example.com", "must be the https URL")]
    [InlineData("registry.example.com", "must be the https URL")]
    [InlineData("https://user:word@registry.example.com", "must be the https URL")]
    [InlineData("https://registry.example.com?x=1", "must be the https URL")]
    [InlineData("https://registry.example.com/v2/", "leave the version of the API")]
    [InlineData("https://localhost:5000", "localhost is not a public address; an administrator can allow it with Clouds:AllowPrivateNetwork:0=localhost")]
    [InlineData("https://10.1.2.3", "10.1.2.3 is not a public address")]
    [InlineData("https://[::1]", "is not a public address")]
    [InlineData("https://169.254.169.254/latest", "is not a public address")]
    [InlineData("https://[::ffff:10.0.0.1]", "is not a public address")]
    [InlineData("", "FeedUri is required")]
    public async Task Refuses_an_address_that_is_not_to_be_asked(string uri, string why)
    {
        var refused = (await server.Admin.SendAsync("POST", "/api/feeds", new { Name = "Images", FeedType = "Docker", FeedUri = uri })).ShouldBeRefused(400, why);
        refused.Text.ShouldNotContain("word@");
    }

    [Fact]
    public async Task Says_all_that_is_wrong()
    {
        (await server.Admin.SendAsync("POST", "/api/feeds", new { FeedType = "Docker", FeedUri = "https://a.example.com", Username = "a:b", RegistryPath = "https://x y" }))
            .ShouldBeRefused(400, "Name is required", "RegistryPath is 'https://x y'", "Username may not hold ':'", "belong together");
        (await server.Admin.SendAsync("POST", "/api/feeds", new { Name = "x", FeedType = "Docker", FeedUri = "https://a.example.com", Password = "clear", OidcAuthentication = new { } }))
            .ShouldBeRefused(400, "Password must be a sensitive value", "a Docker feed has Username and Password, or neither");
        (await server.Admin.SendAsync("POST", "/api/feeds", new { Name = "x", FeedType = "AwsElasticContainerRegistry" })).ShouldBeRefused(400, "Region is required", "needs OidcAuthentication with a RoleArn");
        (await server.Admin.SendAsync("POST", "/api/feeds", new
        {
            Name = "x", FeedType = "AwsElasticContainerRegistry", Region = "eu-west-1", AccessKey = "AKIA", SecretKey = Secret("s"),
            OidcAuthentication = new { RoleArn = "role", SessionDuration = "5", SubjectKeys = new[] { "project" } }, FeedUri = "https://evil.example.com", RegistryPath = "other.example.com/x",
        })).ShouldBeRefused(400, "RoleArn must be", "SessionDuration must be", "OidcAuthentication.SubjectKeys may not have 'project'; feeds allow space, feed", "send the one or the other",
            "'evil.example.com' is not a registry of the cloud", "'other.example.com' is not a registry of the cloud");
        (await server.Admin.SendAsync("POST", "/api/feeds", new { Name = "x", FeedType = "AzureContainerRegistry", FeedUri = "https://acme.azurecr.io", OidcAuthentication = new { ClientId = "me" } }))
            .ShouldBeRefused(400, "ClientId must be", "TenantId is required");
        (await server.Admin.SendAsync("POST", "/api/feeds", new { Name = "x", FeedType = "GoogleContainerRegistry", FeedUri = "https://eu.gcr.io", OidcAuthentication = new { Audience = "x" } })).ShouldBeRefused(400, "Audience must be https://iam");
        (await server.Admin.SendAsync("POST", "/api/feeds", new { Name = "x", FeedType = "Docker", FeedUri = "https://a.example.com", SpaceId = "Spaces-999" })).ShouldBeRefused(400, "SpaceId is 'Spaces-999'");
    }

    [Fact]
    public async Task Reads_and_writes_what_clients_do_about_id_tokens()
    {
        const string Role = "arn:aws:iam::123456789012:role/read";
        var ecr = await server.Admin.MakeAsync("/api/feeds", new { Name = Tenancy.Unique("ecr"), FeedType = "AwsElasticContainerRegistry", Region = "eu-west-1", OidcAuthentication = new { RoleArn = Role, SessionDuration = "1800", SubjectKeys = new[] { "feed", "space" } } });
        ecr.Json.GetProperty("OidcAuthentication").GetRawText().ShouldBe($$"""{"SubjectKeys":["feed","space"],"RoleArn":"{{Role}}","SessionDuration":"1800"}""");
        (ecr.Json.GetProperty("SecretKey").GetRawText(), ecr.Json.TryGetProperty("AccessKey", out _)).ShouldBe(("""{"HasValue":false}""", false));
        var acr = await server.Admin.MakeAsync("/api/feeds", new { Name = Tenancy.Unique("acr"), FeedType = "AzureContainerRegistry", FeedUri = "https://acme.azurecr.io", OidcAuthentication = new { ClientId = Guid.Empty, TenantId = Guid.Empty } });
        acr.Json.GetProperty("OidcAuthentication").GetProperty("Audience").GetString().ShouldBe("api://AzureADTokenExchange");
        var google = await server.Admin.MakeAsync("/api/feeds", new { Name = Tenancy.Unique("gcr"), FeedType = "GoogleContainerRegistry", FeedUri = "https://eu.gcr.io", Password = Secret("{ \"a\": \"key\" }") });
        google["Username"].ShouldBe("_json_key");
        // Its address does not sign, so the issuer's URL of this server is what stands in the way.
        (await server.Admin.SendAsync("GET", $"/api/feeds/{acr.Id}/packages/search")).ShouldBeRefused(502, "ServerUri");
    }

    [Theory]
    [InlineData("https://evil.example.com", null)]
    [InlineData("https://keep.example.com:8443", null)]
    [InlineData("https://keep.example.com", "evil.example.com/x")]
    public async Task A_password_does_not_follow_its_feed_to_another_host(string uri, string? path)
    {
        var made = await server.Admin.MakeAsync("/api/feeds", Docker("https://keep.example.com"));
        foreach (var body in new object[] { new { FeedUri = uri, RegistryPath = path }, new { Name = made["Name"], FeedType = "Docker", FeedUri = uri, RegistryPath = path, Username = "ci", Password = new { HasValue = true } } })
        {
            (await server.Admin.SendAsync("PUT", $"/api/feeds/{made.Id}", body)).ShouldBeRefused(400, "send the Password again as NewValue");
        }
        (await server.Admin.SendAsync("PUT", $"/api/feeds/{made.Id}", new { FeedUri = uri, RegistryPath = path, Password = Secret("another") })).ShouldBe(200);
    }

    [Fact]
    public async Task One_in_use_is_not_deleted_and_says_where_it_is_to_those_who_may_know()
    {
        var (container, package, property) = (await server.Admin.MakeAsync("/api/feeds", Docker("https://a.example.com")), await server.Admin.MakeAsync("/api/feeds", Docker("https://b.example.com")), await server.Admin.MakeAsync("/api/feeds", Docker("https://c.example.com")));
        var project = await server.AddProjectAsync();
        await server.SetProcessAsync(project.Id,
            Deploying.Bash("In a container", "true", action: new { Container = new { Image = "tools:1", FeedId = container.Id } }),
            Api.Step("With an image", new { PackageId = "web", FeedId = package["Slug"] }),
            Deploying.Bash("Of old", "true", properties: new() { ["Octopus.Action.Package.FeedId"] = property.Id }));
        var editor = await server.AddCallerAsync($"{await server.AddRoleAsync(space: ["FeedView", "FeedEdit"])}@Spaces-1");
        foreach (var feed in new[] { container, package, property })
        {
            (await server.Admin.SendAsync("DELETE", $"/api/feeds/{feed.Id}")).ShouldBeRefused(409, $"Feed '{feed["Name"]}' is still in use by the deployment process of project '{project["Name"]}'");
            var refused = (await editor.Client.SendAsync("DELETE", $"/api/feeds/{feed.Id}")).ShouldBeRefused(409, "still in use by 1 of projects that you may not see");
            refused.Text.ShouldNotContain(project["Name"]);
        }
        await server.SetProcessAsync(project.Id);
        (await server.Admin.SendAsync("DELETE", $"/api/feeds/{container.Id}")).ShouldBe(200);
    }

    [Fact]
    public async Task Belongs_to_its_space()
    {
        var (feed, other) = (await server.Admin.MakeAsync("/api/feeds", Docker("https://here.example.com")), await server.AddSpaceAsync());
        foreach (var (method, path) in new[] { ("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/packages/search"), ("GET", "/packages/versions?packageId=web") })
        {
            (await server.Admin.SendAsync(method, $"/api/{other}/feeds/{feed.Id}{path}", method == "PUT" ? new { Name = "x" } : null)).ShouldBeRefused(404, $"feed '{feed.Id}'");
        }
        (await server.Admin.SeeAsync($"/api/{other}/feeds?take=1000")).Names("Id").ShouldBe(["feeds-builtin"]);
    }

    [Fact]
    public async Task Is_for_who_may_view_feeds()
    {
        var consumer = await server.AddCallerAsync("userroles-runbookconsumer@Spaces-1");
        (await consumer.Client.SendAsync("GET", "/api/feeds")).ShouldBeRefused(403, "FeedView");
        var publisher = await server.AddCallerAsync("userroles-packagepublisher@Spaces-1");
        await publisher.Client.SeeAsync("/api/feeds/all");
        (await publisher.Client.SendAsync("POST", "/api/feeds", new { Name = "Mine", FeedType = "Docker" })).ShouldBeRefused(403, "FeedEdit");
        var other = await server.AddSpaceAsync();
        (await publisher.Client.SendAsync("GET", $"/api/{other}/feeds/feeds-builtin")).ShouldBeRefused(403, "FeedView");
    }

    private static object Secret(string value) => new { HasValue = true, NewValue = value };

    private static object Docker(string uri) => new { Name = Tenancy.Unique("feed"), FeedType = "Docker", FeedUri = uri, Username = "ci", Password = Secret("a-password") };
}
