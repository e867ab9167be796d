using System.Diagnostics;
using Npgsql;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Soak;

/// <summary>The server under steady use for a long time, and whether anything grows that should not.</summary>
internal static class SoakRun
{
    private static readonly TimeSpan LongestBetweenSamples = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The server keeps what a token used up, and what was revoked, an hour longer than the token lives, and removes it every ten minutes.
    /// For a run of an hour to see that more than once, what ended is made to look older (<see cref="SoakSample.AgeAsync"/>): so rows stay
    /// as long as a token lives, until the next sample, and until the next removal.
    /// </summary>
    private static readonly TimeSpan Kept = SoakJobs.TokenLife + LongestBetweenSamples + TimeSpan.FromMinutes(10);

    /// <returns>The process's exit code: 1 when something grew or an answer was not as it should be.</returns>
    public static async Task<int> RunAsync(Setting setting, TimeSpan time, int perSecond)
    {
        using var server = await ServerUnderTest.StartAsync(setting);
        await using var database = NpgsqlDataSource.Create($"Host={server.PostgresSocket};Username=octologin;Database=octologin;Maximum Pool Size=1;Application Name=soak");
        using var jobs = new SoakJobs(server.Process.Url, server.AccountGuid, setting.Tokens, perSecond);
        using var end = new CancellationTokenSource(time);
        var running = jobs.RunAsync(end.Token);
        var samples = new List<SoakSample>();
        Console.Error.WriteLine(SoakSample.Head);
        var every = TimeSpan.FromSeconds(Math.Clamp(time.TotalSeconds / 60, 1, LongestBetweenSamples.TotalSeconds));
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time - every / 2;)
        {
            await Task.Delay(every);
            await SoakSample.AgeAsync(database);
            samples.Add(await SoakSample.TakeAsync(clock.Elapsed, jobs.Done, server, database));
            Console.Error.WriteLine(samples[^1]);
        }
        await running;
        var rows = Rows(samples, jobs, perSecond);
        Figures.Write(rows);
        return rows.Any(row => row.Met == false) ? 1 : 0;
    }

    private static List<Row> Rows(List<SoakSample> samples, SoakJobs jobs, int perSecond)
    {
        // The first quarter warms up: pools fill and code is compiled. What leaks is seen between the second and the last.
        var quarter = samples.Count / 4;
        var (early, late) = (samples[quarter..(2 * quarter)], samples[^quarter..]);
        double Early(Func<SoakSample, double> figure) => Figures.Median(early.Select(figure));
        double Late(Func<SoakSample, double> figure) => Figures.Median(late.Select(figure));
        Row Flat(string name, Func<SoakSample, double> figure, double most, Func<double, string> shown) =>
            new($"{name}, last quarter", shown(Late(figure)), $"second quarter: {shown(Early(figure))}", "", $"≤ second + {shown(most)}", Late(figure) <= Early(figure) + most);
        // A shorter run ends before anything could be removed: then they are told, and held to nothing.
        Row Removed(string table, Func<SoakSample, long> rows, double eachSecond)
        {
            var (most, can) = (eachSecond * Kept.TotalSeconds * 1.1, samples[^1].At > 2 * Kept);
            return new($"rows of {table}, most", Count(samples.Max(rows)), "", "", can ? $"≤ {Count(most)}" : "", can ? samples.Max(rows) <= most : null);
        }
        return
        [
            new("jobs done", $"{jobs.Done:#,0}"),
            new("answers that were not as they should be", $"{jobs.Faults}{(jobs.FirstFault is { } first ? $" ({first})" : "")}", "", "", "0", jobs.Faults == 0),
            Flat("memory", sample => sample.ResidentBytes, 20_000_000, Figures.Megabytes),
            Flat("open files and sockets", sample => sample.Descriptors, 16, Count),
            Flat("threads", sample => sample.Threads, 8, Count),
            Flat("database sessions", sample => sample.Sessions, 8, Count),
            Removed("redeemed_tokens", sample => sample.Redeemed, perSecond),
            Removed("revoked_tokens", sample => sample.Revoked, perSecond / 2.0),
        ];
    }

    private static string Count(double value) => value.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture);
}
