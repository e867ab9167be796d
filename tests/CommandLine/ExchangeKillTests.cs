using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>
/// kill -9 under load, again and again: every token whose answer a client received has its event, no subject token was accepted
/// twice, and the audit verifies.
/// </summary>
public sealed class ExchangeKillTests : IDisposable
{
    private const int Kills = 6;

    // Which moments and which processes; another number is another run.
    private const int Seed = 20261120;

    private readonly TestDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Loses_no_event_of_an_answered_token_when_the_server_is_killed()
    {
        await using var server = new ExchangingServer(directory.Path);
        await server.StartFirstAsync();
        var random = new Random(Seed);
        await using var load = new ExchangeLoad(server, Seed);
        for (var round = 0; round < Kills; round++)
        {
            await load.MoreAsync(random.Next(20, 200));
            server.Program.Kill();
            await server.StartAsync();
        }
        await EndAsync(server, load);
        load.Unanswered.ShouldBeGreaterThan(Kills);
    }

    [Fact]
    public async Task Loses_no_event_of_an_answered_token_when_its_PostgreSQL_is_killed()
    {
        await using var server = new ExchangingServer(directory.Path);
        await server.StartFirstAsync();
        var random = new Random(Seed);
        await using var load = new ExchangeLoad(server, Seed);
        for (var round = 0; round < Kills; round++)
        {
            await load.MoreAsync(random.Next(20, 200));
            server.KillPostgres(random);
        }
        await EndAsync(server, load);
        load.Refusals.ShouldContain(refusal => refusal.Status == 503, "the kills were noticed");
        load.Unanswered.ShouldBe(0, "an outage of the database is an answer");
    }

    private static async Task EndAsync(ExchangingServer server, ExchangeLoad load)
    {
        await load.MoreAsync(100);
        await load.EndAsync();
        load.ShouldBeRecorded(await server.VerifiedAsync());
        load.Refusals.ShouldContain(refusal => refusal.Status == 400, "tokens were used again");
    }
}
