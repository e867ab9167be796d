using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Audit;
using OctoLogin.OpenIdProvider;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.OpenIdProvider;

public sealed class IdTokenRotationTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>
    /// Five days with a planned change of keys in them, in steps of 20 minutes. Each token is verified when it was made and again just
    /// before it ends, by a cloud that reads our keys each hour as we allow, and by one that reads them once a day.
    /// </summary>
    [Fact]
    public async Task A_thousand_ID_tokens_made_around_a_change_of_keys_verify_all_their_life_at_clouds_that_remember_our_keys()
    {
        var (hourly, daily) = (new CachingRelyingParty(server), new CachingRelyingParty(server, TimeSpan.FromHours(24) - Step));
        var held = new Queue<(DateTimeOffset Made, string Token)>();
        var failures = new List<string>();
        var kids = new HashSet<string>();
        async Task VerifyAsync(string token, string when)
        {
            foreach (var (name, party) in ((string, CachingRelyingParty)[])[("hourly", hourly), ("daily", daily)])
            {
                if (await party.WhyNotAsync(token) is { } fault)
                {
                    failures.Add($"{name}, {when}: {fault}");
                }
            }
        }
        server.Clock.Stop();
        var made = 0;
        for (var step = 0; step < 360; step++)
        {
            if (step == 20)
            {
                await server.Services.GetRequiredService<SigningKeyRotation>().RotateAsync(SigningKeyUse.IdTokens, atOnce: false, AuditActor.CommandLine, default);
            }
            // As the server does each minute.
            await server.Services.GetRequiredService<SigningKeyRotation>().EnsureAsync(default);
            await server.Services.GetRequiredService<SigningKeyRing>().ReloadAsync(default);
            for (var i = 0; i < 3; i++, made++)
            {
                var token = server.IdToken(Longest);
                kids.Add(token.Split('.')[0]);
                held.Enqueue((server.Clock.GetUtcNow(), token));
                await VerifyAsync(token, $"new in step {step}");
            }
            server.Clock.Advance(Step);
            while (held.TryPeek(out var old) && server.Clock.GetUtcNow() - old.Made + Step >= Longest - IdTokenTimes.ClockSkew)
            {
                await VerifyAsync(held.Dequeue().Token, $"old in step {step}");
            }
        }
        failures.Distinct().ShouldBeEmpty();
        made.ShouldBeGreaterThan(1000);
        kids.Count.ShouldBe(2, "the key has changed on the way");
        (hourly.Reads, daily.Reads).ShouldBe((121, 6));
    }
}
