using System.Text.RegularExpressions;
using OctoLogin.Http;

namespace OctoLogin.Access;

/// <summary>One role of one team: in a space and within limits, or (without a space) on the server. The row is the resource.</summary>
public sealed record ScopedUserRole
{
    public required string Id { get; init; }
    public required string UserRoleId { get; init; }
    public required string TeamId { get; init; }

    /// <summary>Null: it gives the role's system permissions; otherwise its space permissions, in this space.</summary>
    public string? SpaceId { get; init; }

    /// <summary>Empty in this and the next three: not limited in that respect.</summary>
    public string[] ProjectIds { get; init; } = [];
    public string[] ProjectGroupIds { get; init; } = [];
    public string[] EnvironmentIds { get; init; } = [];
    public string[] TenantIds { get; init; } = [];

    /// <summary>All of them; their Ids say of which kind each is.</summary>
    public string[] Limits() => [.. ProjectIds, .. ProjectGroupIds, .. EnvironmentIds, .. TenantIds];

    public Grant GrantOf(UserRole role) => new()
    {
        SpaceId = SpaceId,
        ProjectIds = ProjectIds,
        ProjectGroupIds = ProjectGroupIds,
        EnvironmentIds = EnvironmentIds,
        TenantIds = TenantIds,
        Permissions = (SpaceId is null ? role.GrantedSystemPermissions : role.GrantedSpacePermissions).Select(Permissions.Find).OfType<Permission>().ToHashSet(),
    };
}

/// <summary>
/// What a client sends: the whole scoped user role. Clients of Octopus leave out an empty list, so an absent one is empty
/// (which the caller must be entitled to: no limit is more than any limit).
/// </summary>
public sealed partial record ScopedUserRoleInput(
    string? UserRoleId, string? TeamId, string? SpaceId, string[]? ProjectIds, string[]? ProjectGroupIds, string[]? EnvironmentIds, string[]? TenantIds)
{
    private const int MostIds = 1000;

    /// <summary>With the ids in the form that Octopus gives them; <see cref="TeamRoles"/> asks whether such things exist.</summary>
    public ScopedUserRole Read(string? spaceId)
    {
        var validation = new Validation();
        var read = new ScopedUserRole
        {
            Id = "",
            UserRoleId = validation.Required("UserRoleId", UserRoleId, 100),
            TeamId = validation.Required("TeamId", TeamId, 100),
            SpaceId = spaceId,
            ProjectIds = Ids(validation, "ProjectIds", "Projects", ProjectIds),
            ProjectGroupIds = Ids(validation, "ProjectGroupIds", "ProjectGroups", ProjectGroupIds),
            EnvironmentIds = Ids(validation, "EnvironmentIds", "Environments", EnvironmentIds),
            TenantIds = Ids(validation, "TenantIds", "Tenants", TenantIds),
        };
        validation.Check(spaceId is not null || (read.ProjectIds.Length + read.ProjectGroupIds.Length + read.EnvironmentIds.Length + read.TenantIds.Length) == 0,
            "Projects, project groups, environments and tenants limit a role in a space; without SpaceId they must not be given.");
        validation.ThrowIfAny();
        return read;
    }

    /// <summary>Why the role cannot be given there; null when it can.</summary>
    public static string? Misfit(UserRole role, string? spaceId) =>
        spaceId is null && role.GrantedSystemPermissions.Length == 0 && role.GrantedSpacePermissions.Length > 0
            ? $"User role '{role.Name}' has space permissions: SpaceId must say in which space the team has it."
        : spaceId is not null && role.GrantedSpacePermissions.Length == 0 && role.GrantedSystemPermissions.Length > 0
            ? $"User role '{role.Name}' has system permissions, which hold on the whole server: SpaceId must not be given."
        : null;

    private static string[] Ids(Validation validation, string property, string kind, string[]? ids)
    {
        string[] given = [.. (ids ?? []).Select(id => id?.Trim() ?? "").Distinct(StringComparer.Ordinal)];
        validation.Check(given.Length <= MostIds, $"{property} may have at most {MostIds} entries, not {given.Length}.");
        var wrong = given.Where(id => !id.StartsWith($"{kind}-", StringComparison.Ordinal) || !Number().IsMatch(id.AsSpan(kind.Length + 1))).Take(10).ToList();
        validation.Check(wrong.Count == 0, $"{property} has {string.Join(", ", wrong.Select(id => $"'{Printable.Of(id, 60)}'"))}; each entry must be an Id such as {kind}-12.");
        return given;
    }

    [GeneratedRegex(@"\A[1-9][0-9]{0,17}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
