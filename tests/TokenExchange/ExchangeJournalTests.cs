using System.Net.Http.Json;
using System.Security.Cryptography;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.OpenIdProvider;
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
            SigningKeyId = server.Services.GetRequiredService<SigningKeyRing>().Current(SigningKeyUse.AccessTokens).Row.Kid,
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

    /// <summary>All that a commit may hold at once; what each comes to is the same as alone, and the chain verifies.</summary>
    [Fact]
    public async Task A_commit_of_good_used_changed_reused_and_pinning_tokens_and_of_refusals_decides_each_by_itself()
    {
        var (good, used, changed) = (await RedemptionAsync(), await RedemptionAsync(), await RedemptionAsync());
        var reused = await RedemptionAsync(reuse: true);
        var pinning = await RedemptionAsync(pin: new RepositoryPin("74", "65"));
        (await WriteAsync(used)).Outcomes.ShouldBe([JournalOutcome.Recorded]);
        (await WriteAsync(reused)).Outcomes.ShouldBe([JournalOutcome.Recorded]);
        Redemption?[] all = [good, used, changed with { IdentityVersion = 7 }, reused, pinning, null, good];
        // Nobody else can write the chain's row: what is asked for meanwhile is one commit.
        await using var holding = await server.Database.DataSource.OpenConnectionAsync();
        await using var held = await holding.BeginTransactionAsync();
        await holding.ExecuteAsync("select * from audit_chains for update");
        var correlationId = Guid.NewGuid().ToString("N");
        var first = Journal.WriteAsync(Happened(correlationId));
        var rest = all.Select(redemption => Journal.WriteAsync(Happened(correlationId), redemption)).ToArray();
        await held.RollbackAsync();
        (await first).ShouldBe(JournalOutcome.Recorded);
        (await Task.WhenAll(rest)).ShouldBe([
            JournalOutcome.Recorded, JournalOutcome.UsedBefore, JournalOutcome.Changed, JournalOutcome.Recorded, JournalOutcome.Recorded, JournalOutcome.Recorded, JournalOutcome.UsedBefore,
        ]);
        (await server.EventsAsync(correlationId)).Count().ShouldBe(5);
        (await server.Services.GetRequiredService<AuditVerification>().RunAsync([], _ => { }, default)).Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_servers_that_see_the_first_token_of_an_identity_at_once_pin_one_repository()
    {
        await using var replica = await server.StartReplicaAsync();
        var other = replica.App.Services.GetRequiredService<ExchangeJournal>();
        for (var i = 0; i < 10; i++)
        {
            var mine = await RedemptionAsync(pin: new RepositoryPin("74", "65"));
            var theirs = mine with { TokenKey = RandomNumberGenerator.GetBytes(32), Pin = new RepositoryPin("75", "65") };
            var outcomes = await Task.WhenAll(Task.Run(() => Journal.WriteAsync(Happened("pin"), mine)), Task.Run(() => other.WriteAsync(Happened("pin"), theirs)));
            outcomes.Order().ShouldBe([JournalOutcome.Recorded, JournalOutcome.Changed]);
        }
    }

    /// <summary>Numbers are fetched ahead while one login follows the other; the log's order is still that in which things happened.</summary>
    [Fact]
    public async Task What_happens_between_logins_stands_between_them_in_the_log()
    {
        var correlationId = Guid.NewGuid().ToString("N");
        for (var i = 0; i < 20; i++)
        {
            await Journal.WriteAsync(Happened($"{correlationId}-{2 * i:00}"));
            await Journal.WriteAsync(Happened($"{correlationId}-{2 * i:00}"));
            await server.Database.DataSource.InTransactionAsync(connection =>
                server.Services.GetRequiredService<AuditLog>().AppendAsync(connection, Happened($"{correlationId}-{(2 * i) + 1:00}")));
        }
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        var order = (await connection.QueryAsync<string>($"select correlation_id from audit_events where correlation_id like '{correlationId}%' order by number")).ToList();
        order.Count.ShouldBe(60);
        order.ShouldBe(order.Order(StringComparer.Ordinal));
    }

    /// <summary>The database logs a statement that fails with the row in it: of a login that was refused, as if it had been granted.</summary>
    [Fact]
    public async Task A_token_that_was_used_before_is_no_error_of_the_database()
    {
        var redemption = await RedemptionAsync();
        (await WriteAsync(redemption)).Outcomes.ShouldBe([JournalOutcome.Recorded]);
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync($"alter database \"{connection.Database}\" set log_min_messages = error");
        }
        server.Services.GetRequiredService<NpgsqlDataSource>().Clear();
        var mark = Guid.NewGuid().ToString("N");
        async Task<string> LoggedAsync()
        {
            await using var connection = await server.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
            await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync($"select '{mark}'::int"));
            return await File.ReadAllTextAsync((await TestPostgres.SharedAsync()).LogFile);
        }
        // What is an error does show.
        (await LoggedAsync()).ShouldContain(mark);
        for (var i = 0; i < 5; i++)
        {
            (await WriteAsync(redemption)).Outcomes.ShouldBe([JournalOutcome.UsedBefore]);
            (await WriteAsync(redemption with { IdentityVersion = 2, TokenKey = RandomNumberGenerator.GetBytes(32) })).Outcomes.ShouldBe([JournalOutcome.Changed]);
        }
        (await LoggedAsync()).ShouldNotContain("audit_events_chained");
    }
}
