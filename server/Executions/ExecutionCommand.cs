namespace OctoLogin.Executions;

/// <summary>What clients send to deploy a release or to run a runbook. Names are names, slugs or Ids, without case.</summary>
public abstract record ExecutionCommand
{
    public string? SpaceId { get; init; }
    public string? SpaceIdOrName { get; init; }
    public string? ProjectName { get; init; }

    /// <summary>One of these two, or both.</summary>
    public string? EnvironmentName { get; init; }
    public string?[]? EnvironmentNames { get; init; }
    public string?[]? Tenants { get; init; }

    /// <summary><c>Set/Tag</c>; of each set that is named, one of the tags named is needed.</summary>
    public string?[]? TenantTags { get; init; }

    /// <summary>Not before; null: now.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>When it has not begun by then, it does not run at all.</summary>
    public DateTimeOffset? NoRunAfter { get; init; }

    /// <summary>Values of prompted variables, by name.</summary>
    public Dictionary<string, string?>? Variables { get; init; }
    public string?[]? SkipStepNames { get; init; }
    public string?[]? SpecificMachineNames { get; init; }
    public string?[]? ExcludedMachineNames { get; init; }
    public bool? ForcePackageDownload { get; init; }
    public bool? UseGuidedFailure { get; init; }
    public string? Comments { get; init; }

    public IReadOnlyList<string> WantedEnvironments => Clean([EnvironmentName, .. EnvironmentNames ?? []]);
    public IReadOnlyList<string> WantedTenants => Clean(Tenants);
    public IReadOnlyList<string> WantedTenantTags => Clean(TenantTags);
    public IReadOnlyList<string> WantedSkips => Clean(SkipStepNames);

    public static IReadOnlyList<string> Clean(IEnumerable<string?>? names) =>
        [.. (names ?? []).Select(name => name?.Trim() ?? "").Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
}
