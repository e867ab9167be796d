namespace OctoLogin.Scripts;

public enum ScriptSyntax { Bash, PowerShell }

/// <summary>One script to run. Substitution in <see cref="Body"/> has been done.</summary>
public sealed record ScriptRequest
{
    public required ScriptSyntax Syntax { get; init; }

    /// <summary>Not looked at where <see cref="ScriptFile"/> names one.</summary>
    public required string Body { get; init; }

    /// <summary>What <c>get_octopusvariable</c> gives.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>Of these the values are masked.</summary>
    public IReadOnlySet<string> SensitiveNames { get; init; } = new HashSet<string>();

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<ScriptFile> Files { get; init; } = [];

    /// <summary>Called with the private folder before the start: to unpack packages. What it makes there becomes the script's.</summary>
    public Func<string, CancellationToken, Task>? Prepare { get; init; }

    /// <summary>Called after that. What it adds to <see cref="Environment"/> counts.</summary>
    public Action<ServedFiles>? Serve { get; init; }

    /// <summary>Runs beside the script and is cancelled when that has ended: to write its files anew.</summary>
    public Func<CancellationToken, Task>? Beside { get; init; }

    /// <summary>What the script gets as $1 and so on, as its shell writes them: <c>Octopus.Action.Script.ScriptParameters</c>.</summary>
    public string? Parameters { get; init; }

    /// <summary>A script inside the prepared folder, relative to it. It runs in its own folder.</summary>
    public string? ScriptFile { get; init; }

    /// <summary>Null: on this machine.</summary>
    public string? ContainerImage { get; init; }

    /// <summary>Called when the image must be pulled: the config.json that <c>docker</c> logs in to registries with. Null: the engine's user's own.</summary>
    public Func<CancellationToken, Task<string>>? DockerLogin { get; init; }

    /// <summary>Null, or longer than the setting <c>Scripts:TimeLimit</c>: that.</summary>
    public TimeSpan? TimeLimit { get; init; }
}

/// <param name="Name">Relative to the script's folder.</param>
public sealed record ScriptFile(string Name, ReadOnlyMemory<byte> Content);
