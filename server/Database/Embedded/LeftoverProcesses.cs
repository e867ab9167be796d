using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace OctoLogin.Database.Embedded;

/// <summary>
/// Ends what a killed server or a killed postmaster left running. Every process of PostgreSQL has the data directory as its
/// current directory; that, and not the number in postmaster.pid, tells ours from a stranger that got the number since.
/// </summary>
internal sealed partial class LeftoverProcesses(DataPaths paths, SystemUser user, ILogger logger)
{
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        var pids = await ListAsync(cancellationToken);
        if (pids.Count == 0)
        {
            return;
        }

        logger.LogWarning("PostgreSQL processes of an earlier run still use {Directory}; ending them: {Pids}", paths.Cluster, pids);
        if (PostmasterPid() is { } postmaster && pids.Contains(postmaster))
        {
            LibC.Signal(postmaster, LibC.Interrupt);
            if (await AllEndedAsync(TimeSpan.FromSeconds(10), cancellationToken))
            {
                return;
            }
        }

        // Without a postmaster they have nobody to tell them; they hold its shared memory and keep a new one from starting.
        foreach (var signal in new[] { LibC.Quit, LibC.Kill })
        {
            foreach (var pid in await ListAsync(cancellationToken))
            {
                LibC.Signal(pid, signal);
            }

            if (await AllEndedAsync(TimeSpan.FromSeconds(5), cancellationToken))
            {
                return;
            }
        }

        throw new StartupException($"PostgreSQL processes of an earlier run still use {paths.Cluster} and do not end: {string.Join(", ", await ListAsync(cancellationToken))}. They may wait for a disk that does not answer; end them and start again.");
    }

    /// <summary>PostgreSQL refuses to start when postmaster.pid names a process of its user, whatever that process is. Only after <see cref="EndAsync"/>.</summary>
    public void RemoveStalePidFile()
    {
        // Of a process that is gone PostgreSQL can tell that by itself, and it knows more ways to check.
        if (PostmasterPid() is { } pid && Directory.Exists($"/proc/{pid}"))
        {
            logger.LogWarning("Removing {File}: process {Pid} is not the PostgreSQL that wrote it", paths.PostmasterPid, pid);
            File.Delete(paths.PostmasterPid);
        }
    }

    // As that user, because a root without CAP_SYS_PTRACE (a container's) may not see the current directory of another user's process.
    private async Task<List<int>> ListAsync(CancellationToken cancellationToken)
    {
        var pattern = Wildcards().Replace(paths.Cluster, @"\$0");
        var (_, output) = await ChildProcess.RunAsync(
            user.Command("find", "/proc", "-mindepth", "2", "-maxdepth", "2", "-path", "/proc/[0-9]*/cwd", "-lname", pattern, "-printf", "pid %h\\n"), cancellationToken);
        return [.. Pids().Matches(output).Select(match => int.Parse(match.Groups["pid"].ValueSpan, CultureInfo.InvariantCulture)).Where(IsPostgres)];
    }

    private async Task<bool> AllEndedAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while ((await ListAsync(cancellationToken)).Count > 0)
        {
            if (waited.Elapsed > limit)
            {
                return false;
            }

            await Task.Delay(50, cancellationToken);
        }

        return true;
    }

    // An administrator's shell may stand in the directory too.
    private static bool IsPostgres(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim() is "postgres" or "postmaster";
        }
        catch (IOException)
        {
            return false;
        }
    }

    private int? PostmasterPid()
    {
        try
        {
            return int.TryParse(File.ReadLines(paths.PostmasterPid).FirstOrDefault(), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"[\\*?\[\]]")]
    private static partial Regex Wildcards();

    [GeneratedRegex(@"^pid /proc/(?<pid>[0-9]+)\r?$", RegexOptions.Multiline)]
    private static partial Regex Pids();
}
