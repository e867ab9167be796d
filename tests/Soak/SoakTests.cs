using System.Globalization;
using OctoLogin.Tests.CommandLine;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Soak;

/// <summary>The short form of bench/soak: steady use of the program with its private PostgreSQL leaves nothing behind that grows.</summary>
public sealed class SoakTests : IDisposable
{
    private readonly TestDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Steady_use_leaks_no_memory_file_or_connection_and_used_tokens_are_forgotten_once_they_cannot_come_again()
    {
        await using var server = new ExchangingServer(directory.Path);
        await server.StartFirstAsync();
        Sample early, late;
        await using (var load = new ExchangeLoad(server, seed: 3))
        {
            // Pools fill and the compiler has its second look.
            await UseAsync(server, load, 1500);
            early = await SampleAsync(server);
            await UseAsync(server, load, 3000);
            late = await SampleAsync(server);
            await load.EndAsync();
            load.Unanswered.ShouldBe(0);
        }
        (late.ResidentKilobytes - early.ResidentKilobytes).ShouldBeLessThan(40_000, $"{early} then {late}");
        (late.Descriptors - early.Descriptors).ShouldBeLessThan(12, $"{early} then {late}");
        (late.Sessions - early.Sessions).ShouldBeLessThan(6, $"{early} then {late}");

        // A day passes.
        await server.QueryAsync<int>("update redeemed_tokens set expires_at = expires_at - interval '1 day'; update revoked_tokens set expires_at = expires_at - interval '1 day'");
        await server.Program.StopAsync();
        await server.StartAsync();
        await Eventually.TrueAsync(async () => (await server.QueryAsync<long>("select (select count(*) from redeemed_tokens) + (select count(*) from revoked_tokens)")).Single() == 0, "the tables are empty");
    }

    /// <summary>Logins by six clients, and beside them jobs that call the API and end their tokens.</summary>
    private static async Task UseAsync(ExchangingServer server, ExchangeLoad load, int exchanges)
    {
        var logins = load.MoreAsync(exchanges);
        using var client = server.Program.Client();
        do
        {
            var subject = load.Sign().Token;
            var token = (await Exchanges.SendAsync(client, "/token/v1", new FormUrlEncodedContent(Exchanges.Form(server.Audience, subject)))).AccessToken;
            (await MeAsync(client, token)).ShouldBe(200);
            (await Exchanges.SendAsync(client, "/token/revoke/v1", new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = token }))).Status.ShouldBe(200);
            (await MeAsync(client, token)).ShouldBe(401);
        }
        while (!logins.IsCompleted);
        await logins;
    }

    private static async Task<int> MeAsync(HttpClient client, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/me") { Headers = { Authorization = new("Bearer", token) } };
        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static async Task<Sample> SampleAsync(ExchangingServer server) => new(
        long.Parse(File.ReadLines($"/proc/{server.Program.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture),
        Directory.GetFiles($"/proc/{server.Program.Id}/fd").Length,
        (await server.QueryAsync<long>("select count(*) from pg_stat_activity where application_name = 'octologin'")).Single());

    private sealed record Sample(long ResidentKilobytes, int Descriptors, long Sessions);
}
