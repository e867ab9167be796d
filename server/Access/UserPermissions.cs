using OctoLogin.Http;
using OctoLogin.Spaces;
using OctoLogin.Teams;
using OctoLogin.Users;

namespace OctoLogin.Access;

/// <summary>What a user may do, and the teams that it comes from.</summary>
/// <param name="SpacePermissions">By permission: the spaces, and within them the limits, where it is held.</param>
public sealed record UserPermissions(
    string Id, IReadOnlyDictionary<string, IReadOnlyList<PermissionRestriction>> SpacePermissions, IReadOnlyList<string> SystemPermissions, IReadOnlyList<UserTeam> Teams)
{
    public bool IsPermissionsComplete => true;
    public bool IsTeamsComplete => true;

    /// <param name="spaceIds">Every space: an administrator holds everything in each of them.</param>
    public static UserPermissions Of(string userId, IReadOnlyList<Grant> grants, IEnumerable<string> spaceIds, IEnumerable<Team> teams)
    {
        var isAdministrator = grants.Any(grant => grant.Covers(Permission.AdministerSystem, AccessTarget.System));
        var inSpaces = isAdministrator
            ? [.. spaceIds.Select(spaceId => new Grant { SpaceId = spaceId, Permissions = Enum.GetValues<Permission>().Where(Permissions.IsSpace).ToHashSet() })]
            : grants.Where(grant => grant.SpaceId is not null).ToList();
        var onServer = Enum.GetValues<Permission>().Where(permission => isAdministrator
            ? permission.IsSystem()
            : grants.Any(grant => grant.Covers(permission, AccessTarget.System)));
        return new(
            userId,
            Enum.GetValues<Permission>()
                .Select(permission => (permission, held: inSpaces.Where(grant => grant.Holds(permission, grant.SpaceId)).ToList()))
                .Where(entry => entry.held.Count > 0)
                .ToDictionary(entry => entry.permission.ToString(), entry => (IReadOnlyList<PermissionRestriction>)entry.held.ConvertAll(PermissionRestriction.Of)),
            [.. onServer.Select(permission => permission.ToString())],
            [.. teams.Select(team => new UserTeam(team.Id, team.Name, team.SpaceId, team.ExternalSecurityGroups, team.MemberUserIds.Contains(userId)))]);
    }
}

/// <summary>Empty lists: the whole space.</summary>
public sealed record PermissionRestriction(
    string SpaceId, string[] RestrictedToProjectIds, string[] RestrictedToProjectGroupIds, string[] RestrictedToEnvironmentIds, string[] RestrictedToTenantIds)
{
    public static PermissionRestriction Of(Grant grant) =>
        new(grant.SpaceId!, grant.ProjectIds, grant.ProjectGroupIds, grant.EnvironmentIds, grant.TenantIds);
}

/// <param name="IsDirectlyAssigned">A member of the team; false: in it by a group of the identity provider.</param>
public sealed record UserTeam(string Id, string Name, string? SpaceId, IReadOnlyList<ExternalGroup> ExternalSecurityGroups, bool IsDirectlyAssigned);

public static class UserPermissionsEndpoint
{
    public static void MapUserPermissions(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/users/{id}/permissions", GetPermissions).WithTags("users").WithSummary("Get what a user may do");

    private static async Task<UserPermissions> GetPermissions(
        string id, Caller caller, UserStore users, CallerStore callers, TeamStore teams, SpaceStore spaces, CancellationToken cancel)
    {
        if (id != caller.UserId)
        {
            caller.Demand(Permission.UserView, AccessTarget.System);
        }
        var user = await users.FindAsync(id, cancel) ?? throw ApiException.NotFound("user", id);
        var grants = (await callers.FindByIdAsync(user.Id, cancel))?.ReadGrants() ?? [];
        return UserPermissions.Of(user.Id, grants, (await spaces.AllAsync(cancel)).Select(space => space.Id), await teams.OfUserAsync(user.Id, cancel));
    }
}
