using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace OctoLogin.Bench;

/// <summary>What the figures depend on besides the code.</summary>
internal static class Machine
{
    public static string LoadAverage => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3));

    public static IEnumerable<string> Facts()
    {
        var cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? RuntimeInformation.OSArchitecture.ToString();
        yield return $"{Environment.ProcessorCount} cores, {cpu}; kernel {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}";
        yield return $".NET {Environment.Version}; {PostgresVersion()}; Node {FirstLine("node", "--version") ?? "not there"}";
        yield return $"{Path.GetTempPath()} is {FirstLine("stat", "-f", "-c", "%T", Path.GetTempPath())}; one 8 KB write with a flush to its disk takes {FlushMicroseconds():0} µs (median of 200)";
    }

    public static string? FirstLine(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            return process.StandardOutput.ReadToEnd().Split('\n')[0].Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string PostgresVersion()
    {
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(name => int.TryParse(Path.GetFileName(name), CultureInfo.InvariantCulture, out var major) ? major : 0).Select(name => Path.Combine(name, "bin", "postgres"))
            : [];
        return FirstLine(installed.FirstOrDefault(File.Exists) ?? "postgres", "--version") ?? "PostgreSQL of unknown version";
    }

    private static double FlushMicroseconds()
    {
        var name = Path.GetTempFileName();
        using var file = new FileStream(name, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
        var block = new byte[8192];
        return Figures.Median(Enumerable.Range(0, 200).Select(i =>
        {
            var start = Stopwatch.GetTimestamp();
            RandomAccess.Write(file.SafeFileHandle, block, i * 8192L);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }));
    }
}
