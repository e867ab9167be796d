using System.Globalization;
using OctoLogin.Tests.CommandLine;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Soak;

/// <summary>The short form of bench/soak: steady use of the program with its private PostgreSQL leaves nothing behind that grows.</summary>
public sealed class SoakTests(ITestOutputHelper output) : IDisposable
{
    private const int WarmUps = 6;
    private const int Samples = 6;
    private const int BetweenSamples = 1500;

    /// <summary>
    /// What one exchange may leave behind: less than its token or its event, kept anywhere, would be. Before the warm-up is over the heap
    /// still grows to its size, by 1,500 bytes an exchange.
    /// </summary>
    private const double MostBytesAnExchange = 1000;

    private readonly TestDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Steady_use_leaks_no_memory_file_or_connection_and_used_tokens_are_forgotten_once_they_cannot_come_again()
    {
        await using var server = new ExchangingServer(directory.Path);
        await server.StartFirstAsync();
        var samples = new List<Sample>();
        await using (var load = new ExchangeLoad(server, seed: 3))
        {
            for (var i = 0; i < WarmUps + Samples; i++)
            {
                await UseAsync(server, load, BetweenSamples);
                // Before, pools fill and the compiler has its second look.
                if (i >= WarmUps)
                {
                    samples.Add(await SampleAsync(server, load));
                }
            }
            await load.EndAsync();
            load.Unanswered.ShouldBe(0);
        }
        var all = string.Join("\n", samples);
        var slope = Slope([.. samples.Select(sample => (sample.Exchanges, sample.ResidentKilobytes * 1024d))]);
        output.WriteLine($"{slope:0} bytes an exchange\n{all}");
        slope.ShouldBeLessThan(MostBytesAnExchange, all);
        (samples[^1].Descriptors - samples[0].Descriptors).ShouldBeLessThan(12, all);
        (samples[^1].Sessions - samples[0].Sessions).ShouldBeLessThan(6, all);

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

    /// <summary>Of the line that is nearest to all points by the median of the slopes between any two (Theil and Sen): one swing does not turn it.</summary>
    private static double Slope(IReadOnlyList<(double X, double Y)> points)
    {
        var slopes = points.SelectMany((a, i) => points.Skip(i + 1).Select(b => (b.Y - a.Y) / (b.X - a.X))).Order().ToList();
        return (slopes[(slopes.Count - 1) / 2] + slopes[slopes.Count / 2]) / 2;
    }

    private static async Task<Sample> SampleAsync(ExchangingServer server, ExchangeLoad load) => new(
        load.Answered,
        long.Parse(File.ReadLines($"/proc/{server.Program.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture),
        Directory.GetFiles($"/proc/{server.Program.Id}/fd").Length,
        (await server.QueryAsync<long>("select count(*) from pg_stat_activity where application_name like 'octologin%'")).Single());

    private sealed record Sample(int Exchanges, long ResidentKilobytes, int Descriptors, long Sessions);
}
