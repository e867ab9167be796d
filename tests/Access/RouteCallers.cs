using OctoLogin.Access;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Access;

/// <summary>Each built-in role within each kind of limit: a service account that has this one role, with an API key or an access token.</summary>
public static class RouteCallers
{
    /// <summary>A role on the server has no limits, but its token may be narrowed.</summary>
    private static readonly RoleLimits[] OnServer = [new("on the server", new()) { IsAskedTwice = true }];

    private static RoleLimits[] Limits(RouteThings things) =>
    [
        new("unlimited", new(RouteThings.Here)),
        new("project A", new(RouteThings.Here, things.ProjectA)),
        new("environment E", new(RouteThings.Here, Environment: things.EnvironmentE)),
        new("project A + environment E, by access token", new(RouteThings.Here, things.ProjectA, things.EnvironmentE), ByToken: true) { IsAskedTwice = true },
        new("tenant T", new(RouteThings.Here, Tenant: things.TenantT)),
        new("in the other space", new(things.Elsewhere)) { IsAskedTwice = true },
        Narrowed(things, RouteThings.Here),
    ];

    public static async Task<IReadOnlyList<RouteCaller>> AllAsync(RouteThings things, PermissionPage page)
    {
        var callers = new List<RouteCaller>();
        foreach (var role in BuiltInRoles.All)
        {
            foreach (var limits in role.System.Length > 0 ? [.. OnServer, Narrowed(things, null)] : Limits(things))
            {
                callers.Add(await AddAsync(things, page, role, limits));
            }
        }
        return callers;
    }

    private static RoleLimits Narrowed(RouteThings things, string? space) =>
        new("by an access token narrowed to project A + environment E", new(space, things.ProjectA, things.EnvironmentE), ByToken: true, Narrowed: true);

    private static async Task<RouteCaller> AddAsync(RouteThings things, PermissionPage page, BuiltInRole role, RoleLimits limits)
    {
        var (server, within) = (things.Server, limits.Within);
        var (id, audience) = limits.ByToken ? await server.AddTrustedAccountAsync() : await server.AddServiceAccountAsync();
        await (limits.Narrowed
            ? server.GrantAsync(id, role.Id, within.Space)
            : server.GiveLimitedRoleAsync(id, role.Id, One(within.Project), environments: One(within.Environment), spaceId: within.Space, tenants: One(within.Tenant)));
        return new(role.Name, limits, id, limits.ByToken ? await ByTokenAsync(server, audience, limits) : server.ClientWithKey(await server.AddKeyAsync(id)), page);
    }

    private static async Task<HttpClient> ByTokenAsync(ServerFixture server, string audience, RoleLimits limits)
    {
        (string, string)[] scope = limits.Narrowed ? [("scope", $"project:{limits.Within.Project} environment:{limits.Within.Environment}")] : [];
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience), scope);
        answer.Status.ShouldBe(200, answer.Text);
        return server.ClientWithToken(answer.AccessToken);
    }

    private static string[]? One(string? id) => id is null ? null : [id];
}
