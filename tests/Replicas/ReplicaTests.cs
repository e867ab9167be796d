using System.Collections.Concurrent;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.OpenIdProvider;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.TokenExchange;

namespace OctoLogin.Tests.Replicas;

/// <summary>Two servers on one PostgreSQL are one server: what is used, changed or ended on one is so on the other.</summary>
public sealed class ReplicaTests(ReplicasFixture replicas) : IClassFixture<ReplicasFixture>
{
    /// <summary>How long a replica may rely on what it remembers (<c>ChangeFeed</c>). Counted by the clock that the lease is counted by.</summary>
    private const long Lease = 1000;

    [Fact]
    public async Task Fifty_uses_of_one_token_at_once_over_both_give_one_access_token()
    {
        for (var round = 0; round < 3; round++)
        {
            var (id, audience) = await replicas.First.AddTrustedAccountAsync();
            var token = replicas.First.GitHubToken(audience);

            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => replicas.Both[i % 2].ExchangeAsync(audience, token)));

            answers.Count(answer => answer.Status == 200).ShouldBe(1);
            answers.Where(answer => answer.Status != 200).ShouldAllBe(answer => answer.Status == 400 && answer.Description.StartsWith("The token was used before"));
            (await replicas.First.CategoriesOfAsync(id)).Count(category => category == "TokenIssued").ShouldBe(1);
        }
    }

    /// <summary>Threat D6.</summary>
    [Fact]
    public async Task A_token_that_was_used_on_one_replica_is_refused_by_the_other_also_after_it_was_restarted()
    {
        var (_, audience) = await replicas.First.AddTrustedAccountAsync();
        var token = replicas.First.GitHubToken(audience);
        (await replicas.First.ExchangeAsync(audience, token)).Status.ShouldBe(200);
        await ShouldBeUsedAsync();

        await replicas.Second.StopAsync();
        await replicas.Second.StartAsync();
        await ShouldBeUsedAsync();

        async Task ShouldBeUsedAsync() =>
            await replicas.Second.ShouldBeRefusedAsync(await replicas.Second.ExchangeAsync(audience, token),
                "The token was used before; each token is accepted once. Request a new one right before the exchange.");
    }

    [Theory]
    [InlineData("delete the identity")]
    [InlineData("change the identity")]
    [InlineData("disable the account")]
    [InlineData("delete the account")]
    public async Task What_an_access_token_stands_on_ends_at_once_for_logins_and_within_a_second_for_the_API_at_both(string change)
    {
        var token = await IssuedToken.GetAsync(replicas.First);
        await RememberAsync(token);
        var identity = $"/api/serviceaccounts/{token.AccountId}/oidcidentities/{token.IdentityId}/v1";
        var (method, path, body) = change switch
        {
            "delete the identity" => ("DELETE", identity, null),
            "change the identity" => ("PUT", identity, new { Issuer = GitHubClaims.Issuer, Subject = "repo:octo-org/hello-octopus:ref:refs/heads/other" }),
            "disable the account" => ("PUT", $"/api/users/{token.AccountId}", (object?)new { IsActive = false }),
            _ => ("DELETE", $"/api/users/{token.AccountId}", null),
        };

        (await replicas.First.Admin.SendAsync(method, path, body)).Status.ShouldBe(200);

        var changed = Environment.TickCount64;
        foreach (var server in replicas.Both)
        {
            // A login is decided by the commit, so not even for a moment.
            (await server.ExchangeAsync(token.Audience, server.GitHubToken(token.Audience))).Status.ShouldBe(400);
        }
        await ShouldEndAsync(token, changed);
    }

    [Fact]
    public async Task An_access_token_that_was_revoked_on_one_replica_ends_within_a_second_on_the_other()
    {
        var token = await IssuedToken.GetAsync(replicas.First);
        await RememberAsync(token);
        (await replicas.First.RevokeAsync(token.Text)).Status.ShouldBe(200);
        await ShouldEndAsync(token, Environment.TickCount64);
    }

    [Fact]
    public async Task The_tokens_of_a_signing_key_that_was_revoked_on_one_replica_end_within_a_second_on_the_other()
    {
        var token = await IssuedToken.GetAsync(replicas.First);
        await RememberAsync(token);
        var rotation = replicas.First.Services.GetRequiredService<SigningKeyRotation>();
        (await rotation.RevokeAsync(KidOf(token.Text), AuditActor.CommandLine, default)).ShouldBeTrue();
        await ShouldEndAsync(token, Environment.TickCount64);
    }

    [Theory]
    [InlineData("sign out")]
    [InlineData("end the session")]
    [InlineData("disable the person")]
    [InlineData("set another password")]
    [InlineData("delete the person")]
    public async Task A_session_that_ends_on_one_replica_ends_within_a_second_on_the_other(string change)
    {
        var (id, _, here) = await replicas.First.SignedInPersonAsync();
        using var there = here.At(replicas.Second.Url);
        (await here.StatusAsync(), await there.StatusAsync()).ShouldBe((200, 200));
        var (method, path, body) = change switch
        {
            "sign out" => ("POST", "/api/users/logout", null),
            "end the session" => ("DELETE", $"/api/users/{id}/sessions", null),
            "disable the person" => ("PUT", $"/api/users/{id}", new { IsActive = false }),
            "delete the person" => ("DELETE", $"/api/users/{id}", null),
            _ => ("PUT", $"/api/users/{id}", (object?)new { Password = "another long password" }),
        };
        (change == "sign out" ? (await here.At(replicas.First.Url).CallAsync(method, path)).Status : (await replicas.First.Admin.SendAsync(method, path, body)).Status).ShouldBe(200);
        await ShouldEndAsync(server => server == replicas.First ? here.StatusAsync() : there.StatusAsync(), Environment.TickCount64);
    }

    /// <summary>Made-up keys in tokens of strangers make a replica look for them; who comes right afterwards must not be refused for it.</summary>
    [Fact]
    public async Task A_key_that_another_replica_made_is_found_also_right_after_the_keys_were_read()
    {
        // One that nobody notifies.
        var services = replicas.Second.Services;
        var ring = new SigningKeyRing(services.GetRequiredService<SigningKeyStore>(), services.GetRequiredService<SigningDuties>(), services.GetRequiredService<Secrets>(), replicas.Second.Clock);
        await ring.ReloadAsync(default);
        (await ring.FindAsync("made up", SigningKeyUse.AccessTokens, default)).ShouldBeNull();
        var key = await replicas.First.Services.GetRequiredService<SigningKeyRotation>().RotateAsync(SigningKeyUse.AccessTokens, atOnce: true, AuditActor.CommandLine, default);
        (await ring.FindAsync(key.Kid, SigningKeyUse.AccessTokens, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Rotation_while_both_serve_under_load_breaks_no_login_and_no_call()
    {
        var (_, audience) = await replicas.First.AddTrustedAccountAsync();
        var failures = new ConcurrentBag<string>();
        var kids = new ConcurrentDictionary<string, int>();
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            for (var turn = i; !stop.IsCancellationRequested; turn++)
            {
                var (here, there) = (replicas.Both[turn % 2], replicas.Both[(turn + 1) % 2]);
                var answer = await here.ExchangeAsync(audience, here.GitHubToken(audience));
                if (answer.Status != 200)
                {
                    failures.Add($"login: {answer.Status} {answer.Text}");
                    continue;
                }
                kids.AddOrUpdate(KidOf(answer.AccessToken), 1, (_, count) => count + 1);
                // At once, on the other: it may not have heard of the key yet.
                foreach (var server in (ServerFixture[])[there, here])
                {
                    if (await ReplicasFixture.StatusAsync(server, answer.AccessToken) is not 200 and var status)
                    {
                        failures.Add($"call: {status}");
                    }
                }
            }
        })).ToArray();
        try
        {
            for (var rotation = 1; rotation <= 3; rotation++)
            {
                var key = await replicas.Both[rotation % 2].Services.GetRequiredService<SigningKeyRotation>().RotateAsync(SigningKeyUse.AccessTokens, atOnce: true, AuditActor.CommandLine, default);
                await Eventually.TrueAsync(() => kids.GetValueOrDefault(key.Kid) > 10 || !failures.IsEmpty, "both sign with the new key");
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(load);
        }
        failures.Distinct().ShouldBeEmpty();
        kids.Count.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("silent")]
    public async Task A_replica_that_is_cut_off_from_the_database_refuses_and_does_not_guess(string cut)
    {
        var (kept, revoked) = (await IssuedToken.GetAsync(replicas.First), await IssuedToken.GetAsync(replicas.First));
        await RememberAsync(kept);
        await RememberAsync(revoked);
        if (cut == "silent")
        {
            replicas.Link.FallSilent();
        }
        else
        {
            replicas.Link.Refuse();
        }
        var cutOff = Environment.TickCount64;
        (await replicas.First.RevokeAsync(revoked.Text)).Status.ShouldBe(200);
        await Eventually.TrueAsync(() => Environment.TickCount64 - cutOff > Lease, "nothing that is remembered may be relied on any more");

        var unused = replicas.First.GitHubToken(kept.Audience);
        var second = replicas.Second;
        var answers = await Task.WhenAll(
            ReplicasFixture.StatusAsync(second, kept.Text), ReplicasFixture.StatusAsync(second, revoked.Text),
            StatusOfAsync(second.ExchangeAsync(kept.Audience, unused)), StatusOfAsync(second.RevokeAsync(kept.Text)), ReadyAsync(second));
        answers.ShouldAllBe(status => status == 503);
        (await second.Anonymous.GetAsync("/.well-known/openid-configuration")).IsSuccessStatusCode.ShouldBeTrue();
        (await second.Anonymous.GetStringAsync("/.well-known/jwks")).ShouldBe(await replicas.First.Anonymous.GetStringAsync("/.well-known/jwks"));
        await kept.ShouldWorkAsync();

        await replicas.MendAsync(kept.Text);
        (await ReplicasFixture.StatusAsync(second, revoked.Text)).ShouldBe(401);
        (await second.ExchangeAsync(kept.Audience, unused)).Status.ShouldBe(200, "nothing of it was recorded");
    }

    /// <summary>Both have answered by the token before, and so know its holder.</summary>
    private async Task RememberAsync(IssuedToken token)
    {
        foreach (var server in replicas.Both)
        {
            (await ReplicasFixture.StatusAsync(server, token.Text)).ShouldBe(200);
        }
    }

    /// <param name="changed">When the change was answered: no call that begins more than the lease later may succeed.</param>
    private Task ShouldEndAsync(IssuedToken token, long changed) => ShouldEndAsync(server => ReplicasFixture.StatusAsync(server, token.Text), changed);

    private async Task ShouldEndAsync(Func<ServerFixture, Task<int>> statusAt, long changed)
    {
        (await statusAt(replicas.First)).ShouldBe(401, "where it was changed it holds at once");
        while (true)
        {
            var asked = Environment.TickCount64 - changed;
            var status = await statusAt(replicas.Second);
            if (status == 401)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"The other replica refused what was asked {asked} ms after the change.");
                return;
            }
            status.ShouldBe(200);
            asked.ShouldBeLessThanOrEqualTo(Lease, "relied on what it remembered for longer than it may");
        }
    }

    private static string KidOf(string token) => ExchangeTests.Decode(token).Header.GetProperty("kid").GetString()!;

    private static async Task<int> StatusOfAsync(Task<TokenAnswer> answer) => (await answer).Status;

    private static async Task<int> ReadyAsync(ServerFixture server)
    {
        using var answer = await server.Anonymous.GetAsync("/health/ready");
        return (int)answer.StatusCode;
    }
}
