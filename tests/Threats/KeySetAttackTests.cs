using System.Buffers.Text;
using System.Security.Cryptography;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Section B of docs/threats.md: floods that would make us fetch, and key sets that would make us choke. Each test has a server of its own.</summary>
public sealed class KeySetAttackTests : IAsyncLifetime
{
    private readonly BesiegedServer besieged = new();
    private string audience = "";

    private ServerFixture Server => besieged.Server;

    public async ValueTask InitializeAsync()
    {
        await besieged.InitializeAsync();
        audience = (await Server.AddTrustedAccountAsync()).Audience;
    }

    public ValueTask DisposeAsync() => besieged.DisposeAsync();

    [Fact]
    public async Task B8_five_hundred_unknown_key_ids_make_one_fetch_and_a_good_token_passes_among_them()
    {
        (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).Status.ShouldBe(200);
        var before = Server.GitHub.JwksRequests;
        Server.Clock.Stop();
        var payload = Server.GoodPayload(audience);
        await Attacks.ForEachAsync(Enumerable.Range(0, 501), async i =>
        {
            var token = i == 250 ? Server.GitHubToken(audience) : Server.GitHub.SignText(payload, $$"""{"alg":"RS256","kid":"{{Guid.NewGuid()}}"}""");
            var answer = await Server.ExchangeAsync(audience, token);
            answer.Status.ShouldBe(i == 250 ? 200 : 400, answer.Text);
        });
        (Server.GitHub.JwksRequests - before).ShouldBeLessThanOrEqualTo(1);

        Server.Clock.Advance(TimeSpan.FromSeconds(31));
        await Server.ShouldRefuseAsync(audience, Server.GitHub.SignText(payload, """{"alg":"RS256","kid":"later"}"""), "half a minute later");
        (Server.GitHub.JwksRequests - before).ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task B9_five_hundred_bad_signatures_under_a_known_key_id_make_no_fetch()
    {
        (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).Status.ShouldBe(200);
        var before = (Server.GitHub.DiscoveryRequests, Server.GitHub.JwksRequests);
        Server.Clock.Stop();
        var parts = Server.GitHubToken(audience).Split('.');
        await Attacks.ForEachAsync(Enumerable.Range(0, 500), async i =>
        {
            var signature = Base64Url.DecodeFromChars(parts[2]);
            signature[i % 256] ^= (byte)(1 << (i % 8));
            var answer = await Server.ExchangeAsync(audience, $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(signature)}");
            answer.Status.ShouldBe(400, answer.Text);
            answer.Description.ShouldContain("does not verify");
        });
        (Server.GitHub.DiscoveryRequests, Server.GitHub.JwksRequests).ShouldBe(before);
    }

    private static FakeAnswer Broken(string kind) => kind switch
    {
        "500" => new(500),
        "html" => new(200, "<html>maintenance</html>", "text/html"),
        "empty" => new(200, ""),
        "no keys" => new(200, """{"error":"maintenance"}"""),
        "keys is no list" => new(200, """{"keys":{}}"""),
        "nonsense" => new(200, """{"keys":["""),
        _ => FakeAnswer.Abort,
    };

    [Fact]
    public async Task B11_a_key_set_that_breaks_leaves_the_last_good_one_for_a_day()
    {
        (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).Status.ShouldBe(200);
        foreach (var kind in (string[])["500", "html", "empty", "no keys", "keys is no list", "nonsense", "aborted"])
        {
            Server.GitHub.Jwks = () => Broken(kind);
            var asked = Server.GitHub.JwksRequests;
            Server.Clock.Advance(TimeSpan.FromMinutes(50));
            (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).Status.ShouldBe(200, $"{kind}: with the last good keys");
            await Eventually.TrueAsync(() => Server.GitHub.JwksRequests > asked, $"the broken document was asked for ({kind})");
            (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).Status.ShouldBe(200, $"{kind}: also after the broken document came");
        }
        Server.Clock.Advance(TimeSpan.FromHours(19));
        await Server.ShouldRefuseAsync(audience, Server.GitHubToken(audience), "a day later", 503);

        Server.GitHub.Jwks = null;
        Server.Clock.Advance(TimeSpan.FromSeconds(6));
        (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).Status.ShouldBe(200, "it recovers by itself");
    }

    [Fact]
    public async Task B12_a_key_set_made_to_exhaust_us()
    {
        using var release = new ManualResetEventSlim();
        var attacks = new Dictionary<string, (Func<FakeAnswer> Answer, string Reason)>
        {
            ["huge"] = (() => new(200, $$"""{"keys":[],"x":"{{new string('a', 1024 * 1024)}}"}"""), "is larger than 1024 KiB"),
            ["endless"] = (() => new(200, new string(' ', 40 * 1024 * 1024)), "is larger than 1024 KiB"),
            ["compressed"] = (() => new FakeAnswer(200, "\u001f\u008b").With("Content-Encoding", "gzip"), "answered with a compressed body, which was not asked for"),
            ["10,000 keys"] = (() => new(200, $$"""{"keys":[{{string.Join(',', Enumerable.Repeat("{}", 10_000))}}]}"""), "its JWKS has 10000 keys, at most 256 are accepted"),
            ["deep"] = (() => new(200, new string('[', 10_000) + new string(']', 10_000)), "is not a JSON object"),
            ["twice"] = (() => new(200, """{"keys":[],"keys":[]}"""), "is not a JSON object"),
            ["hanging"] = (() => release.Wait(TimeSpan.FromSeconds(30)) ? new(500) : new(500), "did not answer within 5 s"),
        };
        foreach (var (kind, (answer, reason)) in attacks)
        {
            Server.GitHub.Jwks = answer;
            // An issuer that failed is not asked again at once.
            Server.Clock.Advance(TimeSpan.FromSeconds(6));
            (await Server.ShouldRefuseAsync(audience, Server.GitHubToken(audience), kind, 503)).ShouldContain(reason);
        }
        release.Set();
    }

    [Fact]
    public async Task B12_an_RSA_key_of_16384_bits_is_not_calculated_with()
    {
        var modulus = RandomNumberGenerator.GetBytes(2048);
        (modulus[0], modulus[^1]) = (0xFF, (byte)(modulus[^1] | 1));
        Server.GitHub.Jwks = () => TestIssuer.JwksOf(new Dictionary<string, object?> { ["kty"] = "RSA", ["kid"] = "large", ["n"] = Base64Url.EncodeToString(modulus), ["e"] = "AQAB" });
        var token = Attacks.Jws("""{"alg":"RS256","kid":"large"}""", Server.GoodPayload(audience), _ => new byte[2048]);
        (await Server.ShouldRefuseAsync(audience, token, "16384 bits")).ShouldContain("it is an RSA key of 16384 bits, 2048 to 8192 are accepted");
    }
}
