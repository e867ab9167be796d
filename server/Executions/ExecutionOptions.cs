namespace OctoLogin.Executions;

/// <summary>How something is to run, as it was asked for and checked.</summary>
public sealed record ExecutionOptions
{
    public ExecutionTimes Times { get; init; } = new(null, null);
    public string? Comments { get; init; }

    /// <summary>By Id, as the next two.</summary>
    public string[] SkipActions { get; init; } = [];
    public string[] SpecificMachineIds { get; init; } = [];
    public string[] ExcludedMachineIds { get; init; } = [];
    public bool ForcePackageDownload { get; init; }
    public bool UseGuidedFailure { get; init; }

    /// <summary>What was given for prompted variables, by name.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>Of these names no value may be read back.</summary>
    public IReadOnlySet<string> SensitiveNames { get; init; } = new HashSet<string>();
}
