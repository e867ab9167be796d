using System.Diagnostics;
using System.Globalization;
using OctoLogin.Database.Embedded;

namespace OctoLogin.Scripts;

/// <summary>
/// A process beside the server that ends all scripts when the server is killed: a task whose node is dead is told to have failed, and then nothing of it should go on.
/// It knows of the server's death by the end of a pipe. Started with the first script.
/// </summary>
internal sealed class DeathWatch(ILogger<DeathWatch> logger) : IDisposable
{
    // Of each script a file of /proc and what stands in it for its processes. Several rounds, for what started another meanwhile.
    private const string Watch = """
        declare -A scripts=()
        while IFS= read -r line; do
            id=${line:1:32} rest=${line:33}
            case $line in
                +*) scripts[$id]=$rest ;;
                -*) unset "scripts[$id]" ;;
            esac
        done
        for round in 1 2 3 4 5; do
            for id in "${!scripts[@]}"; do
                read -r container name pattern <<< "${scripts[$id]}"
                for file in /proc/[0-9]*/"$name"; do
                    { text=$(<"$file"); } 2>/dev/null
                    [[ ! $text =~ $pattern ]] || { pid=${file#/proc/}; kill -KILL "${pid%%/*}"; }
                done
                [[ $container == 0 || $round != 1 ]] || docker rm --force --volumes "octologin-$id"
            done
        done >/dev/null 2>&1
        """;

    private readonly Lock gate = new();
    private Process? process;

    public IDisposable Add(ScriptFolder folder, bool isContainer)
    {
        var mark = folder.Mark;
        var pattern = mark.Group is { } group
            ? string.Create(CultureInfo.InvariantCulture, $"status Uid:[[:space:]]+{mark.User}[[:space:]].*Gid:[[:space:]]+{group}[[:space:]]")
            : string.Create(CultureInfo.InvariantCulture, $"limits msgqueue size +{mark.QueueLimit} ");
        Tell($"+{folder.Id}{(isContainer ? 1 : 0)} {pattern}");
        return new Entry(this, folder.Id);
    }

    public void Dispose()
    {
        lock (gate)
        {
            process?.StandardInput.Close();
            process?.Dispose();
            process = null;
        }
    }

    private void Tell(string line)
    {
        lock (gate)
        {
            try
            {
                if (process is null or { HasExited: true })
                {
                    process?.Dispose();
                    process = ChildProcess.Start(["setsid", "bash", "--noprofile", "--norc", "-c", Watch]);
                    process.StandardOutput.Close();
                    process.StandardError.Close();
                }
                process.StandardInput.WriteLine(line);
                process.StandardInput.Flush();
            }
            catch (IOException fault)
            {
                // Without it scripts outlive a killed server until the next start, no more.
                logger.LogWarning(fault, "The process that ends scripts when this server is killed does not answer");
            }
        }
    }

    private sealed class Entry(DeathWatch watch, string id) : IDisposable
    {
        public void Dispose() => watch.Tell($"-{id}");
    }
}
