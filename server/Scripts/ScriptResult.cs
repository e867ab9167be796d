namespace OctoLogin.Scripts;

/// <summary>How a script ended. Whoever gets it disposes the artifacts.</summary>
public sealed record ScriptResult
{
    public required int ExitCode { get; init; }

    public bool Failed => FailMessage is not null;

    /// <summary>Null: it succeeded.</summary>
    public string? FailMessage { get; init; }

    /// <summary>Whether a warning was logged.</summary>
    public bool HasWarnings { get; init; }

    /// <summary>Whether an error was logged, such as a line on stderr. Alone it fails nothing: the step succeeds with warnings.</summary>
    public bool HasErrors { get; init; }

    public IReadOnlyList<OutputVariable> Outputs { get; init; } = [];

    public IReadOnlyList<ScriptArtifact> Artifacts { get; init; } = [];
}

public sealed record OutputVariable(string Name, string Value, bool IsSensitive);

/// <param name="Name">As the script calls it: any text, and no path to write to.</param>
/// <param name="Content">A file without a name, at its beginning.</param>
public sealed record ScriptArtifact(string Name, long Length, Stream Content) : IDisposable
{
    public void Dispose() => Content.Dispose();
}
