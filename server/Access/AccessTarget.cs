namespace OctoLogin.Access;

/// <summary>What a caller wants to touch. A null part means that the thing has none (a release has no environment).</summary>
public readonly record struct AccessTarget(
    string? SpaceId = null, string? ProjectId = null, string? ProjectGroupId = null, string? EnvironmentId = null, string? TenantId = null)
{
    /// <summary>The server itself, outside every space.</summary>
    public static AccessTarget System => default;

    public static AccessTarget Space(string spaceId) => new(spaceId);
}

/// <summary>The rows of a list that a caller may see, as values for its SQL.</summary>
/// <param name="All">Not limited by roles; the lists below are then empty.</param>
/// <param name="Ids">Projects (or environments, tenants, by the permission asked) that some role names.</param>
/// <param name="ProjectGroupIds">Project groups that some role names.</param>
/// <param name="Narrowed">The access token's own limit on the same ids; null: none.</param>
public sealed record VisibleRows(bool All, string[] Ids, string[] ProjectGroupIds, string[]? Narrowed);
