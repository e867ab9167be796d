using System.Globalization;

namespace OctoLogin.Bench.References;

/// <summary>Processor time of a process and of all that it started, from /proc: it tells what a request costs also where others keep the cores busy.</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;

    public static (double Own, double Others) CpuSeconds(int root)
    {
        var processes = Directory.GetDirectories("/proc").Select(path => Read(path)).OfType<Entry>().ToDictionary(entry => entry.Id);
        var own = processes.TryGetValue(root, out var entry) ? entry.Ticks : 0;
        return (own / TicksPerSecond, processes.Values.Where(other => other.Id != root && DescendsFrom(other, root)).Sum(other => other.Ticks) / TicksPerSecond);

        bool DescendsFrom(Entry entry, int ancestor) =>
            entry.Parent == ancestor || (processes.TryGetValue(entry.Parent, out var parent) && parent.Id != entry.Id && DescendsFrom(parent, ancestor));
    }

    private sealed record Entry(int Id, int Parent, long Ticks);

    private static Entry? Read(string path)
    {
        if (!int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }
        try
        {
            // The name in parentheses may hold spaces; what follows it does not (proc_pid_stat(5): parent 4th, utime 14th, stime 15th).
            var text = File.ReadAllText(Path.Combine(path, "stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Entry(id, int.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return null;
        }
    }
}
