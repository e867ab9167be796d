using OctoLogin.Http;

namespace OctoLogin.Access;

/// <summary>A named set of permissions that a team can be given. The row is the resource.</summary>
public sealed record UserRole
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public string? Description { get; init; }
    public string[] GrantedSpacePermissions { get; init; } = [];
    public string[] GrantedSystemPermissions { get; init; } = [];

    /// <summary>False for the built-in roles, which cannot be changed either.</summary>
    public required bool CanBeDeleted { get; init; }

    /// <summary>The limits of a scoped user role that mean something to at least one of the permissions.</summary>
    public string[] SupportedRestrictions
    {
        get
        {
            var reach = GrantedSpacePermissions.Select(Permissions.Find).OfType<Permission>().Aggregate(Reach.Everywhere, (sum, permission) => sum | permission.Reach());
            return
            [
                .. reach.HasFlag(Reach.Project) ? (string[])["ProjectGroups", "Projects"] : [],
                .. reach.HasFlag(Reach.Environment) ? (string[])["Environments"] : [],
                .. reach.HasFlag(Reach.Tenant) ? (string[])["Tenants"] : [],
            ];
        }
    }
}

/// <summary>What a client sends: the whole role. Clients of Octopus leave out an empty list, so an absent one is empty.</summary>
public sealed record UserRoleInput(string? Name, string? Description, string[]? GrantedSpacePermissions, string[]? GrantedSystemPermissions)
{
    /// <summary>The role with what was sent, checked; every problem is told at once.</summary>
    public UserRole ApplyTo(UserRole? present)
    {
        var validation = new Validation();
        var role = new UserRole
        {
            Id = present?.Id ?? "",
            Name = validation.Required("Name", Name ?? present?.Name, 100),
            Description = validation.OptionalText("Description", Description),
            GrantedSpacePermissions = Known(validation, "GrantedSpacePermissions", GrantedSpacePermissions, Permissions.IsSpace),
            GrantedSystemPermissions = Known(validation, "GrantedSystemPermissions", GrantedSystemPermissions, Permissions.IsSystem),
            CanBeDeleted = true,
        };
        validation.ThrowIfAny();
        return role;
    }

    private static string[] Known(Validation validation, string property, string[]? names, Func<Permission, bool> fits)
    {
        var given = (names ?? []).Select(name => name ?? "").Distinct(StringComparer.Ordinal).ToList();
        var unknown = given.Where(name => Permissions.Find(name) is null).ToList();
        var misplaced = given.Where(name => Permissions.Find(name) is { } permission && !fits(permission)).ToList();
        validation.Check(unknown.Count == 0, $"{property} has permissions that do not exist here: {Shown(unknown)}.");
        validation.Check(misplaced.Count == 0, $"{property} has permissions that can only be given {(fits == Permissions.IsSpace ? "on the whole server" : "in a space")}: {Shown(misplaced)}.");
        return [.. given.Where(name => !unknown.Contains(name) && !misplaced.Contains(name)).Order(StringComparer.Ordinal)];
    }

    private static string Shown(List<string> names) =>
        string.Join(", ", names.Take(50).Select(name => $"'{Printable.Of(name, 60)}'")) + (names.Count > 50 ? $" and {names.Count - 50} more" : "");
}
