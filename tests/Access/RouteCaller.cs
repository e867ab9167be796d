namespace OctoLogin.Tests.Access;

/// <summary>Where a thing is. Null: it has none, or (the space) it is the server's.</summary>
public sealed record Place(string? Space = null, string? Project = null, string? Environment = null, string? Tenant = null);

/// <summary>Within which limits a caller has a role. <see cref="Narrowed"/>: the role has none, the access token that they come with has.</summary>
public sealed record RoleLimits(string Name, Place Within, bool ByToken = false, bool Narrowed = false)
{
    /// <summary>Also at the routes that mean the default space: what could differ there is the space that is meant, so with the limits that show it.</summary>
    public bool IsAskedTwice { get; init; }

    public bool IsLimited => (Within.Project ?? Within.Environment ?? Within.Tenant) is not null;
}

/// <summary>Somebody with one built-in role, and what they must be able to do; by docs/permissions.md and nothing of the server's.</summary>
public sealed record RouteCaller(string Role, RoleLimits Limits, string UserId, HttpClient Client, PermissionPage Page)
{
    public override string ToString() => $"{Role}, {Limits.Name}";

    private string? Space => Limits.Within.Space;

    public bool Meets(string demand, Place place, bool own) => demand.Split(" or ").Any(way => way.Split(" + ").All(part => MeetsPart(part, place, own)));

    private bool MeetsPart(string part, Place place, bool own) => part.Split(' ') switch
    {
        ["anyone"] or ["signed", "in"] or ["any", "member"] => true,
        ["own"] => own,
        ["key"] => !Limits.ByToken,
        ["whole"] => !Limits.Narrowed,
        ["rights"] => Page.Permissions.Keys.Where(permission => Page.Has(PermissionPage.Viewer, permission)).All(permission => MeetsPart(permission, place, own)),
        ["member"] => place.Space is null || Space is null || Space == place.Space,
        ["any", var permission] => HoldsIn(permission, place.Space) && HoldsWithinLimits(permission, null),
        ["somewhere", var permission] => HoldsIn(permission, place.Space) && HoldsWithinLimits(permission, place with { Environment = Limits.Within.Environment }),
        ["some", var permission] => Page.Has(Role, permission) && HoldsWithinLimits(permission, null),
        [var permission] => HoldsIn(permission, place.Space) && HoldsWithinLimits(permission, place),
        _ => throw new ArgumentException(part),
    };

    /// <summary>A role on the server is one in each of its spaces; a role in a space is none elsewhere, and none on the server.</summary>
    private bool HoldsIn(string permission, string? space) => Page.Has(Role, permission) && (Space is null || Space == space);

    /// <param name="place">Null: for at least something.</param>
    private bool HoldsWithinLimits(string permission, Place? place) => Page.Permissions[permission].Limits is var limits && limits switch
    {
        ["nothing"] => true,
        ["unlimited roles"] or ["server"] => !Limits.IsLimited,
        _ => place is null || limits.All(limit => limit switch
        {
            "project" => Within(Limits.Within.Project, place.Project),
            "environment" => Within(Limits.Within.Environment, place.Environment),
            "tenant" => Within(Limits.Within.Tenant, place.Tenant),
            _ => throw new ArgumentException(limit),
        }),
    };

    private static bool Within(string? limit, string? there) => limit is null || limit == there;
}
