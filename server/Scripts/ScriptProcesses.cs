using System.Diagnostics;
using System.Globalization;
using OctoLogin.Database.Embedded;

namespace OctoLogin.Scripts;

/// <summary>
/// All processes of one script, found by what they inherit and cannot get rid of, wherever they went: a session of its own, another parent and an empty environment
/// change nothing. When the server is root that is a group number of the script's own, as batch systems do it; otherwise an odd limit of message queues.
/// </summary>
/// <param name="Group">Null: the server is not root.</param>
internal sealed record ScriptMark(uint User, uint? Group, long QueueLimit)
{
    public static ScriptMark Of(SystemUser user)
    {
        if (user.Drops)
        {
            return new ScriptMark(user.Id, user.Group, 0);
        }
        var most = ProcessTable.QueueLimit("self") ?? 0;
        var limit = most > 65536 ? Random.Shared.NextInt64(most / 4, Math.Min(most, 819_200)) : throw new IOException($"The limit of POSIX message queues (ulimit -q) is {most} bytes; scripts need at least 65537.");
        return new ScriptMark(user.Id, null, limit);
    }

    /// <summary>As it is written down for a later start of the server.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{User} {(Group is { } group ? group : 0)} {QueueLimit}");

    public static ScriptMark? Parse(string text) => text.Split(' ') is [var user, var group, var limit]
        && uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
        ? new ScriptMark(id, number == 0 ? null : number, bytes)
        : null;

    public bool IsOn(ProcessEntry process) => process.User == User
        && (Group is { } group ? process.Group == group : ProcessTable.QueueLimit(process.Pid.ToString(CultureInfo.InvariantCulture)) == QueueLimit);
}

internal sealed class ScriptProcesses(ScriptMark mark)
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <summary>The one that .NET waits for itself.</summary>
    public int Main { get; set; }

    public List<ProcessEntry> Running()
    {
        var running = new List<ProcessEntry>();
        foreach (var process in ProcessTable.All().Where(mark.IsOn))
        {
            if (!process.IsZombie)
            {
                running.Add(process);
            }
            // The first process of a container inherits orphans, and .NET takes the ends only of what it started.
            else if (Environment.ProcessId == 1 && process.Parent == 1 && process.Pid != Main)
            {
                LibC.Reap(process.Pid);
            }
        }
        return running;
    }

    public void Signal(int signal)
    {
        foreach (var process in Running())
        {
            LibC.Signal(process.Pid, signal);
        }
    }

    /// <returns>Whether none is left.</returns>
    public async Task<bool> EndWithinAsync(TimeSpan limit)
    {
        var waited = Stopwatch.StartNew();
        while (Running().Count > 0)
        {
            if (waited.Elapsed > limit)
            {
                return false;
            }
            await Task.Delay(20);
        }
        return true;
    }

    /// <summary>Again and again, for a process may start another while the list is read.</summary>
    /// <returns>How many there were; null: some do not end, which wait for a disk or are faster than we.</returns>
    public async Task<int?> KillAsync()
    {
        var waited = Stopwatch.StartNew();
        var killed = new HashSet<int>();
        for (var running = Running(); running.Count > 0; running = Running())
        {
            foreach (var process in running)
            {
                killed.Add(process.Pid);
                LibC.Signal(process.Pid, LibC.Kill);
            }
            if (waited.Elapsed > KillLimit)
            {
                return null;
            }
            await Task.Delay(5);
        }
        return killed.Count;
    }
}
