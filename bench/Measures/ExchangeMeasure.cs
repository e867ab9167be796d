using OctoLogin.Bench.Load;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Measures;

/// <summary>Durable exchanges beside the bare floor, in turns, and the memory that they take.</summary>
internal static class ExchangeMeasure
{
    private static readonly int[] ConnectionCounts = [64, 32, 1];

    public static async Task<IReadOnlyList<Row>> RunAsync(Setting setting)
    {
        using var server = await ServerUnderTest.StartAsync(setting);
        using var floor = ChildServer.StartReference("bare", setting.Tokens.PublicKey);
        using var durable = ChildServer.StartReference("durable", setting.Tokens.PublicKey, $"Host={server.PostgresSocket};Username=octologin;Database=octologin");
        Thread.Sleep(2000);
        var idle = server.ResidentBytes;
        using var memory = new MemoryWatch(() => server.ResidentBytes);

        var rate = WarmUp(setting, server, floor, durable);
        var servers = ConnectionCounts.ToDictionary(count => count, count => new Runs("exchange"));
        var durables = new Runs("durable floor");
        var floors = ConnectionCounts.ToDictionary(count => count, count => new Runs("bare floor"));
        for (var round = 0; round < setting.Rounds; round++)
        {
            foreach (var count in ConnectionCounts)
            {
                var perSecond = count == 1 ? 2500 : servers[count].All.LastOrDefault()?.PerSecond ?? rate;
                var requests = setting.Exchanges(server.AccountGuid, perSecond, setting.Time);
                floors[count].Add(LoadGenerator.Run(floor, count, setting.Time, new Repeated(requests)));
                if (count == 64)
                {
                    durables.Add(LoadGenerator.Run(durable, count, setting.Time, new Repeated(requests)));
                }
                servers[count].Add(LoadGenerator.Run(server.Process, count, setting.Time, requests));
            }
        }
        var speed = OpenSsl.Speed(setting.Long ? 3 : 1);
        return [.. Rows(servers, floors), DurableRow(servers[64], durables, floors[64]), .. SpeedRows(speed, floors[64]), .. MemoryRows(idle, memory.Most)];
    }

    /// <summary>Memory alone, without references: longer under load, so that what only grows is seen.</summary>
    public static async Task<IReadOnlyList<Row>> MemoryAsync(Setting setting)
    {
        using var server = await ServerUnderTest.StartAsync(setting);
        Thread.Sleep(2000);
        var idle = server.ResidentBytes;
        using var memory = new MemoryWatch(() => server.ResidentBytes);
        var runs = new Runs("exchange");
        var rate = WarmUp(setting, server);
        for (var round = 0; round < setting.Rounds * 2; round++)
        {
            runs.Add(LoadGenerator.Run(server.Process, 64, setting.Time, setting.Exchanges(server.AccountGuid, runs.All.LastOrDefault()?.PerSecond ?? rate, setting.Time)));
            Console.Error.WriteLine($"   {Figures.Megabytes(server.ResidentBytes)}");
        }
        return MemoryRows(idle, memory.Most);
    }

    /// <summary>Exchanges a second at the end, by which the tokens of the first round are counted.</summary>
    private static double WarmUp(Setting setting, ServerUnderTest server, params ChildServer[] references)
    {
        Console.Error.WriteLine("   warm-up");
        var last = 0.0;
        for (var i = 0; i < 4; i++)
        {
            var requests = new ExchangeRequests(setting.Tokens.Take(setting.WarmUp / 4), server.AccountGuid);
            foreach (var reference in references)
            {
                LoadGenerator.Run(reference, 64, TimeSpan.FromSeconds(1), new Repeated(requests));
            }
            last = LoadGenerator.Run(server.Process, 64, TimeSpan.FromMinutes(1), requests).PerSecond;
        }
        return last;
    }

    private static IEnumerable<Row> Rows(Dictionary<int, Runs> servers, Dictionary<int, Runs> floors)
    {
        foreach (var count in ConnectionCounts)
        {
            var (server, floor) = (servers[count], floors[count]);
            var ratio = server.PerSecond / floor.PerSecond;
            yield return new($"durable exchanges, {Connections(count)}", Figures.Rate(server.PerSecond), $"bare floor: {Figures.Rate(floor.PerSecond)}", $"{ratio:0.00}",
                count == 64 ? "≥ 0.6 × floor" : "", count == 64 ? ratio >= 0.6 : null);
            yield return new($"– p50 / p99 / p99.9, {Connections(count)}", Latency(server), $"bare floor: {Latency(floor)}",
                $"p99 = {server.P99 / server.P50:0.0} × p50",
                count == 64 ? "p99 ≤ 4 × p50" : count == 1 ? "p50 ≤ 1 ms" : "", count == 64 ? server.P99 <= 4 * server.P50 : count == 1 ? server.P50 <= 1 : null);
        }
        yield return new("– processor time of one, 64 connections", $"{servers[64].ServerCpu:0} µs, PostgreSQL {servers[64].DatabaseCpu:0} µs", $"bare floor: {floors[64].ServerCpu:0} µs",
            $"{(servers[64].ServerCpu + servers[64].DatabaseCpu) / floors[64].ServerCpu:0.0}");
        var errors = servers.Values.Concat(floors.Values).Sum(runs => runs.Errors);
        yield return new("– answers other than 200", $"{errors}", "", "", "0", errors == 0);
    }

    private static Row DurableRow(Runs server, Runs durable, Runs floor) => new(
        "– beside the least that is durable, 64 connections", Figures.Rate(server.PerSecond), $"the floor with one row for each, committed in groups: {Figures.Rate(durable.PerSecond)}, {durable.PerSecond / floor.PerSecond:0.00} of the floor",
        $"{server.PerSecond / durable.PerSecond:0.00}");

    private static IEnumerable<Row> SpeedRows((double Verify, double Sign)? speed, Runs floor)
    {
        if (speed is var (verify, sign))
        {
            var both = 1 / ((1 / verify) + (1 / sign));
            yield return new("– the floor's two signatures alone", "", $"openssl speed, one core: rsa2048 verify {Figures.Rate(verify)}, ecdsap256 sign {Figures.Rate(sign)}",
                $"floor = {floor.PerSecond / (both * Environment.ProcessorCount):0.00} × both on {Environment.ProcessorCount} cores");
        }
    }

    private static Row[] MemoryRows(long idle, long most) =>
    [
        new("memory, idle", Figures.Megabytes(idle)),
        new("memory under load, 64 connections", Figures.Megabytes(most), "", "", "≤ 250 MB", most <= 250_000_000),
    ];

    private static string Connections(int count) => count == 1 ? "1 connection" : $"{count} connections";

    private static string Latency(Runs runs) => $"{runs.P50:0.00} / {runs.P99:0.00} / {runs.P999:0.00} ms";

    /// <summary>The floor remembers nothing: the server's tokens may go round and round before it.</summary>
    private sealed class Repeated(ExchangeRequests requests) : IRequests
    {
        private int next;

        public byte[] Next() => requests.At(next++);
    }
}
