using System.Globalization;

namespace OctoLogin.Scripts;

/// <summary>What /proc tells about a process.</summary>
internal readonly record struct ProcessEntry(int Pid, int Parent, bool IsZombie, uint User, uint Group, int Threads, long Kilobytes);

internal static class ProcessTable
{
    public static IEnumerable<ProcessEntry> All()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Read($"{directory}/status") is { } status)
            {
                yield return Parse(pid, status);
            }
        }
    }

    /// <summary>The most bytes that its POSIX message queues may take; null: the process is gone.</summary>
    public static long? QueueLimit(string pid)
    {
        var line = Read($"/proc/{pid}/limits")?.Split('\n').FirstOrDefault(line => line.StartsWith("Max msgqueue size", StringComparison.Ordinal));
        var words = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is null ? null : long.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : long.MaxValue;
    }

    private static ProcessEntry Parse(int pid, string status)
    {
        var entry = new ProcessEntry { Pid = pid };
        foreach (var line in status.AsSpan().EnumerateLines())
        {
            var colon = line.IndexOf(':');
            if (colon < 0)
            {
                continue;
            }
            var value = line[(colon + 1)..].Trim();
            entry = line[..colon] switch
            {
                "State" => entry with { IsZombie = value.StartsWith('Z') || value.StartsWith('X') },
                "PPid" => entry with { Parent = (int)Number(value) },
                // Real, effective, saved, of files: without the right to change them, all are the same.
                "Uid" => entry with { User = (uint)Number(value) },
                "Gid" => entry with { Group = (uint)Number(value) },
                "VmRSS" => entry with { Kilobytes = Number(value) },
                "Threads" => entry with { Threads = (int)Number(value) },
                _ => entry,
            };
        }
        return entry;
    }

    private static long Number(ReadOnlySpan<char> value)
    {
        var end = value.IndexOfAnyExceptInRange('0', '9');
        return long.Parse(end < 0 ? value : value[..end], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        // It ended meanwhile (ESRCH), or is another user's on a machine that hides those.
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
