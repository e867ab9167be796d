using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Web;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Feeds;

/// <summary>What a registry may answer: it decides where we are sent, how much it says and how long it takes, and none of that is trusted.</summary>
public sealed class RegistryClientTests : IClassFixture<RegistryClientTests.Registry>
{
    private const string Password = "the-pass:word";

    private readonly Registry registry;

    public RegistryClientTests(Registry registry)
    {
        this.registry = registry;
        registry.Reset();
    }

    [Fact]
    public async Task Follows_the_links_of_10_000_tags_and_gets_a_new_token_in_their_midst()
    {
        var tokens = 0;
        registry.Realm = _ => new(200, JsonSerializer.Serialize(new { access_token = $"token-{++tokens}" }));
        registry.Answer = request =>
        {
            var query = HttpUtility.ParseQueryString(request.Query);
            var last = int.Parse(query["last"] ?? "-1", CultureInfo.InvariantCulture);
            // The first token is good for the first half.
            var good = request.Headers.GetValueOrDefault("Authorization") == $"Bearer token-{(last < 5000 ? 1 : 2)}";
            if (!good)
            {
                return Registry.Challenge($"Bearer realm=\"{Registry.RealmUrl}?audience=x\",service=\"s\",scope=\"repository:acme/web:pull\"");
            }
            query["n"].ShouldBe("1000");
            var tags = Enumerable.Range(last + 1, Math.Min(1000, 9999 - last)).Select(i => $"1.{i}.0");
            var answer = new FakeAnswer(200, JsonSerializer.Serialize(new { name = "acme/web", tags }));
            return last + 1000 >= 9999 ? answer : answer.With("Link", $"</v2/acme/web/tags/list?n=1000&last={last + 1000}>; rel=\"next\"");
        };
        var page = await registry.Server.Admin.SeeAsync($"{registry.Versions}&take=2");
        page["TotalResults"].ShouldBe("10000");
        page.Names("Version").ShouldBe(["1.9999.0", "1.9998.0"]);
        tokens.ShouldBe(2);
        registry.Asked.Count.ShouldBe(12);
        registry.AskedOfRealm.Select(request => (request.Query, Basic(request))).Distinct().ShouldBe(
            [("?audience=x&service=s&scope=repository%3Aacme%2Fweb%3Apull", $"{Registry.User}:{Password}")]);
    }

    [Fact]
    public async Task The_password_goes_to_who_asks_for_it_and_not_before()
    {
        registry.Answer = request => request.Headers.ContainsKey("Authorization") ? new(200, """{"tags":["1.0"]}""") : Registry.Challenge("Basic realm=\"x\"");
        (await registry.Server.Admin.SeeAsync(registry.Versions)).Names("Version").ShouldBe(["1.0"]);
        registry.Asked.Select(Basic).ShouldBe([null, $"{Registry.User}:{Password}"]);
    }

    [Theory]
    [InlineData("Bearer realm=\"http://realm.example.com/token\"", "which is not an https URL")]
    [InlineData("Bearer realm=\"https://user@realm.example.com/token\"", "which is not an https URL")]
    [InlineData("Bearer realm=\"/token\"", "which is not an https URL")]
    [InlineData("Bearer realm=\"https://169.254.169.254/latest\"", "169.254.169.254 resolves to 169.254.169.254, which is not a public address")]
    [InlineData("Bearer realm=\"https://inside.example.com/token\"", "inside.example.com resolves to 127.0.0.1, which is not a public address")]
    [InlineData("Bearer service=\"s\"", "in a way that is not known here")]
    [InlineData("Negotiate", "in a way that is not known here")]
    public async Task Sends_the_password_to_no_realm_that_it_should_not_go_to(string challenge, string why)
    {
        registry.Answer = _ => Registry.Challenge(challenge);
        registry.Refused(await registry.Server.Admin.SendAsync("GET", registry.Versions), why);
        registry.Asked.Select(Basic).ShouldAllBe(sent => sent == null);
        registry.AskedOfRealm.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("<https://realm.example.com/v2/acme/web/tags/list>; rel=\"next\"")]
    [InlineData("<http://registry.example.com/v2/acme/web/tags/list>; rel=next")]
    [InlineData("<//realm.example.com/x>; rel=\"next\"")]
    [InlineData("<https://registry.example.com:8443/x>; rel=\"next\"")]
    public async Task Follows_no_link_to_elsewhere(string link)
    {
        registry.Answer = _ => new FakeAnswer(200, """{"tags":["1.0"]}""").With("Link", link);
        registry.Refused(await registry.Server.Admin.SendAsync("GET", registry.Versions), "names a next page elsewhere");
        registry.Asked.ShouldHaveSingleItem();
        registry.AskedOfRealm.ShouldBeEmpty();
    }

    [Fact]
    public async Task Follows_no_link_for_ever()
    {
        registry.Answer = request => new FakeAnswer(200, """{"tags":["1.0"]}""").With("Link", $"<{request.Path}?again>; rel=\"next\"");
        registry.Refused(await registry.Server.Admin.SendAsync("GET", registry.Versions), "more than 1000 pages");
        registry.Asked.Count.ShouldBe(1000);
    }

    [Theory]
    [InlineData(200, "[]", "not a JSON object")]
    [InlineData(200, "<html>", "not a JSON object")]
    [InlineData(200, """{"tags":["\ud800"]}""", "not a JSON object")]
    [InlineData(200, """{"tags":"1.0"}""", "'tags' that is no list")]
    [InlineData(200, """{"tags":[1]}""", "'tags' with what is no text")]
    [InlineData(302, "", "a redirect, which is not followed")]
    [InlineData(503, "", "answered 503")]
    [InlineData(429, "", "answered 429")]
    [InlineData(403, """{"errors":[{"code":"DENIED","message":"no \u001b[31m pull"}]}""", "answered 403: DENIED no \\u001b[31m pull")]
    public async Task Says_what_is_wrong_with_an_answer(int status, string body, string why)
    {
        registry.Answer = _ => new FakeAnswer(status, body).With("Location", Registry.RealmUrl);
        registry.Refused(await registry.Server.Admin.SendAsync("GET", registry.Versions), why);
        registry.AskedOfRealm.ShouldBeEmpty();
    }

    [Fact]
    public async Task Reads_no_more_than_it_must()
    {
        registry.Answer = _ => new(200, $$"""{"tags":["{{new string('1', 2 * 1024 * 1024)}}"]}""");
        registry.Refused(await registry.Server.Admin.SendAsync("GET", registry.Versions), "answered with more than 1024 KiB");
        registry.Answer = request => new FakeAnswer(200, JsonSerializer.Serialize(new { tags = Enumerable.Range(0, 60_000).Select(i => $"1.{i}") })).With("Link", $"<{request.Path}?again>; rel=\"next\"");
        registry.Refused(await registry.Server.Admin.SendAsync("GET", registry.Versions), "more than 100000 tags");
        registry.Answer = _ => new FakeAnswer(200, """{"tags":["1.0"]}""").With("Content-Encoding", "gzip");
        registry.Refused(await registry.Server.Admin.SendAsync("GET", registry.Versions), "a compressed body");
        registry.Answer = _ => FakeAnswer.Abort;
        registry.Refused(await registry.Server.Admin.SendAsync("GET", registry.Versions), "could not be asked");
    }

    [Fact]
    public async Task Tags_that_are_no_tags_are_left_out_and_none_is_no_fault()
    {
        registry.Answer = _ => new(200, """{"name":"acme/web","tags":["1.0","2.0\r\nX: y","3.0/../x","latest",""]}""");
        (await registry.Server.Admin.SeeAsync(registry.Versions)).Names("Version").ShouldBe(["1.0"]);
        foreach (var body in new[] { """{"tags":null}""", "{}", """{"tags":[]}""" })
        {
            registry.Answer = _ => new(200, body);
            (await registry.Server.Admin.SeeAsync(registry.Versions)).Names("Version").ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(401)]
    public async Task A_registry_that_lists_no_images_is_asked_for_the_one_of_that_name(int status)
    {
        registry.Answer = request => request.Path == "/v2/_catalog" ? new(status) : request.Path == "/v2/acme/web/tags/list" ? new(200, """{"tags":["1.0"]}""") : new(404);
        (await registry.Server.Admin.SeeAsync($"{registry.Search}acme/web")).Names("Id").ShouldBe(["acme/web"]);
        (await registry.Server.Admin.SendAsync("GET", $"{registry.Search}acme/other")).ShouldBeRefused(404, "has no image 'acme/other'");
        (await registry.Server.Admin.SendAsync("GET", registry.Search)).Status.ShouldBe(status == 401 ? 502 : 404);
    }

    private static string? Basic(FakeRequest request) => request.Headers.GetValueOrDefault("Authorization") is { } header && header.StartsWith("Basic ", StringComparison.Ordinal)
        ? Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..])) : null;

    /// <summary>A server with one feed, whose registry and realm do what a test says.</summary>
    public sealed class Registry : IAsyncLifetime
    {
        public const string Host = "registry.example.com", User = "ci", RealmUrl = "https://realm.example.com/token";

        private FakeHttpServer registry = null!;
        private FakeHttpServer realm = null!;
        private FakeHttpServer inside = null!;
        private string feed = "";

        public ServerFixture Server { get; } = new();
        public Func<FakeRequest, FakeAnswer> Answer { get; set; } = _ => new(404);
        public Func<FakeRequest, FakeAnswer> Realm { get; set; } = _ => new(404);
        public IReadOnlyCollection<FakeRequest> Asked => registry.Requests;
        public IReadOnlyCollection<FakeRequest> AskedOfRealm => [.. realm.Requests, .. inside.Requests];
        public string Versions => $"/api/feeds/{feed}/packages/versions?packageId=acme/web";
        public string Search => $"/api/feeds/{feed}/packages/search?term=";

        public async ValueTask InitializeAsync()
        {
            registry = await FakeHttpServer.StartAsync(request => Answer(request), Server.Certificates.ForHosts(Host));
            realm = await FakeHttpServer.StartAsync(request => Realm(request), Server.Certificates.ForHosts("realm.example.com"));
            inside = await FakeHttpServer.StartAsync(request => Realm(request), Server.Certificates.ForHosts("inside.example.com"));
            Server.Hosts[Host] = new(IPAddress.Loopback, registry.Port);
            Server.Hosts["realm.example.com"] = new(IPAddress.Loopback, realm.Port);
            await Server.InitializeAsync();
            // Known by name, and not allowed.
            Server.Hosts["inside.example.com"] = new(IPAddress.Loopback, inside.Port);
            feed = (await Server.Admin.MakeAsync("/api/feeds", new
            {
                Name = "Registry", FeedType = "Docker", FeedUri = $"https://{Host}/", Username = User, Password = new { HasValue = true, NewValue = Password },
            })).Id;
        }

        public static FakeAnswer Challenge(string how) => new FakeAnswer(401).With("WWW-Authenticate", how);

        public void Reset()
        {
            (Answer, Realm) = (_ => new(404), _ => new(404));
            registry.Requests.Clear();
            realm.Requests.Clear();
            inside.Requests.Clear();
        }

        /// <summary>And nothing of the password is told.</summary>
        public void Refused(ApiAnswer answer, string why)
        {
            answer.ShouldBeRefused(502, why);
            answer.Text.ShouldNotContain(Password);
            Server.Log.Lines.ShouldAllBe(line => !line.Contains(Password, StringComparison.Ordinal));
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await registry.DisposeAsync();
            await realm.DisposeAsync();
            await inside.DisposeAsync();
        }
    }
}
