using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>
/// A hundred thousand mutated tokens and bodies over HTTP: never a 5xx, never an acceptance. A case is made of the seed and its
/// number alone: OCTOLOGIN_FUZZ_SEED and OCTOLOGIN_FUZZ_CASE run one again, OCTOLOGIN_FUZZ_CASES another number of them.
/// </summary>
[Collection(Alone)]
public sealed class FuzzTests(ITestOutputHelper output)
{
    /// <summary>After all that runs side by side: it takes the whole machine for a minute, and others wait on conditions.</summary>
    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class Collection;

    private const string Alone = "fuzz";
    private const int Parallel = 24;

    [Fact]
    public async Task A_hundred_thousand_mutations_are_neither_accepted_nor_a_fault()
    {
        var seed = Setting("SEED", 20261120);
        var cases = Environment.GetEnvironmentVariable("OCTOLOGIN_FUZZ_CASE") is { } one ? [int.Parse(one, CultureInfo.InvariantCulture)] : Enumerable.Range(0, Setting("CASES", 100_000));
        await using var fixture = new ServerFixture();
        fixture.Settings["RateLimits:RefusalsPerMinute"] = "1000000000";
        // Every line that is logged is kept by the fixture; a fault must show in the answer.
        fixture.Settings["Logging:LogLevel:Default"] = "Error";
        await using var issuer = await fixture.AddIssuerAsync(FuzzedTokens.Issuer);
        await fixture.InitializeAsync();
        fixture.Clock.Stop();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        issuer.Jwks = () => TestIssuer.JwksOf(EcKeys.JwkOf(key, FuzzedTokens.KeyId));
        var (_, audience) = await fixture.AddTrustedAccountAsync(FuzzedTokens.Identity);
        var tokens = new FuzzedTokens(key, audience, fixture.Clock.GetUtcNow());
        // Without a mutation it is good, so that what is refused is refused for its mutation.
        var access = (await fixture.ExchangeAsync(audience, tokens.Good)).AccessToken;
        (await fixture.ExchangeAsync(audience, tokens.NewGood(new Random(seed)))).Status.ShouldBe(200);

        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Parallel, UseProxy = false }) { BaseAddress = new Uri(fixture.Url) };
        var before = await fixture.CountAsync("audit_events");
        var clock = Stopwatch.StartNew();
        var (sent, statuses) = (0, new int[600]);
        await System.Threading.Tasks.Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (number, cancel) =>
        {
            var random = new Random(unchecked((seed * 1_000_003) + number));
            var (what, request) = random.Next(10) switch
            {
                0 => FuzzedRequests.Call(random, access),
                < 4 => FuzzedRequests.Body(random, audience, tokens),
                _ => FuzzedRequests.Exchange(random, audience, tokens.Mutated(random)),
            };
            using (request)
            {
                using var response = await client.SendAsync(request, cancel);
                var text = await response.Content.ReadAsStringAsync(cancel);
                if (FuzzedRequests.Fault(request, (int)response.StatusCode, text) is { } fault)
                {
                    var body = request.Content is null ? request.Headers.ToString() : Convert.ToBase64String(await request.Content.ReadAsByteArrayAsync(cancel));
                    Assert.Fail($"seed {seed}, case {number} ({what}), {fault}: {(int)response.StatusCode} {text}\nsent: {body}");
                }
                Interlocked.Increment(ref statuses[(int)response.StatusCode]);
                Interlocked.Increment(ref sent);
            }
        });
        output.WriteLine($"{sent} cases in {clock.Elapsed.TotalSeconds:0.0} s, seed {seed}: {string.Join(", ", statuses.Index().Where(one => one.Item > 0).Select(one => $"{one.Item} × {one.Index}"))}");
        sent.ShouldBe(cases.Count());
        (await fixture.CountAsync("redeemed_tokens")).ShouldBe(2, "nothing was redeemed but the two tokens without a mutation");
        // Each that came to the token endpoint was an attempt, whatever it was made of.
        (await fixture.CountAsync("audit_events") - before).ShouldBe(sent - statuses[401]);
        (await fixture.ExchangeAsync(audience, tokens.Unused(new Random(seed)))).Status.ShouldBe(200, "it still serves, and a token that was in refused bodies is good");
    }

    private static int Setting(string name, int usual) =>
        Environment.GetEnvironmentVariable($"OCTOLOGIN_FUZZ_{name}") is { } set ? int.Parse(set, CultureInfo.InvariantCulture) : usual;
}
