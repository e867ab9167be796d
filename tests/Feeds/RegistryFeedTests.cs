using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;
using OctoLogin.Tests.Support.Registries;

namespace OctoLogin.Tests.Feeds;

/// <summary>Feeds of real registries (Debian's), by password, by token, and behind the logins of AWS, Azure and Google.</summary>
public sealed class RegistryFeedTests(RegistryServer registries) : IClassFixture<RegistryServer>
{
    private const string Role = "arn:aws:iam::123456789012:role/read-images";
    private const string Client = "11111111-2222-3333-4444-555555555555", Tenant = "66666666-7777-8888-9999-000000000000";
    private static readonly string[] Newest = ["v3.0.0", "2.0.0-rc.1", "1.10.0", "1.9.0", "1.0.0"];

    private ServerFixture Server => registries.Server;

    [Theory]
    [InlineData(RegistryServer.BasicHost)]
    [InlineData(RegistryServer.TokenHost)]
    public async Task Finds_images_and_versions_with_user_and_password(string host)
    {
        Need();
        var image = AddImage();
        var feed = await DockerAsync(host);
        (await SearchAsync(feed, image.ToUpperInvariant())).ShouldBe([image]);
        (await VersionsAsync(feed, image)).ShouldBe(Newest);
        (await VersionsAsync(feed, image, "&includePreRelease=false&take=2&skip=1")).ShouldBe(["1.10.0", "1.9.0"]);
        (await VersionsAsync(feed, image, "&versionRange=%5B1.0,2.0%5D&filter=.0-")).ShouldBe(["2.0.0-rc.1"]);
        (await VersionsAsync(feed, image, "&preReleaseTag=%5Erc")).ShouldBe(["2.0.0-rc.1"]);
        (await Server.Admin.SendAsync("GET", $"/api/feeds/{feed}/packages/versions?packageId={image}-none")).ShouldBeRefused(404, $"{host} has no image '{image}-none'");
        (await Server.Admin.SendAsync("GET", $"/api/feeds/{feed}/packages/versions?packageId=..%2F..%2Fv2")).ShouldBeRefused(404, "is not the name of an image");
        (await Server.Admin.SendAsync("GET", $"/api/feeds/{feed}/packages/versions?packageId={image}&versionRange=new")).ShouldBeRefused(400, "VersionRange is 'new'");
    }

    [Theory]
    [InlineData(RegistryServer.BasicHost, $"{RegistryServer.BasicHost}/v2/")]
    [InlineData(RegistryServer.TokenHost, $"{RegistryServer.RealmHost}/token answered 401")]
    public async Task Says_who_refuses_a_wrong_password(string host, string who)
    {
        Need();
        var feed = await DockerAsync(host, password: "not-the-password");
        var refused = (await Server.Admin.SendAsync("GET", $"/api/feeds/{feed}/packages/search?term=")).ShouldBeRefused(502, who);
        refused.Text.ShouldNotContain("not-the-password");
        var anonymous = await AddAsync(new { Name = Tenancy.Unique("anonymous"), FeedType = "Docker", FeedUri = $"https://{host}" });
        (await Server.Admin.SendAsync("GET", $"/api/feeds/{anonymous}/packages/search?term=")).ShouldBeRefused(502, "the feed has no");
    }

    [Fact]
    public async Task Pages_10_000_tags_newest_first_and_thousands_of_images()
    {
        Need();
        registries.Tokens.Add("many/tags", Enumerable.Range(0, 10_000).Select(i => $"1.{i / 100}.{i % 100}"));
        for (var i = 0; i < 1100; i++)
        {
            registries.Tokens.Add($"many/images/n{i}", []);
        }
        var feed = await DockerAsync(RegistryServer.TokenHost);
        var page = await Server.Admin.SeeAsync($"/api/feeds/{feed}/packages/versions?packageId=many/tags&take=3&skip=9990");
        page["TotalResults"].ShouldBe("10000");
        page.Names("Version").ShouldBe(["1.0.9", "1.0.8", "1.0.7"]);
        (await VersionsAsync(feed, "many/tags", "&take=1")).ShouldBe(["1.99.99"]);
        // The registry gives a thousand at a time, with a link to the rest.
        (await Server.Admin.SeeAsync($"/api/feeds/{feed}/packages/search?term=many/images&take=1"))["TotalResults"].ShouldBe("1100");
    }

    [Theory]
    [InlineData("AwsElasticContainerRegistry", 12 * 60)]
    [InlineData("AzureContainerRegistry", 3 * 60)]
    [InlineData("GoogleContainerRegistry", 60)]
    public async Task Logs_in_with_an_id_token_and_renews_the_login_early(string type, int minutes)
    {
        Need();
        var image = AddImage();
        var name = Name("cloud");
        Trust($"space:default:feed:{name}");
        var feed = await CloudAsync(type, name);
        var fetched = Exchanges(type);
        // All at once, and one login.
        (await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => VersionsAsync(feed, image)))).ShouldAllBe(versions => versions.SequenceEqual(Newest));
        (await SearchAsync(feed, image)).ShouldBe([image]);
        Exchanges(type).ShouldBe(fetched + 1);
        Server.Clock.Advance(TimeSpan.FromMinutes(minutes - 7));
        (await VersionsAsync(feed, image)).ShouldBe(Newest);
        Exchanges(type).ShouldBe(fetched + 1, "it is shared as long as it lives");
        Server.Clock.Advance(TimeSpan.FromMinutes(3));
        (await VersionsAsync(feed, image)).ShouldBe(Newest);
        Exchanges(type).ShouldBe(fetched + 2, "it is renewed 5 minutes before its end");
        registries.Revoke();
        (await VersionsAsync(feed, image)).ShouldBe(Newest);
        Exchanges(type).ShouldBe(fetched + 3, "it is renewed when the registry does not take it");
        await NothingToldAsync();
    }

    [Theory]
    [InlineData("AwsElasticContainerRegistry", "AccessDenied")]
    [InlineData("AzureContainerRegistry", "AADSTS70")]
    [InlineData("GoogleContainerRegistry", "unauthorized_client")]
    public async Task Says_what_was_sent_when_the_cloud_trusts_another_subject(string type, string code)
    {
        Need();
        var name = Name("stranger");
        Trust($"space:default:feed:{name}-2");
        var feed = await CloudAsync(type, name);
        (await Server.Admin.SendAsync("GET", $"/api/feeds/{feed}/packages/search?term=")).ShouldBeRefused(502, $"Feed '{name}' cannot log in.", code, $"subject 'space:default:feed:{name}'");
        // The other direction: it is the slug that counts, and the login follows it.
        (await Server.Admin.SendAsync("PUT", $"/api/feeds/{feed}", new { Slug = $"{name}-2" })).ShouldBe(200);
        await Server.Admin.SeeAsync($"/api/feeds/{feed}/packages/search?term=");
        (await Server.Admin.SendAsync("PUT", $"/api/feeds/{feed}", new { OidcAuthentication = Oidc(type, "feed") })).ShouldBe(200);
        (await Server.Admin.SendAsync("GET", $"/api/feeds/{feed}/packages/search?term=")).ShouldBeRefused(502, $"subject 'feed:{name}-2'");
    }

    [Fact]
    public async Task A_changed_feed_logs_in_anew()
    {
        Need();
        var (image, name) = (AddImage(), Name("changed"));
        Trust($"space:default:feed:{name}");
        var feed = await CloudAsync("AzureContainerRegistry", name);
        await VersionsAsync(feed, image);
        var fetched = registries.Logins;
        (await Server.Admin.SendAsync("PUT", $"/api/feeds/{feed}", new { Name = name + " 2" })).ShouldBe(200);
        await VersionsAsync(feed, image);
        registries.Logins.ShouldBe(fetched + 1);
    }

    [Fact]
    public async Task Ecr_logs_in_with_a_stored_key_too_and_to_the_address_that_aws_tells()
    {
        Need();
        var image = AddImage();
        var feed = await AddAsync(new
        {
            Name = Tenancy.Unique("old"), FeedType = "AwsElasticContainerRegistry", Region = "eu-west-1", AccessKey = RegistryServer.StoredKey, SecretKey = new { HasValue = true, NewValue = RegistryServer.StoredSecret },
        });
        (await VersionsAsync(feed, image)).ShouldBe(Newest);
    }

    [Fact]
    public async Task A_release_takes_the_newest_version_that_the_channel_takes()
    {
        Need();
        var image = AddImage();
        var feed = await DockerAsync(RegistryServer.TokenHost);
        var project = await Server.AddProjectAsync(Tenancy.Unique("images"));
        await Server.SetProcessAsync(project.Id, Api.Step("Web", new { PackageId = image, FeedId = feed, AcquisitionLocation = "NotAcquired" }));
        (await SelectedAsync(project.Id, "1.0.0")).ShouldBe("v3.0.0");
        (await SelectedAsync(project.Id, "1.0.1", $"{image}:1.9.0")).ShouldBe("1.9.0");
        var channel = (await Server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/channels")).Names("Id").Single();
        (await Server.Admin.SendAsync("PUT", $"{Api.Space}/channels/{channel}", new { Rules = new[] { new { VersionRange = "[1.0,2.0)", Tag = "^$" } } })).ShouldBe(200);
        (await SelectedAsync(project.Id, "1.0.2")).ShouldBe("1.10.0");
        (await Server.Admin.SendAsync("POST", $"{Api.Space}/releases/create/v1", new { ProjectName = project.Id, PackageVersion = "v3.0.0" })).ShouldBeRefused(400, "does not take");
        await Server.SetProcessAsync(project.Id, Api.Step("Web", new { PackageId = image + "-none", FeedId = feed }), Api.Step("Lost", new { PackageId = image, FeedId = "Feeds-999" }));
        (await Server.Admin.SendAsync("POST", $"{Api.Space}/releases/create/v1", new { ProjectName = project.Id })).ShouldBeRefused(400,
            $"Step 'Web' uses package '{image}-none'", $"has no image '{image}-none'", $"Step 'Lost' uses package '{image}'", "there is no feed 'Feeds-999'");
        (await Server.Admin.SendAsync("DELETE", $"/api/feeds/{feed}")).ShouldBeRefused(409, "the deployment process of project", "release 1.0.0 of project", "release 1.0.2 of project");
    }

    [Fact]
    public async Task A_step_and_a_runbook_get_the_images_of_their_packages()
    {
        Need();
        var image = AddImage();
        var feed = await DockerAsync(RegistryServer.BasicHost);
        var environment = await Server.PlaceAsync(Tenancy.Unique("Images"));
        var project = await Server.AddReleasedProjectAsync(Tenancy.Unique("images"), Deploying.Bash("Web",
            "echo \"image $(get_octopusvariable 'Octopus.Action.Package[web].Image') of $(get_octopusvariable 'Octopus.Action.Package[web].Registry')\"",
            action: new { Packages = new[] { new { Name = "web", PackageId = image, FeedId = feed, AcquisitionLocation = "Server" } } }));
        (await Server.DeployedAsync(project, "1.0.0", environment)).Log.ShouldContain($"image {RegistryServer.BasicHost}/{image}:v3.0.0 of {RegistryServer.BasicHost}");
        var runbook = await Server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Restart" });
        var process = await Server.Admin.SeeAsync($"{Api.Space}/runbookProcesses/{runbook["RunbookProcessId"]}");
        (await Server.Admin.SendAsync("PUT", $"{Api.Space}/runbookProcesses/{process.Id}", new { Version = 0, Steps = new[] { Api.Step("Web", new { PackageId = image, FeedId = feed }) } })).ShouldBe(200);
        var snapshot = await Server.Admin.MakeAsync($"{Api.Space}/runbookSnapshots", new { RunbookId = runbook.Id, Name = "first" });
        snapshot.Json.GetProperty("SelectedPackages")[0].GetProperty("Version").GetString().ShouldBe("v3.0.0");
    }

    private static void Need() => Assert.SkipWhen(DebianRegistry.Missing is not null, DebianRegistry.Missing ?? "");

    /// <summary>In both registries.</summary>
    private string AddImage()
    {
        var image = $"acme/{Name("web")}";
        foreach (var registry in new[] { registries.Basic, registries.Tokens })
        {
            registry.Add(image, "1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "v3.0.0", "latest", "main");
        }
        return image;
    }

    private async Task<string> AddAsync(object feed) => (await Server.Admin.MakeAsync("/api/feeds", feed)).Id;

    private Task<string> DockerAsync(string host, string password = DebianRegistry.Password) => AddAsync(new
    {
        Name = Tenancy.Unique("docker"), FeedType = "Docker", FeedUri = $"https://{host}", Username = DebianRegistry.User, Password = new { HasValue = true, NewValue = password },
    });

    private Task<string> CloudAsync(string type, string name) => AddAsync(new
    {
        Name = name, FeedType = type, Region = "eu-west-1", OidcAuthentication = Oidc(type),
        FeedUri = "https://" + type switch { "AwsElasticContainerRegistry" => RegistryServer.EcrHost, "AzureContainerRegistry" => RegistryServer.AcrHost, _ => RegistryServer.GoogleHost },
    });

    private static object Oidc(string type, params string[] keys) => type switch
    {
        "AwsElasticContainerRegistry" => new { RoleArn = Role, SessionDuration = "3600", SubjectKeys = keys },
        "AzureContainerRegistry" => new { ClientId = Client, TenantId = Tenant, Audience = FakeEntra.Audience, SubjectKeys = keys },
        _ => new { Audience = "https:" + FakeGoogle.Provider, SubjectKeys = keys },
    };

    /// <summary>Each cloud trusts this subject, and no other.</summary>
    private void Trust(string subject)
    {
        var clouds = registries.Cloud.Clouds;
        clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, Role, subject);
        clouds.Entra.Credentials.Clear();
        clouds.Entra.Credentials.Add(new(Tenant, Client, CloudServer.Issuer, subject, FakeEntra.Audience));
        clouds.Google.Providers[FakeGoogle.Provider] = new(FakeGoogle.Provider, CloudServer.Issuer) { Condition = token => token.Subject == subject };
    }

    private int Exchanges(string type) => type == "GoogleContainerRegistry" ? registries.Cloud.Clouds.Requests.Count(request => request.Path == "/v1/token") : registries.Logins;

    private async Task<string[]> SearchAsync(string feed, string term) =>
        (await Server.Admin.SeeAsync($"/api/feeds/{feed}/packages/search?term={term}")).Names("Id");

    private async Task<string[]> VersionsAsync(string feed, string image, string query = "") =>
        (await Server.Admin.SeeAsync($"/api/feeds/{feed}/packages/versions?packageId={image}{query}")).Names("Version");

    private async Task<string?> SelectedAsync(string project, string version, params string[] packages)
    {
        var created = await Server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project, ReleaseVersion = version, Packages = packages });
        var release = await Server.Admin.SeeAsync($"{Api.Space}/releases/{created["ReleaseId"]}");
        return release.Json.GetProperty("SelectedPackages")[0].GetProperty("Version").GetString();
    }

    private async Task<string> TextOfFeedsAsync()
    {
        await using var command = Server.Database.DataSource.CreateCommand("select string_agg(f::text, ' ') from feeds f");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static string Name(string kind) => Tenancy.Unique(kind).Replace(' ', '-');

    /// <summary>No ID token, no cloud's token and no login is in the log or the audit; nor is it in the database, in the row where it might be.</summary>
    private async Task NothingToldAsync()
    {
        string[] secrets = [
            .. registries.Passwords, .. registries.Cloud.Clouds.Sts.Sessions.Values.Select(session => session.SecretAccessKey), .. registries.Cloud.Clouds.Google.Tokens.Keys,
            .. registries.Cloud.Clouds.Entra.Tokens.Keys];
        secrets.ShouldNotBeEmpty();
        var told = string.Join('\n', Server.Log.Lines) + (await Server.Admin.SeeAsync("/api/events?take=1000")).Text + (await Server.Admin.SeeAsync("/api/feeds/all")).Text
            + await TextOfFeedsAsync();
        secrets.Where(secret => told.Contains(secret, StringComparison.Ordinal)).ShouldBeEmpty();
        told.ShouldNotContain("eyJ");
    }
}
