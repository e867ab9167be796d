namespace OctoLogin.Access;

/// <summary>One scoped user role of one of the caller's teams: these permissions, within these limits.</summary>
public sealed record Grant
{
    /// <summary>Null: the role's system permissions; otherwise its space permissions, in this space.</summary>
    public string? SpaceId { get; init; }

    public required IReadOnlySet<Permission> Permissions { get; init; }
    public string[] ProjectIds { get; init; } = [];
    public string[] ProjectGroupIds { get; init; } = [];
    public string[] EnvironmentIds { get; init; } = [];
    public string[] TenantIds { get; init; } = [];

    public bool LimitsProjects => ProjectIds.Length + ProjectGroupIds.Length > 0;

    public bool IsLimited => LimitsProjects || EnvironmentIds.Length + TenantIds.Length > 0;

    public bool Covers(Permission permission, AccessTarget target) =>
        Holds(permission, target.SpaceId) && CoversLimits(permission.Reach(), target);

    /// <summary>Holds it for at least something in the space.</summary>
    public bool Holds(Permission permission, string? spaceId) =>
        SpaceId == spaceId && Permissions.Contains(permission)
        && (permission.Reach() != Reach.Unlimited || !IsLimited);

    /// <summary>Gives the permission wherever <paramref name="other"/> gives it.</summary>
    public bool Contains(Permission permission, Grant other) =>
        Permissions.Contains(permission)
        // What is held on the whole server is held in each space.
        && (SpaceId == other.SpaceId || (SpaceId is null && permission.IsSystem()))
        && (!LimitsProjects || (other.LimitsProjects && Within(other.ProjectIds, ProjectIds) && Within(other.ProjectGroupIds, ProjectGroupIds)))
        && (EnvironmentIds.Length == 0 || (other.EnvironmentIds.Length > 0 && Within(other.EnvironmentIds, EnvironmentIds)))
        && (TenantIds.Length == 0 || (other.TenantIds.Length > 0 && Within(other.TenantIds, TenantIds)));

    private bool CoversLimits(Reach reach, AccessTarget target) =>
        (!reach.HasFlag(Reach.Project) || !LimitsProjects
            || Names(ProjectIds, target.ProjectId) || Names(ProjectGroupIds, target.ProjectGroupId))
        && (!reach.HasFlag(Reach.Environment) || EnvironmentIds.Length == 0 || Names(EnvironmentIds, target.EnvironmentId))
        && (!reach.HasFlag(Reach.Tenant) || TenantIds.Length == 0 || Names(TenantIds, target.TenantId));

    private static bool Within(string[] part, string[] whole) => part.All(whole.Contains);

    private static bool Names(string[] ids, string? id) => id is not null && ids.Contains(id, StringComparer.Ordinal);
}
