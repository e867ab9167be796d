using OctoLogin.Access;
using OctoLogin.Spaces;

namespace OctoLogin.Portal;

/// <summary>The menu: what this caller may see, and nothing that would only lead to "not allowed".</summary>
public sealed class Navigation(SpaceStore spaces)
{
    public async Task<IReadOnlyList<NavigationGroup>> ForAsync(HttpContext context)
    {
        var caller = context.Features.Get<Caller>();
        if (caller is null)
        {
            return [];
        }
        var space = context.Features.Get<SpaceContext>()?.Space ?? await spaces.FindDefaultAsync(context.RequestAborted);
        var groups = new List<NavigationGroup> { new(null, [new("Home", PortalServices.Root, "home")]) };
        if (space is not null && caller.Sees(space.Id))
        {
            groups.Add(new(space.Name, [.. InSpace.Where(item => caller.MaySomewhere(item.Permission, space.Id))
                .Select(item => new NavigationItem(item.Text, $"{PortalServices.Root}/spaces/{space.Slug}/{item.Path}", item.Icon))]));
        }
        groups.Add(new("Server", [.. OnServer.Where(item => item.Permission is not { } needed || Holds(caller, (item.Path, needed)))
            .Select(item => new NavigationItem(item.Text, $"{PortalServices.Root}/{item.Path}", item.Icon))]));
        return [.. groups.Where(group => group.Items.Count > 0)];
    }

    private static readonly (string Text, string Path, string Icon, Permission Permission)[] InSpace =
    [
        ("Projects", "projects", "folder", Permission.ProjectView),
        ("Tasks", "tasks", "list-check", Permission.TaskView),
        ("Environments", "environments", "planet", Permission.EnvironmentView),
        ("Targets", "targets", "server", Permission.MachineView),
        ("Tenants", "tenants", "users-group", Permission.TenantView),
        ("Packages", "packages", "package", Permission.FeedView),
        ("Accounts", "accounts", "cloud-lock", Permission.AccountView),
        ("Feeds", "feeds", "rss", Permission.FeedView),
    ];

    private static readonly (string Text, string Path, string Icon, Permission? Permission)[] OnServer =
    [
        ("Service accounts", "service-accounts", "robot", Permission.UserView),
        ("Why refused", "refusals", "shield-x", Permission.EventView),
        ("Issuers", "issuers", "certificate", Permission.UserView),
        ("Signing keys", "signing-keys", "key", Permission.AdministerSystem),
        ("Users", "users", "user", Permission.UserView),
        ("Teams", "teams", "users", Permission.TeamView),
        ("Roles", "roles", "shield-check", Permission.TeamView),
        ("Spaces", "spaces", "layout-grid", null),
        ("Audit", "audit", "history", Permission.EventView),
        ("Settings", "settings", "settings", Permission.AdministerSystem),
    ];

    private static bool Holds(Caller caller, (string Path, Permission Needed) item) =>
        // A login is in no space, so that who may see the audit of one sees none.
        item.Path == "refusals" ? caller.May(item.Needed, AccessTarget.System) : caller.SpacesWith(item.Needed) is not [];
}

/// <param name="Title">Null: without a title.</param>
public sealed record NavigationGroup(string? Title, IReadOnlyList<NavigationItem> Items);

public sealed record NavigationItem(string Text, string Url, string Icon)
{
    /// <summary>The page itself, or one below it.</summary>
    public bool IsAt(PathString path) => Url switch
    {
        PortalServices.Root => path == Url,
        // What is in a space is not the list of spaces.
        $"{PortalServices.Root}/spaces" => path == Url || (path.StartsWithSegments(Url, out var below) && below.Value!.Split('/') is ["", "new"] or ["", _, "edit"]),
        _ => path.StartsWithSegments(Url),
    };
}
