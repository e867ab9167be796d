using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using OctoLogin.Database.Embedded;

namespace OctoLogin.Scripts;

/// <summary>A script on this machine: in a session of its own, as a user that is not root, within limits, with nothing of the server's but two pipes.</summary>
internal sealed class HostScript(ScriptFolder folder, ScriptOptions options, string directory, IEnumerable<string> command) : IScriptPlace
{
    public const string Path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    // exec all the way: the process that .NET sees is the script's. Limits that are lower already stay as they are; the one that marks the processes must hold.
    // .NET opens all its files for itself alone, but a library, or who started the server, may have left one open.
    private const string Launch = """
        umask 077
        cd -- "$1" || exit 126
        ulimit -c 0
        ulimit -n "$2" 2>/dev/null
        ulimit -f "$3" 2>/dev/null
        ulimit -u "$4" 2>/dev/null
        ulimit -d "$5" 2>/dev/null
        [ "$6" = 0 ] || ulimit -q "$6" || exit 126
        shift 6
        for file in /proc/self/fd/*; do
            file=${file##*/}
            [ "$file" -le 2 ] || eval "exec $file>&-"
        done
        exec "$@" </dev/null
        """;

    public Process Start()
    {
        var info = new ProcessStartInfo("bash", ["--noprofile", "--norc", "-c", Launch, "bash", directory, .. Limits(), .. folder.User.Command(["setpriv", "--no-new-privs", "--", "setsid", .. command])])
        {
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        SetEnvironment(info.Environment, folder);
        try
        {
            var process = Process.Start(info)!;
            folder.Processes.Main = process.Id;
            return process;
        }
        catch (Win32Exception fault)
        {
            throw new IOException($"bash cannot be started: {fault.Message}", fault);
        }
    }

    public static void SetEnvironment(IDictionary<string, string?> environment, ScriptFolder folder)
    {
        environment.Clear();
        environment["PATH"] = Path;
        environment["HOME"] = folder.Work;
        environment["TMPDIR"] = folder.Temporary;
        environment["LANG"] = "C.UTF-8";
        environment["TERM"] = "dumb";
    }

    public (int Processes, long Kilobytes) Measure()
    {
        var running = folder.Processes.Running();
        return (running.Sum(process => process.Threads), running.Sum(process => process.Kilobytes));
    }

    public async Task AskToEndAsync(TimeSpan within)
    {
        folder.Processes.Signal(LibC.Terminate);
        await folder.Processes.EndWithinAsync(within);
    }

    public async Task<int?> EndAsync()
    {
        // What has closed its output is mostly about to end by itself.
        await folder.Processes.EndWithinAsync(Moment);
        return await folder.Processes.KillAsync();
    }

    // The kernel counts the processes of a user and not those of a script, so what the user has already comes on top, and there is room for what other scripts
    // will start. It stops what is too fast to be stopped by what is measured.
    private IEnumerable<string> Limits()
    {
        var others = ProcessTable.All().Where(process => process.User == folder.User.Id).Sum(process => process.Threads);
        return new[] { options.OpenFiles, options.FileMegabytes * 1024L, others + 4L * options.Processes, options.MemoryMegabytes * 1024L, folder.Mark.QueueLimit }
            .Select((limit, i) => i == 3 && limit == 0 ? "unlimited" : limit.ToString(CultureInfo.InvariantCulture));
    }
}
