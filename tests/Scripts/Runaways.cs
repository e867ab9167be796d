using System.Globalization;
using OctoLogin.Database.Embedded;

namespace OctoLogin.Tests.Scripts;

/// <summary>Children of a script that try to get away, and how to find them: this test's, and not those of tests that run beside it.</summary>
internal sealed class Runaways(string? id = null) : IDisposable
{
    /// <summary>How long they sleep ends with it.</summary>
    public string Id { get; } = id ?? Random.Shared.Next(100_000_000, 1_000_000_000).ToString(CultureInfo.InvariantCulture);

    /// <summary>Another session, no environment, other parents, deaf to signals. At its end four sleep.</summary>
    public string Script => $$"""
        sleep 1000.{{Id}} &
        setsid sleep 1000.{{Id}} &
        (setsid env -i bash -c '(setsid sleep 1000.{{Id}} >/dev/null 2>&1 &) ; exit' >/dev/null 2>&1 &)
        env -i setsid bash -c 'trap "" TERM HUP INT; cd /; exec -a innocent sleep 1000.{{Id}}' >/dev/null 2>&1 </dev/null &
        until [ "$(pgrep -f -c '^(sleep|innocent) 1000\.{{Id}}')" -eq 4 ]; do sleep 0.02; done
        echo ready
        """;

    /// <summary>One more.</summary>
    public string Sleep => $"sleep 1000.{Id}";

    public List<string> Running() => [.. Pids().Select(pid => pid.CommandLine)];

    /// <summary>Of a test that failed.</summary>
    public void Dispose()
    {
        foreach (var (pid, _) in Pids())
        {
            LibC.Signal(pid, LibC.Kill);
        }
    }

    private List<(int Pid, string CommandLine)> Pids() => [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
        .Select(name => (int.Parse(name!, CultureInfo.InvariantCulture), CommandLine(name!))).Where(process => process.Item2.EndsWith($" 1000.{Id}", StringComparison.Ordinal))];

    private static string CommandLine(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').TrimEnd();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
