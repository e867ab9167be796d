using System.Net.Http.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Audit;

/// <summary>What is written in the ordinary way, from many sides at once, verifies.</summary>
public sealed class ChainTests : IAsyncLifetime
{
    private readonly ServerFixture server = new();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task<AuditReport> VerifyAsync()
    {
        var report = await server.Services.GetRequiredService<AuditVerification>().RunAsync([], _ => { }, default);
        report.Faults.Select(fault => fault.Message).ShouldBeEmpty();
        report.Events.ShouldBe(await server.CountAsync("audit_events"));
        report.Chains.Sum(chain => chain.Position).ShouldBe(report.Events);
        return report;
    }

    [Fact]
    public async Task Exchanges_refusals_and_changes_of_two_servers_at_once_are_in_four_chains()
    {
        await using var replica = await server.StartReplicaAsync();
        using var other = new HttpClient { BaseAddress = new Uri(replica.App.Urls.Single()) };
        other.DefaultRequestHeaders.Add("X-Octopus-ApiKey", ServerFixture.AdminApiKey);
        var account = await server.AddTrustedAccountAsync();

        async Task WorkAsync(HttpClient client)
        {
            for (var i = 0; i < 10; i++)
            {
                var token = server.GitHubToken(account.Audience);
                (await Exchanges.SendAsync(client, "/token/v1", new FormUrlEncodedContent(Exchanges.Form(account.Audience, token)))).Status.ShouldBe(200);
                // Once more, and something that is no token: refusals are events as well.
                (await Exchanges.SendAsync(client, "/token/v1", new FormUrlEncodedContent(Exchanges.Form(account.Audience, token)))).Status.ShouldBe(400);
                using var made = await client.PostAsJsonAsync("/api/users", new { Username = $"user-{Guid.NewGuid():N}", DisplayName = "Zoë 🙂" });
                made.EnsureSuccessStatusCode();
            }
        }
        await Task.WhenAll(Enumerable.Range(0, 6).SelectMany(_ => (HttpClient[])[server.Admin, other]).Select(client => Task.Run(() => WorkAsync(client))));

        var report = await VerifyAsync();
        report.Chains.Select(chain => chain.Purpose).Order().ShouldBe(["changes", "changes", "exchanges", "exchanges"]);
        report.Chains.Select(chain => chain.Node).Distinct().Count().ShouldBe(2);
        report.Chains.Select(chain => chain.Id).ShouldBe([1, 2, 3, 4]);
        report.Events.ShouldBeGreaterThanOrEqualTo(12 * 30);
    }

    [Fact]
    public async Task A_restart_begins_other_chains()
    {
        var account = await server.AddTrustedAccountAsync();
        (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience))).Status.ShouldBe(200);
        await server.StopAsync();
        await server.StartAsync();
        (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience))).Status.ShouldBe(200);
        (await VerifyAsync()).Chains.Select(chain => (chain.Purpose, chain.Position)).Skip(1).ShouldBe([("exchanges", 1L), ("exchanges", 1L)]);
    }

    [Fact]
    public async Task A_change_that_is_rolled_back_leaves_no_hole_also_when_it_was_the_first()
    {
        var audit = new AuditLog(server.Database.DataSource, NewProcess(), server.Services.GetRequiredService<ChainWriter>(), new EventNumbers(), server.Clock);
        Task ChangeAsync(bool fails) => server.Database.DataSource.InTransactionAsync(async connection =>
        {
            await audit.AppendAsync(connection, AuditEvent.Created(AuditActor.System, "Thing", "Things-1", "thing"));
            await audit.AppendAsync(connection, AuditEvent.Deleted(AuditActor.System, "Thing", "Things-1", "thing"));
            if (fails)
            {
                throw new OperationCanceledException();
            }
        });
        await Should.ThrowAsync<OperationCanceledException>(() => ChangeAsync(fails: true));
        await ChangeAsync(fails: false);
        await Should.ThrowAsync<OperationCanceledException>(() => ChangeAsync(fails: true));
        await ChangeAsync(fails: false);
        (await VerifyAsync()).Chains[^1].Position.ShouldBe(4);
    }

    [Fact]
    public async Task Many_first_changes_of_a_process_at_once_share_one_chain()
    {
        var audit = new AuditLog(server.Database.DataSource, NewProcess(), server.Services.GetRequiredService<ChainWriter>(), new EventNumbers(), server.Clock);
        var before = (await VerifyAsync()).Chains.Count;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => server.Database.DataSource.InTransactionAsync(connection =>
            audit.AppendAsync(connection, AuditEvent.Created(AuditActor.System, "Thing", $"Things-{i}", "thing")))));
        var after = (await VerifyAsync()).Chains;
        (after.Count, after[^1].Position).ShouldBe((before + 1, 12L));
    }

    [Fact]
    public async Task Exchanges_go_on_in_another_chain_when_the_connection_breaks_and_nothing_is_lost_or_twice()
    {
        var account = await server.AddTrustedAccountAsync();
        (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience))).Status.ShouldBe(200);
        var before = (await VerifyAsync()).Chains.Count(chain => chain.Purpose == "exchanges");
        var (issued, killed) = (1, 0);
        for (var round = 0; round < 5; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
            {
                if (i == 10)
                {
                    // Whatever the journal's connection does at this moment.
                    await using var connection = await server.Database.DataSource.OpenConnectionAsync();
                    killed += await connection.ExecuteScalarAsync<int>(
                        "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name = @JournalName",
                        new { DatabaseConnections.JournalName });
                }
                return await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience));
            }));
            answers.Select(answer => answer.Status).Distinct().ShouldBeSubsetOf([200, 503]);
            issued += answers.Count(answer => answer.Status == 200);
        }
        killed.ShouldBeGreaterThan(0, "a connection of the journal was hit");
        (await server.CategoriesOfAsync(account.Id)).Count(category => category == "TokenIssued").ShouldBeGreaterThanOrEqualTo(issued);
        (await VerifyAsync()).Chains.Count(chain => chain.Purpose == "exchanges").ShouldBeGreaterThan(before, "what comes after a break begins another chain");
    }

    [Fact]
    public async Task Events_from_before_the_chains_are_kept_and_counted_and_one_that_goes_missing_is_told()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var migrations = Migration.Embedded();
        await new MigrationRunner([.. migrations.TakeWhile(migration => !migration.FileName.EndsWith("audit_chain.sql", StringComparison.Ordinal))], server.Clock, new RecordedLog()).RunAsync(database.DataSource, default);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("""insert into audit_events (occurred, category, message, details) values (now(), 'Created', 'one', '{"b": 1, "a": [2]}'), (now(), 'Created', 'two', '{}')""");
        await new MigrationRunner(migrations, server.Clock, new RecordedLog()).RunAsync(database.DataSource, default);
        (await connection.ExecuteScalarAsync<string>("select details->>'b' from audit_events where message = 'one'")).ShouldBe("1");

        var seal = server.Services.GetRequiredService<ChainSeal>();
        var verification = new AuditVerification(database.DataSource, seal);
        (await verification.RunAsync([], _ => { }, default)).Verified.ShouldBeTrue("no chain has begun");
        var audit = new AuditLog(database.DataSource, NewProcess(), new ChainWriter(seal), new EventNumbers(), server.Clock);
        await database.DataSource.InTransactionAsync(change => audit.AppendAsync(change, AuditEvent.Created(AuditActor.System, "Thing", "Things-1", "thing")));
        var report = await verification.RunAsync([], _ => { }, default);
        (report.Verified, report.UnchainedEvents, report.Events).ShouldBe((true, 2L, 1L));
        await connection.ExecuteAsync("delete from audit_events where message = 'one'");
        (await verification.RunAsync([], _ => { }, default)).Faults.ShouldHaveSingleItem().Message.ShouldBe("Of the 2 events from before there were chains, 1 are there");
    }

    private AuditChains NewProcess() =>
        new(server.Services.GetRequiredService<ChainSeal>(), server.Clock, server.Services.GetRequiredService<ILogger<AuditChains>>());
}
