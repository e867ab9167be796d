using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>Issuers over the API: what is shown of them, what may be set for them, and by whom.</summary>
public sealed class IssuerEndpointTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task The_list_shows_every_issuer_that_an_identity_trusts_and_how_its_keys_are_had()
    {
        await using var own = new ServerFixture();
        await own.InitializeAsync();
        (await own.Admin.SeeAsync("/api/issuers")).Json.GetProperty("Items").GetArrayLength().ShouldBe(0);
        var (id, audience) = await own.AddTrustedAccountAsync();
        await own.AddIdentityAsync(id, new { Name = "other", GitHubClaims.Issuer, Subject = "repo:octo-org/other:ref:refs/heads/main" });
        await own.AddIdentityAsync(id, new { Name = "elsewhere", Issuer = "https://ci.example.com", Subject = "x" });

        var before = (await own.Admin.SeeAsync("/api/issuers")).Json;
        (before.GetProperty("ItemType").GetString(), before.GetProperty("TotalResults").GetInt32()).ShouldBe(("Issuer", 2));
        before.GetProperty("Items").EnumerateArray().Select(item => (item.GetProperty("Issuer").GetString(), item.GetProperty("OidcIdentities").GetInt32()))
            .ShouldBe([("https://ci.example.com", 1), (GitHubClaims.Issuer, 2)]);
        var gitHub = before.GetProperty("Items")[1];
        gitHub.Names().ShouldBe(["Id", "Issuer", "IsDisabled", "IsTrusted", "CertificateAuthority", "Jwks", "OidcIdentities", "LastRefreshed", "LastModified", "Keys"]);
        gitHub.GetProperty("Keys").ValueKind.ShouldBe(JsonValueKind.Null, "nobody needed them yet");

        await own.ExchangeAsync(audience, own.GitHubToken(audience));
        own.Clock.Advance(TimeSpan.FromSeconds(90));
        var keys = (await own.Admin.SeeAsync($"/api/issuers/{gitHub.GetProperty("Id").GetString()}")).Json.GetProperty("Keys");
        keys.Names().ShouldBe(["Source", "Count", "Keys", "FetchedAt", "AgeSeconds", "StaleAfter", "LastError", "LastErrorAt"]);
        (keys.GetProperty("Source").GetString(), keys.GetProperty("Count").GetInt32()).ShouldBe(("Fetched", 1));
        keys.GetProperty("Keys")[0].GetRawText().ShouldBe("""{"KeyId":"test-key-1","KeyType":"RSA","Algorithm":"RS256","Fault":null}""");
        keys.GetProperty("AgeSeconds").GetInt64().ShouldBeGreaterThanOrEqualTo(90);
        (keys.GetProperty("StaleAfter").GetDateTimeOffset() - keys.GetProperty("FetchedAt").GetDateTimeOffset()).ShouldBe(TimeSpan.FromMinutes(5));

        own.GitHub.Jwks = () => new FakeAnswer(500);
        own.Clock.Advance(TimeSpan.FromHours(1));
        await own.ExchangeAsync(audience, own.GitHubToken(audience));
        await Eventually.TrueAsync(async () => (await own.Admin.SeeAsync($"/api/issuers/{gitHub.GetProperty("Id").GetString()}")).Json.GetProperty("Keys")
            .GetProperty("LastError").GetString()?.EndsWith("answered 500", StringComparison.Ordinal) == true, "the background fetch has failed");
    }

    [Fact]
    public async Task Settings_are_made_changed_and_cleared_with_an_event_each()
    {
        using var key = RSA.Create(2048);
        var issuer = $"https://{Guid.NewGuid():N}.example.com";
        var made = await server.Admin.MakeAsync("/api/issuers", new { Issuer = issuer, Jwks = new { keys = new[] { TestIssuer.JwkOf(key, "k1") } } });
        made.Id.ShouldMatch("^Issuers-[0-9a-f]{32}$");
        made.Json.GetProperty("Jwks").GetProperty("keys")[0].GetProperty("kid").GetString().ShouldBe("k1");
        (await server.EventAsync(made)).ShouldBe(("Created", $"The settings of issuer {issuer} were changed"));
        var path = $"/api/issuers/{made.Id}";
        (await server.Admin.SendAsync("POST", "/api/issuers", new { Issuer = issuer, IsDisabled = true })).ShouldBeRefused(409, made.Id);

        // What is sent back as it was shown changes nothing but what was changed in it.
        var disabled = (await server.Admin.SendAsync("PUT", path, JsonSerializer.Deserialize<Dictionary<string, object?>>(made.Text)!.Also(sent => sent["IsDisabled"] = true))).ShouldBe(200);
        disabled["IsDisabled"].ShouldBe("True");
        disabled.Json.GetProperty("Jwks").GetRawText().ShouldBe(made.Json.GetProperty("Jwks").GetRawText());
        (await server.EventAsync(disabled)).ShouldBe(("Modified", $"Issuer {issuer} was disabled: its tokens are refused, and the access tokens that it gave do not work"));

        (await server.Admin.SendAsync("PUT", path, new { CertificateAuthority = server.Certificates.Ca.ExportCertificatePem() })).ShouldBeRefused(400, "CertificateAuthority and Jwks cannot both be set");
        var changed = (await server.Admin.SendAsync("PUT", path, new { CertificateAuthority = server.Certificates.Ca.ExportCertificatePem(), Jwks = "" })).ShouldBe(200);
        changed.Json.GetProperty("Jwks").ValueKind.ShouldBe(JsonValueKind.Null);

        var deleted = (await server.Admin.SendAsync("DELETE", path)).ShouldBe(200);
        (await server.EventAsync(deleted)).ShouldBe(("Deleted", $"The settings of issuer {issuer} were deleted"));
        (await server.Admin.SendAsync("GET", path)).ShouldBe(404);
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "no issuer", "Issuer is required." },
        { "http issuer", "Issuer 'http://ci.example.com' must begin with https://." },
        { "no PEM", "CertificateAuthority holds 0 certificates in PEM" },
        { "leaf certificate", "is not a CA's certificate; send the one that signed the issuer's certificate" },
        { "broken certificate", "CertificateAuthority holds a certificate that cannot be read" },
        { "expired CA", "expired at " },
        { "intermediate alone", "CertificateAuthority has no root" },
        { "private key in PEM", "CertificateAuthority holds a private key" },
        { "text", "Jwks is not a JSON object" },
        { "twice the same name", "Jwks is not a JSON object without duplicate names" },
        { "no keys", "Jwks cannot be used: its JWKS has no array 'keys'." },
        { "empty", "Jwks has no key that can be used." },
        { "weak", "Jwks has no key that can be used: 'weak': it is an RSA key of 1024 bits" },
        { "private key", "Jwks holds the private member 'd' in key 1; send public keys alone" },
        { "secret", "Jwks holds the private member 'k' in key 1" },
        { "same kid", "Jwks has 2 keys named 'same'" },
        { "half a character", "Jwks has no key that can be used: '(none)': a text in it has an escape that is no character." },
        { "half a character in a name", "Jwks is not a JSON object without duplicate names" },
        { "many", "Jwks cannot be used: its JWKS has 257 keys, at most 256 are accepted." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_cannot_be_a_CA_or_a_list_of_public_keys_is_refused(string kind, string fault)
    {
        using RSA key = RSA.Create(2048), weak = RSA.Create(1024);
        using var leaf = server.Certificates.ForHosts("leaf.example.com");
        var secret = TestIssuer.JwkOf(key, "secret");
        secret["d"] = "c2VjcmV0LXZhbHVl";
        var issuer = $"https://{Guid.NewGuid():N}.example.com";
        object body = kind switch
        {
            "no issuer" => new { Jwks = new { keys = new[] { TestIssuer.JwkOf(key, "k") } } },
            "http issuer" => new { Issuer = "http://ci.example.com", IsDisabled = true },
            "no PEM" => new { Issuer = issuer, CertificateAuthority = "company CA" },
            "leaf certificate" => new { Issuer = issuer, CertificateAuthority = leaf.ExportCertificatePem() },
            "broken certificate" => new { Issuer = issuer, CertificateAuthority = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
            "expired CA" => new { Issuer = issuer, CertificateAuthority = Authority(key, DateTimeOffset.UtcNow.AddDays(-1)) },
            "intermediate alone" => new { Issuer = issuer, CertificateAuthority = Authority(key, DateTimeOffset.UtcNow.AddDays(1), server.Certificates.Ca) },
            "private key in PEM" => new { Issuer = issuer, CertificateAuthority = Authority(key, DateTimeOffset.UtcNow.AddDays(1)) + key.ExportPkcs8PrivateKeyPem() },
            "text" => new { Issuer = issuer, Jwks = "keys" },
            "twice the same name" => new { Issuer = issuer, Jwks = """{"keys":[],"keys":[]}""" },
            "no keys" => new { Issuer = issuer, Jwks = new { } },
            "empty" => new { Issuer = issuer, Jwks = new { keys = Array.Empty<object>() } },
            "weak" => new { Issuer = issuer, Jwks = new { keys = new[] { TestIssuer.JwkOf(weak, "weak") } } },
            "private key" => new { Issuer = issuer, Jwks = new { keys = new[] { secret } } },
            "secret" => new { Issuer = issuer, Jwks = new { keys = new[] { new { kty = "oct", k = "c2VjcmV0LXZhbHVl" } } } },
            "half a character" => new { Issuer = issuer, Jwks = """{"keys":[{"kty":"RSA","kid":"\ud800"}]}""" },
            "half a character in a name" => new { Issuer = issuer, Jwks = """{"keys":[{"kty":"RSA","\ud800":"k"}]}""" },
            "same kid" => new { Issuer = issuer, Jwks = new { keys = new[] { TestIssuer.JwkOf(key, "same"), TestIssuer.JwkOf(weak, "same") } } },
            _ => new { Issuer = issuer, Jwks = new { keys = Enumerable.Repeat(new { kty = "RSA" }, 257) } },
        };
        var answer = await server.Admin.SendAsync("POST", "/api/issuers", body);
        answer.ShouldBeRefused(400, fault);
        answer.Text.ShouldNotContain("c2VjcmV0LXZhbHVl");
        (await server.EventsAsync(answer.CorrelationId)).ShouldBeEmpty();
        (await server.Admin.SeeAsync("/api/issuers?take=1000")).Names("Issuer").ShouldNotContain(issuer);
    }

    [Fact]
    public async Task Who_may_register_identities_cannot_decide_whose_keys_are_believed()
    {
        await server.AddTrustedAccountAsync();
        var manager = await server.AddCallerAsync("userroles-systemmanager");
        var list = await manager.Client.SeeAsync("/api/issuers?partialName=token.actions");
        var path = $"/api/issuers/{list.Json.GetProperty("Items").EnumerateArray().Single().GetProperty("Id").GetString()}";
        foreach (var (method, where, body) in ((string, string, object?)[])
        [
            ("POST", "/api/issuers", new { Issuer = "https://x.example.com", IsDisabled = true }), ("PUT", path, new { IsDisabled = true }), ("DELETE", path, null),
            ("POST", $"{path}/refresh", null), ("POST", $"{path}/revoke-tokens", null),
        ])
        {
            (await manager.Client.SendAsync(method, where, body)).ShouldBeRefused(403, "AdministerSystem");
        }
    }

    private static string Authority(RSA key, DateTimeOffset notAfter, X509Certificate2? by = null)
    {
        var request = new CertificateRequest("CN=a CA of the test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issued = by is null ? request.CreateSelfSigned(notAfter.AddDays(-1), notAfter)
            : request.Create(by.SubjectName, X509SignatureGenerator.CreateForECDsa(by.GetECDsaPrivateKey()!), notAfter.AddDays(-1), notAfter, [1]);
        return issued.ExportCertificatePem();
    }
}

internal static class Changed
{
    public static T Also<T>(this T thing, Action<T> change)
    {
        change(thing);
        return thing;
    }
}
