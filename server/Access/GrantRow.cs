namespace OctoLogin.Access;

/// <summary>A grant as the database holds it, with its permissions by name.</summary>
public sealed record GrantRow
{
    public string? SpaceId { get; init; }
    public required string[] ProjectIds { get; init; }
    public required string[] ProjectGroupIds { get; init; }
    public required string[] EnvironmentIds { get; init; }
    public required string[] TenantIds { get; init; }
    public required string[] Permissions { get; init; }

    // A permission that this version does not know gives nothing.
    public Grant ToGrant() => new()
    {
        SpaceId = SpaceId,
        ProjectIds = ProjectIds,
        ProjectGroupIds = ProjectGroupIds,
        EnvironmentIds = EnvironmentIds,
        TenantIds = TenantIds,
        Permissions = Permissions.Select(Access.Permissions.Find).OfType<Permission>().ToHashSet(),
    };
}
