namespace OctoLogin.Http;

/// <summary>The rows of a list that a caller may see, as values for its SQL.</summary>
/// <param name="All">Not limited by roles; the lists below are then empty.</param>
/// <param name="Ids">Projects (or environments, tenants, by the permission asked) that some role names.</param>
/// <param name="ProjectGroupIds">Project groups that some role names.</param>
/// <param name="Narrowed">The access token's own limit on the same ids; null: none.</param>
public sealed record VisibleRows(bool All, string[] Ids, string[] ProjectGroupIds, string[]? Narrowed)
{
    /// <summary>For what is decided about all rows together.</summary>
    public static VisibleRows Everything { get; } = new(true, [], [], null);
}
