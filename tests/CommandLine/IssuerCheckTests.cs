using System.Security.Cryptography;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>What `issuer check` says about documents and keys: by the program itself, through TLS, with the exchange's filter on addresses.</summary>
public sealed class IssuerCheckTests : IAsyncLifetime
{
    private readonly TestCertificates certificates = new();
    private readonly Dictionary<string, object?> documents = [];
    private FakeHttpServer issuer = null!;

    public async ValueTask InitializeAsync()
    {
        issuer = await FakeHttpServer.StartAsync(
            request => documents.TryGetValue(request.Path, out var document)
                ? document as FakeAnswer ?? new(200, JsonSerializer.Serialize(document))
                : new(404, "{}"),
            certificates.ForHosts("localhost"));
        documents["/.well-known/openid-configuration"] = new { issuer = issuer.Url, jwks_uri = $"{issuer.Url}/keys" };
    }

    public async ValueTask DisposeAsync()
    {
        await issuer.DisposeAsync();
        certificates.Dispose();
    }

    [Fact]
    public async Task Says_of_each_key_whether_it_can_be_used_and_why_not()
    {
        using RSA strong = RSA.Create(2048), weak = RSA.Create(1024);
        var forEncryption = TestIssuer.JwkOf(strong, "enc");
        forEncryption["use"] = "enc";
        documents["/keys"] = new { keys = new[] { TestIssuer.JwkOf(strong, "good"), TestIssuer.JwkOf(weak, "weak"), forEncryption } };

        var run = await CheckAsync(issuer.Url);
        run.ExitCode.ShouldBe(0, run.All);
        run.Output.ShouldBe(
            $"""
            ok    discovery  {issuer.Url}/.well-known/openid-configuration
            ok    keys       {issuer.Url}/keys
            ok    key        good  RSA RS256
            FAIL  key        weak  it is an RSA key of 1024 bits, 2048 to 8192 are accepted
            FAIL  key        enc  its 'use' is not 'sig'

            """);
        var json = JsonDocument.Parse((await CheckAsync(issuer.Url, "--json")).Output).RootElement;
        json.EnumerateObject().Select(property => property.Name).ShouldBe(["Issuer", "Usable", "DiscoveryUri", "JwksUri", "Fault", "Keys"]);
        json.GetProperty("Keys")[1].GetProperty("Usable").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Says_what_is_wrong_with_a_document()
    {
        documents["/keys"] = new FakeAnswer(503, "{}");
        await ShouldFailAsync(issuer.Url, $"{issuer.Url}/keys answered 503.");
        documents["/keys"] = new { keys = Array.Empty<object>() };
        await ShouldFailAsync(issuer.Url, "none of the 0 keys that it publishes can be used.");
        await ShouldFailAsync($"{issuer.Url}/", $"its discovery document says 'issuer' is '{issuer.Url}', which must be exactly '{issuer.Url}/'.");
        await ShouldFailAsync("http://localhost:1", "'http://localhost:1/.well-known/openid-configuration' is not an https URL.");
    }

    [Fact]
    public async Task Trusts_a_CA_of_the_issuers_own_and_then_no_other()
    {
        using RSA key = RSA.Create(2048);
        using var strangers = new TestCertificates();
        documents["/keys"] = new { keys = new[] { TestIssuer.JwkOf(key, "good") } };
        var allowed = new Dictionary<string, string> { ["Issuers__AllowPrivateNetwork__0"] = "localhost" };
        (await ServerProgram.RunAsync(allowed, ["issuer", "check", issuer.Url, "--ca", certificates.CaFile])).ExitCode.ShouldBe(0);
        var run = await CheckAsync(issuer.Url, "--ca", strangers.CaFile);
        (run.ExitCode, run.Error.Contains("its TLS certificate is not trusted", StringComparison.Ordinal)).ShouldBe((1, true), run.All);
    }

    /// <summary>With the machine's trust, as in production.</summary>
    [Fact]
    public async Task A_certificate_cannot_send_the_server_to_an_address_of_its_choice()
    {
        await using var internalHost = await FakeHttpServer.StartAsync(_ => new FakeAnswer(404));
        using var certificate = TestCertificates.NamingItsIssuerAt($"{internalHost.Url}/latest/meta-data", "localhost");
        await using var fake = await FakeHttpServer.StartAsync(_ => new FakeAnswer(500), certificate);
        // The fake asks too, when it starts: to send the whole chain.
        internalHost.Requests.Clear();
        (await CheckAsync(fake.Url)).Error.ShouldContain("its TLS certificate is not trusted");
        internalHost.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Refuses_an_address_that_the_exchange_would_not_connect_to()
    {
        var run = await ServerProgram.RunAsync(new Dictionary<string, string> { ["SSL_CERT_FILE"] = certificates.CaFile }, ["issuer", "check", issuer.Url]);
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("localhost resolves to 127.0.0.1, which is not a public address; an administrator can allow it with Issuers:AllowPrivateNetwork:0=localhost");
        issuer.Requests.ShouldBeEmpty();
    }

    private async Task ShouldFailAsync(string url, string error)
    {
        var run = await CheckAsync(url);
        (run.ExitCode, run.Error).ShouldBe((1, $"Tokens of {url} cannot be checked: {error}\n"));
    }

    private Task<ProgramRun> CheckAsync(string url, params string[] more) => ServerProgram.RunAsync(
        new Dictionary<string, string> { ["SSL_CERT_FILE"] = certificates.CaFile, ["Issuers__AllowPrivateNetwork__0"] = "localhost" }, ["issuer", "check", url, .. more]);
}
