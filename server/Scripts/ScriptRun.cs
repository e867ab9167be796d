using System.Diagnostics;

namespace OctoLogin.Scripts;

/// <summary>From the start of a script to its end, and to that of all it has started.</summary>
internal sealed class ScriptRun(IScriptPlace place, ScriptOutput output, ScriptOptions options)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    /// <summary>What a script has left running may still write so long: <c>exec > >(tee log)</c>.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    /// <summary>How many processes the script left, which were ended then.</summary>
    public int Left { get; private set; }

    /// <returns>The exit code, and why the script was stopped; null: it ended by itself. Cancelling stops it too.</returns>
    public async Task<(int ExitCode, string? Stopped)> RunAsync(TimeSpan limit, CancellationToken cancel)
    {
        using var process = place.Start();
        var reading = output.ReadAsync(process.StandardOutput.BaseStream, process.StandardError.BaseStream);
        var exited = process.WaitForExitAsync(CancellationToken.None);
        var stopped = await WatchAsync(exited, reading, limit, cancel);
        if (stopped is not null)
        {
            await place.AskToEndAsync(options.Grace);
        }
        else
        {
            await Task.WhenAny(reading, Task.Delay(Linger, CancellationToken.None));
        }
        var ended = await place.EndAsync();
        Left = stopped is null ? ended ?? 0 : 0;
        if (ended is null)
        {
            throw new IOException("Processes of the script do not end; they may wait for a disk that does not answer.");
        }
        await exited;
        await Task.WhenAny(reading, Task.Delay(DrainLimit, CancellationToken.None));
        if (reading.IsFaulted)
        {
            await reading;
        }
        return (process.ExitCode, stopped ?? (output.TooMuch.IsCompletedSuccessfully ? await output.TooMuch : null));
    }

    private async Task<string?> WatchAsync(Task exited, Task reading, TimeSpan limit, CancellationToken cancel)
    {
        var running = Stopwatch.StartNew();
        var cancelled = Task.Delay(Timeout.Infinite, cancel);
        while (true)
        {
            var rest = limit - running.Elapsed;
            if (rest <= TimeSpan.Zero)
            {
                return $"The script was stopped: it took longer than {limit:c}.";
            }
            var first = await Task.WhenAny(exited, output.TooMuch, cancelled, Task.Delay(rest < Interval ? rest : Interval, CancellationToken.None));
            if (first == exited)
            {
                return null;
            }
            if (first == output.TooMuch || first == cancelled)
            {
                return first == cancelled ? "The script was cancelled." : await output.TooMuch;
            }
            if (reading.IsFaulted)
            {
                return "The script was stopped: its output could not be read.";
            }
            if (Exceeds() is { } exceeded)
            {
                return exceeded;
            }
        }
    }

    private string? Exceeds()
    {
        var (processes, kilobytes) = place.Measure();
        return processes > options.Processes ? $"The script was stopped: it had more than {options.Processes} processes and threads (Scripts:Processes)."
            : options.MemoryMegabytes > 0 && kilobytes > options.MemoryMegabytes * 1024L ? $"The script was stopped: it used more than {options.MemoryMegabytes} MiB of memory (Scripts:MemoryMegabytes)."
            : null;
    }
}
