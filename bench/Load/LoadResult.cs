using System.Diagnostics;
using System.Text;

namespace OctoLogin.Bench.Load;

/// <summary>What one run showed. Errors are answers other than 200 and broken connections.</summary>
internal sealed class LoadResult(int connections)
{
    private readonly List<long> ticks = new(1 << 18);
    private double seconds;

    public int Connections => connections;
    public int Errors { get; private set; }
    public string? FirstError { get; private set; }
    public int Answered => ticks.Count;
    public double PerSecond => ticks.Count / seconds;

    /// <summary>Milliseconds.</summary>
    public double P50 => Percentile(0.5);
    public double P99 => Percentile(0.99);
    public double P999 => Percentile(0.999);

    /// <summary>Microseconds of processor time for each answer: the server's own, and that of its PostgreSQL.</summary>
    public double ServerCpu { get; private set; }
    public double DatabaseCpu { get; private set; }

    public LoadResult WithCpu((double Own, double Others) before, (double Own, double Others) after)
    {
        (ServerCpu, DatabaseCpu) = ((after.Own - before.Own) * 1e6 / Answered, (after.Others - before.Others) * 1e6 / Answered);
        return this;
    }

    public void Add(int status, long elapsed, ReadOnlySpan<byte> answer)
    {
        if (status == 200)
        {
            ticks.Add(elapsed);
        }
        else
        {
            Fail(status < 0 ? "the connection broke" : Encoding.UTF8.GetString(answer));
        }
    }

    public void Fail(string why)
    {
        Errors++;
        FirstError ??= why;
    }

    public void Finish(TimeSpan time)
    {
        seconds = time.TotalSeconds;
        ticks.Sort();
    }

    private double Percentile(double part) =>
        ticks.Count == 0 ? double.NaN : ticks[Math.Min(ticks.Count - 1, (int)(part * ticks.Count))] * 1000.0 / Stopwatch.Frequency;
}

/// <summary>The runs of one thing in different rounds, of which the medians count.</summary>
internal sealed class Runs(string name)
{
    private readonly List<LoadResult> results = [];

    public string Name => name;
    public double PerSecond => Median(run => run.PerSecond);
    public double P50 => Median(run => run.P50);
    public double P99 => Median(run => run.P99);
    public double P999 => Median(run => run.P999);
    public double ServerCpu => Median(run => run.ServerCpu);
    public double DatabaseCpu => Median(run => run.DatabaseCpu);
    public int Errors => results.Sum(run => run.Errors);
    public string? FirstError => results.Select(run => run.FirstError).FirstOrDefault(error => error is not null);
    public IReadOnlyList<LoadResult> All => results;

    public void Add(LoadResult result)
    {
        results.Add(result);
        Console.Error.WriteLine($"   {name,-34} {result.Connections,3} connections {result.PerSecond,9:0}/s  p50 {result.P50:0.00}  p99 {result.P99:0.00}  p99.9 {result.P999:0.00} ms  cpu {result.ServerCpu:0} + {result.DatabaseCpu:0} µs  {result.Answered} answers, {result.Errors} errors");
        if (result.FirstError is { } error)
        {
            Console.Error.WriteLine($"   first error: {error}");
        }
    }

    private double Median(Func<LoadResult, double> figure) => Figures.Median(results.Select(figure));
}
