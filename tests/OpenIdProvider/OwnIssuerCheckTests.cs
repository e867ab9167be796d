using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using OctoLogin.OpenIdProvider;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.OpenIdProvider;

/// <summary>What is said of our own issuer: a real server behind https, then stand-ins with one thing wrong each.</summary>
public sealed class OwnIssuerCheckTests : IDisposable
{
    private const string Issuer = "https://octologin.example.com";

    private readonly TestCertificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Fact]
    public async Task Of_a_server_behind_a_proxy_as_it_should_be_everything_is_well_but_an_address_that_is_not_public()
    {
        using var certificate = certificates.ForHosts(["octologin.example.com"], notAfter: DateTimeOffset.UtcNow.AddDays(60));
        await using var proxy = await TlsProxy.StartAsync(certificate);
        await using var server = new ServerFixture();
        server.Settings["ServerUri"] = Issuer;
        await server.InitializeAsync();
        proxy.Target = new Uri(server.Url);

        var report = await CheckAsync(new Uri(proxy.Url).Port);
        report.Usable.ShouldBeTrue(Text(report));
        report.Rows.Where(row => row.State != CheckRow.Passed).Select(row => row.Check).ShouldBeSubsetOf(["host", "discovery", "JWKS"], "the last two where the machine is busy");
        report.Rows.Select(row => row.Check).ShouldBe(["ServerUri", "host", "certificate", "discovery", "issuer", "jwks_uri", "JWKS", "keys", "key"]);
        Seen(report, "certificate").ShouldMatch(@"^CN=octologin\.example\.com, by CN=OctoLogin test CA \w+, (59|60) days left$");
        Seen(report, "key").ShouldEndWith(" RS256 2048 bits");
        Seen(report, "discovery").ShouldMatch(@"^\d+ bytes in [\d.]+ ms$");
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "redirect", "discovery", "302, which sends to https://www.example.com/; clouds do not follow" },
        { "not found", "discovery", "404" },
        { "sign-in page", "discovery", "content type text/html, not application/json" },
        { "no JSON", "discovery", "5 bytes that are no JSON object" },
        { "no object", "discovery", "2 bytes that are no JSON object" },
        { "too large", "discovery", "more than 64 KiB" },
        { "other issuer", "issuer", "https://octologin.example.com/" },
        { "foreign jwks_uri", "jwks_uri", "https://keys.example.com/.well-known/jwks" },
        { "no keys", "key", "no usable RS256 key" },
        { "weak key", "key", "no usable RS256 key" },
        { "private key", "keys", "a private key" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_a_cloud_would_refuse_fails_with_what_was_seen_there(string what, string check, string seen)
    {
        using RSA strong = RSA.Create(2048), weak = RSA.Create(1024);
        object discovery = new { issuer = what == "other issuer" ? $"{Issuer}/" : Issuer, jwks_uri = what == "foreign jwks_uri" ? "https://keys.example.com/.well-known/jwks" : $"{Issuer}/.well-known/jwks" };
        var key = TestIssuer.JwkOf(what == "weak key" ? weak : strong, "k1");
        if (what == "private key")
        {
            key["d"] = "AQAB";
        }
        await using var fake = await FakeHttpServer.StartAsync(request => (what, request.Path) switch
        {
            ("redirect", _) => new FakeAnswer(302).With("Location", "https://www.example.com/"),
            ("not found", _) => new FakeAnswer(404, "{}"),
            ("sign-in page", _) => new FakeAnswer(200, "<html>", "text/html"),
            ("no JSON", _) => new FakeAnswer(200, "hello"),
            ("no object", _) => new FakeAnswer(200, "[]"),
            ("too large", _) => new FakeAnswer(200, $"{{\"x\":\"{new string('x', 70_000)}\"}}"),
            (_, "/.well-known/openid-configuration") => new FakeAnswer(200, JsonSerializer.Serialize(discovery)),
            ("no keys", _) => new FakeAnswer(200, """{"keys":[]}"""),
            _ => TestIssuer.JwksOf(key),
        }, certificates.ForHosts("octologin.example.com"));

        var report = await CheckAsync(fake.Port);
        report.Usable.ShouldBeFalse(Text(report));
        var row = report.Rows.Where(one => one.State == CheckRow.Failed).ShouldHaveSingleItem(Text(report));
        (row.Check, row.Seen).ShouldBe((check, seen));
        row.Advice.ShouldNotBeNullOrEmpty();
        report.Rows.Count(one => one.Check == check).ShouldBe(check == "keys" ? 2 : 1);
        fake.Requests.ShouldAllBe(request => request.Path.StartsWith("/.well-known/"));
    }

    [Fact]
    public async Task A_certificate_that_nobody_would_trust_fails_and_one_that_ends_soon_is_warned_of()
    {
        using var strangers = new TestCertificates();
        foreach (var (certificate, seen) in ((System.Security.Cryptography.X509Certificates.X509Certificate2, string)[])
        [
            (strangers.ForHosts("octologin.example.com"), ""),
            (certificates.ForHosts("www.example.com"), "it is for another host name"),
            (certificates.ForHosts(["octologin.example.com"], DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(-2)), "-2 days left: "),
        ])
        {
            await using var fake = await FakeHttpServer.StartAsync(_ => new FakeAnswer(200, "{}"), certificate);
            var report = await CheckAsync(fake.Port);
            var row = report.Rows.Single(one => one.Check == "certificate");
            (row.State, row.Seen.Contains(seen, StringComparison.Ordinal)).ShouldBe((CheckRow.Failed, true), row.ToString());
            report.Rows.Single(one => one.Check == "discovery").State.ShouldBe(CheckRow.Failed);
            fake.Requests.ShouldBeEmpty();
        }
        await using var soon = await FakeHttpServer.StartAsync(_ => new FakeAnswer(404), certificates.ForHosts("octologin.example.com"));
        (await CheckAsync(soon.Port)).Rows.Single(one => one.Check == "certificate").State.ShouldBe(CheckRow.Warned);
    }

    [Fact]
    public async Task A_host_that_does_not_exist_or_does_not_answer_is_told()
    {
        var check = new OwnIssuerCheck(new IssuerOptions { ServerUri = Issuer }, TimeProvider.System)
        {
            Resolve = (_, _, _) => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound),
        };
        var report = await check.RunAsync(null, default);
        report.Rows.Select(row => (row.Check, row.State)).ShouldBe([("ServerUri", CheckRow.Passed), ("host", CheckRow.Failed)]);

        Seen(await CheckAsync(FreePort.Next()), "discovery").ShouldContain("refused");
    }

    [Fact]
    public async Task The_API_tells_an_administrator_the_same_of_the_ServerUri_that_is_set_and_of_nothing_else()
    {
        await using var server = new ServerFixture();
        await server.InitializeAsync();
        var report = await server.Admin.GetFromJsonAsync<JsonElement>("/api/issuer/check?issuer=https://elsewhere.example.com");
        report.GetProperty("Issuer").GetString().ShouldBe(server.Url);
        report.GetProperty("Usable").GetBoolean().ShouldBeFalse();
        var failed = report.GetProperty("Rows").EnumerateArray().Where(row => row.GetProperty("State").GetString() == "fail").ShouldHaveSingleItem();
        failed.GetProperty("Check").GetString().ShouldBe("ServerUri");
        failed.GetProperty("Advice").GetString()!.ShouldContain("which is not https");
        (await server.Anonymous.GetAsync("/api/issuer/check")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_verb_says_each_line_and_ends_with_1_when_one_fails()
    {
        using RSA key = RSA.Create(2048);
        FakeHttpServer? started = null;
        await using var fake = started = await FakeHttpServer.StartAsync(
            request => request.Path.EndsWith("jwks", StringComparison.Ordinal) ? TestIssuer.JwksOf(TestIssuer.JwkOf(key, "k1"))
                : new FakeAnswer(200, JsonSerializer.Serialize(new { issuer = started!.Url, jwks_uri = $"{started.Url}/.well-known/jwks" })),
            certificates.ForHosts("localhost"));

        var run = await ServerProgram.RunAsync(new Dictionary<string, string> { ["ServerUri"] = fake.Url }, ["issuer", "check", "--self", "--ca", certificates.CaFile]);
        run.ExitCode.ShouldBe(1, run.All);
        run.Output.ShouldStartWith($"FAIL  ServerUri    {fake.Url}\n                   ServerUri is {fake.Url}, which has a port; clouds trust");
        run.Output.ShouldContain($"\nok    jwks_uri     {fake.Url}/.well-known/jwks\n");
        run.Output.ShouldContain("\nok    key          k1 RS256 2048 bits\n");
        run.Error.ShouldBe($"Clouds cannot use {fake.Url} as an issuer; the lines with FAIL say why and what to do.\n");
        (await ServerProgram.RunAsync(new Dictionary<string, string>(), ["issuer", "check"])).ExitCode.ShouldBe(2);
        (await ServerProgram.RunAsync(new Dictionary<string, string>(), ["issuer", "check", fake.Url, "--self"])).ExitCode.ShouldBe(2);
    }

    /// <summary>The name leads to a stand-in on loopback, whose CA alone is trusted.</summary>
    private Task<OwnIssuerReport> CheckAsync(int port) => new OwnIssuerCheck(new IssuerOptions { ServerUri = Issuer }, TimeProvider.System)
    {
        Resolve = (_, _, _) => Task.FromResult<IReadOnlyList<IPEndPoint>>([new(IPAddress.Loopback, port)]),
    }.RunAsync([certificates.Ca], default);

    private static string Seen(OwnIssuerReport report, string check) => report.Rows.First(row => row.Check == check).Seen;

    private static string Text(OwnIssuerReport report) => string.Join('\n', report.Rows);
}
