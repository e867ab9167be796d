namespace OctoLogin.Projects;

/// <summary>
/// What is released and deployed together. The row is the resource; what this server has no use for is there with the value that says
/// so, because clients read it.
/// </summary>
public sealed record Project
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? Description { get; init; }
    public required string ProjectGroupId { get; init; }
    public required string LifecycleId { get; init; }

    /// <summary>Takes no new releases.</summary>
    public required bool IsDisabled { get; init; }
    public required TenantedDeploymentMode TenantedDeploymentMode { get; init; }

    public string DeploymentProcessId => DeploymentProcess.IdOf(Id);
    public string VariableSetId => $"variableset-{Id}";
    public string[] IncludedLibraryVariableSetIds { get; init; } = [];
    public bool DiscreteChannelRelease { get; init; }
    public bool DefaultToSkipIfAlreadyInstalled { get; init; }
    public bool AutoCreateRelease { get; init; }
    public ReleaseCreationStrategy ReleaseCreationStrategy { get; init; } = new(null, null, null);
    public string[] Templates { get; init; } = [];
    public string[] AutoDeployReleaseOverrides { get; init; } = [];
    public string[] ExtensionSettings { get; init; } = [];
    public string? ClonedFromProjectId { get; init; }
    public bool AllowIgnoreChannelRules { get; init; } = true;
    public bool CombineHealthAndSyncStatusInDashboardLiveStatus { get; init; }

    /// <summary>The process lives in the database, never in a Git repository.</summary>
    public bool IsVersionControlled { get; init; }
    public PersistenceSettings PersistenceSettings { get; init; } = new(PersistenceSettings.Database);
}

public enum TenantedDeploymentMode
{
    Untenanted,
    TenantedOrUntenanted,
    Tenanted,
}

/// <summary>Releases are not made by themselves here: always empty.</summary>
public sealed record ReleaseCreationStrategy(string? ReleaseCreationPackage, string? ChannelId, string? ReleaseCreationPackageStepId);

public sealed record PersistenceSettings(string? Type)
{
    public const string Database = nameof(Database);
}
