namespace OctoLogin.Access;

/// <summary>What a caller wants to touch. A null part means that the thing has none (a release has no environment).</summary>
public readonly record struct AccessTarget(
    string? SpaceId = null, string? ProjectId = null, string? ProjectGroupId = null, string? EnvironmentId = null, string? TenantId = null)
{
    /// <summary>The server itself, outside every space.</summary>
    public static AccessTarget System => default;

    public static AccessTarget Space(string spaceId) => new(spaceId);
}
