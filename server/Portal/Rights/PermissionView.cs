using OctoLogin.Access;

namespace OctoLogin.Portal.Rights;

/// <summary>"What may this user do here": for each permission which of their rights gives it at a place. Says what <see cref="Caller.May"/> decides, and why. Pure.</summary>
public static class PermissionView
{
    /// <param name="place">The server, or a space with or without project, environment and tenant.</param>
    public static IReadOnlyList<PermissionAnswer> Of(IReadOnlyList<HeldRight> rights, AccessTarget place) =>
    [
        .. Enum.GetValues<Permission>().Where(permission => place.SpaceId is null ? permission.IsSystem() : permission.IsSpace())
            .Select(permission => Of(rights, permission, place)),
    ];

    private static PermissionAnswer Of(IReadOnlyList<HeldRight> rights, Permission permission, AccessTarget place)
    {
        var by = rights.Where(right => right.Grant.Covers(permission, place) || right.Grant.Covers(Permission.AdministerSystem, AccessTarget.System)
            || (permission.IsSystem() && right.Grant.Covers(permission, AccessTarget.System))).ToList();
        return new(permission, by, [.. rights.Where(right => right.Grant.Holds(permission, place.SpaceId)).Except(by)]);
    }
}

/// <param name="By">What gives it here; none: it is not held here.</param>
/// <param name="Elsewhere">What gives it in the same space, but within limits that leave this place out.</param>
public sealed record PermissionAnswer(Permission Permission, IReadOnlyList<HeldRight> By, IReadOnlyList<HeldRight> Elsewhere)
{
    public bool IsHeld => By.Count > 0;
}
