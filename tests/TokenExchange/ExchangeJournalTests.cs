using System.Net.Http.Json;
using System.Security.Cryptography;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Tests.Support;
using OctoLogin.TokenExchange;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>What one commit decides for all the attempts that share it.</summary>
public sealed class ExchangeJournalTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private ExchangeJournal Journal => server.Services.GetRequiredService<ExchangeJournal>();

    private static AuditEvent Happened(string correlationId) => new()
    {
        Category = AuditCategories.TokenIssued,
        Message = "test",
        Actor = new AuditActor(null, null, "test", correlationId),
    };

    private async Task<Redemption> RedemptionAsync(bool reuse = false, RepositoryPin? pin = null)
    {
        var (id, _) = await server.AddServiceAccountAsync();
        object identity = pin is null
            ? new { Name = "i", GitHubClaims.Issuer, GitHubClaims.Subject, AllowReuse = reuse }
            : new { Name = "i", GitHub = new { Repository = "octo-org/hello-octopus" } };
        var created = await server.AddIdentityAsync(id, identity);
        return new Redemption
        {
            TokenKey = RandomNumberGenerator.GetBytes(32),
            IdentityId = created.GetProperty("Id").GetString()!,
            IdentityVersion = 1,
            AllowReuse = reuse,
            ExpiresAt = DateTimeOffset.UtcNow.AddMinutes(5),
            Pin = pin,
        };
    }

    private async Task<(JournalOutcome[] Outcomes, long Events)> WriteAsync(params Redemption[] redemptions)
    {
        var correlationId = Guid.NewGuid().ToString("N");
        var outcomes = await Task.WhenAll(redemptions.Select(redemption => Journal.WriteAsync(Happened(correlationId), redemption)));
        return (outcomes, (await server.EventsAsync(correlationId)).Count());
    }

    [Fact]
    public async Task Of_many_uses_of_one_token_at_once_the_first_is_recorded_and_no_other()
    {
        var redemption = await RedemptionAsync();
        var (outcomes, events) = await WriteAsync([.. Enumerable.Repeat(redemption, 300)]);
        outcomes.Count(outcome => outcome == JournalOutcome.Recorded).ShouldBe(1);
        outcomes.Count(outcome => outcome == JournalOutcome.UsedBefore).ShouldBe(299);
        events.ShouldBe(1);
    }

    [Fact]
    public async Task An_exchange_does_not_make_replicas_forget_what_they_remember()
    {
        var redemption = await RedemptionAsync();
        await using var listening = await server.Database.DataSource.OpenConnectionAsync();
        await listening.ExecuteAsync($"listen {ChangeFeed.Channel}");
        var (outcomes, _) = await WriteAsync(redemption);
        outcomes.ShouldBe([JournalOutcome.Recorded]);
        (await listening.WaitAsync(TimeSpan.FromMilliseconds(500))).ShouldBeFalse("nobody's rights changed");
        await listening.ExecuteAsync("unlisten *");
    }

    [Fact]
    public async Task With_reuse_all_are_recorded_but_not_for_another_identity()
    {
        var redemption = await RedemptionAsync(reuse: true);
        var other = (await RedemptionAsync(reuse: true)) with { TokenKey = redemption.TokenKey };
        var (outcomes, events) = await WriteAsync([.. Enumerable.Repeat(redemption, 20), other]);
        outcomes[..20].ShouldAllBe(outcome => outcome == JournalOutcome.Recorded);
        outcomes[20].ShouldBe(JournalOutcome.UsedBefore);
        events.ShouldBe(20);
    }

    [Fact]
    public async Task An_identity_that_changed_after_it_was_matched_records_nothing()
    {
        var redemption = await RedemptionAsync();
        var (outcomes, events) = await WriteAsync(redemption with { IdentityVersion = 2 });
        outcomes.ShouldBe([JournalOutcome.Changed]);
        events.ShouldBe(0);
        (await WriteAsync(redemption)).Outcomes.ShouldBe([JournalOutcome.Recorded]);
    }

    [Fact]
    public async Task An_account_that_was_disabled_after_it_was_matched_records_nothing()
    {
        var redemption = await RedemptionAsync();
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        var account = await connection.ExecuteScalarAsync<string>("select user_id from oidc_identities where id = @IdentityId", redemption);
        (await server.Admin.PutAsJsonAsync($"/api/users/{account}", new { IsActive = false })).EnsureSuccessStatusCode();
        (await WriteAsync(redemption)).Outcomes.ShouldBe([JournalOutcome.Changed]);
    }

    [Fact]
    public async Task Two_first_tokens_with_different_ids_pin_the_first_ones()
    {
        var first = await RedemptionAsync(pin: new RepositoryPin("74", "65"));
        var second = first with { TokenKey = RandomNumberGenerator.GetBytes(32), Pin = new RepositoryPin("75", "65") };
        var third = first with { TokenKey = RandomNumberGenerator.GetBytes(32) };
        var (outcomes, _) = await WriteAsync(first, second, third);
        outcomes.ShouldBe([JournalOutcome.Recorded, JournalOutcome.Changed, JournalOutcome.Recorded]);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<string>("select github_repository_id || ' ' || github_pinned_from from oidc_identities where id = @IdentityId", first)).ShouldBe("74 FirstToken");
    }
}
