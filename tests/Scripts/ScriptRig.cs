using Microsoft.Extensions.Logging.Abstractions;
using OctoLogin.Database;
using OctoLogin.Scripts;
using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Scripts;

/// <summary>Runs real scripts, in a work folder of the test's own.</summary>
public sealed class ScriptRig : IDisposable
{
    private readonly TestDirectory? directory;
    private readonly string place;
    private readonly DeathWatch watch = new(NullLogger<DeathWatch>.Instance);

    /// <param name="place">A folder that another process has made for it.</param>
    public ScriptRig(Func<ScriptOptions, ScriptOptions>? change = null, string? place = null)
    {
        directory = place is null ? new TestDirectory() : null;
        this.place = place ?? directory!.Path;
        var options = new ScriptOptions { WorkDirectory = Place("scripts"), Grace = TimeSpan.FromSeconds(1) };
        Options = change?.Invoke(options) ?? options;
        // The embedded database's user matters only where there is one.
        Folders = new ScriptFolders(Options, new DatabaseOptions { ConnectionString = "Host=none" }, NullLogger<ScriptFolders>.Instance);
        Runner = new ScriptRunner(Options, Folders, watch);
    }

    public ScriptOptions Options { get; }

    internal ScriptFolders Folders { get; }

    public ScriptRunner Runner { get; }

    public SecretMask Mask { get; } = new();

    public string Place(string name) => Path.Combine(place, name);

    /// <summary>A place that any user may write to, outside of what the runner makes.</summary>
    public string OpenPlace()
    {
        var open = Place("open");
        Directory.CreateDirectory(open);
        File.SetUnixFileMode(open, (UnixFileMode)0x1FF);
        return open;
    }

    public static ScriptRequest Bash(string body, params (string Name, string Value)[] variables) => new()
    {
        Syntax = ScriptSyntax.Bash, Body = body, Variables = variables.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.OrdinalIgnoreCase),
    };

    public Task<Ran> RunAsync(string body, params (string Name, string Value)[] variables) => RunAsync(Bash(body, variables));

    public async Task<Ran> RunAsync(ScriptRequest request, CancellationToken cancel = default)
    {
        var log = new ScriptLog(Mask);
        var result = await Runner.RunAsync(request, log.Activity, Mask, cancel);
        return new Ran(result, log);
    }

    public void Dispose()
    {
        watch.Dispose();
        directory?.Dispose();
    }
}

/// <summary>What a script logged, as "Category: message".</summary>
public sealed class ScriptLog
{
    private readonly LogBuffer buffer = new(TimeProvider.System);
    private readonly List<string> lines = [];

    public ScriptLog(SecretMask mask) => Activity = ActivityLog.Start(buffer, mask, "Script");

    public ActivityLog Activity { get; }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (lines)
            {
                for (var more = buffer.Oldest(); more.Count > 0; more = buffer.Oldest())
                {
                    lines.AddRange(more.Where(entry => entry.Kind is LogEntryKind.Line or LogEntryKind.Progress)
                        .Select(entry => $"{entry.Category?.ToString() ?? entry.Percentage + "%"}: {entry.Message}"));
                    buffer.Written(more);
                }
                return [.. lines];
            }
        }
    }
}

public sealed record Ran(ScriptResult Result, ScriptLog Log)
{
    public IReadOnlyList<string> Lines => Log.Lines;

    public string Text => string.Join('\n', Lines);

    public Ran Succeeded()
    {
        Result.FailMessage.ShouldBeNull(Text);
        return this;
    }
}
