using System.Numerics;
using System.Text.Json;
using OctoLogin.Audit;
using OctoLogin.Http;

namespace OctoLogin.Access;

/// <summary>
/// Who is calling and what they may do: the union of the roles of their teams, narrowed by their access token's scope.
/// A handler takes it as a parameter; the routes' authorization has made sure that there is one.
/// </summary>
public sealed record Caller
{
    public required string UserId { get; init; }
    public required string Username { get; init; }
    public required bool IsService { get; init; }
    public required IReadOnlyList<Grant> Grants { get; init; }

    /// <summary>Null: everything that the account may do.</summary>
    public TokenScope? Scope { get; init; }

    public required AuditActor Actor { get; init; }

    /// <summary>Came with an access token, which ends; not with a key or a session.</summary>
    public bool ByAccessToken { get; init; }

    /// <summary>The session of a person who is signed in with a browser; null: they came with a key or token.</summary>
    public string? SessionId { get; init; }

    /// <summary>Who the provider has vouched that they are, whose groups count; null: they came by another way. A key that they make for themselves has it from them.</summary>
    public string? ExternalIdentityId { get; init; }

    /// <summary>In a team by groups that do not count, as they came by another way than the provider.</summary>
    public bool HasMoreByGroups { get; init; }

    /// <summary>When what they came with ends; null: it does not. Nothing that they make for themselves may outlive it.</summary>
    public DateTimeOffset? CredentialExpires { get; init; }

    /// <summary>An administrator may do everything everywhere, so the question is asked once.</summary>
    public bool IsAdministrator => Grants.Any(grant => grant.Covers(Permission.AdministerSystem, AccessTarget.System));

    public bool May(Permission permission, AccessTarget target) =>
        (Scope is null || Scope.Allows(permission, target))
        && (IsAdministrator || Grants.Any(grant => grant.Covers(permission, target))
            || (target.SpaceId is not null && permission.IsSystem() && MaySystemWide(permission)));

    /// <summary>Holds it for at least something in the space.</summary>
    public bool MaySomewhere(Permission permission, string spaceId) =>
        (Scope is null || Scope.AllowsSomewhere(permission, spaceId))
        && (IsAdministrator || Grants.Any(grant => grant.Holds(permission, spaceId)) || MaySystemWide(permission));

    /// <summary>Holds it for the target in at least one environment, whichever that is.</summary>
    public bool MayInSomeEnvironment(Permission permission, AccessTarget target) =>
        May(permission, target) || Grants.SelectMany(grant => grant.EnvironmentIds).Concat(Scope?.EnvironmentIds ?? []).Any(id => May(permission, target with { EnvironmentId = id }));

    /// <summary>The spaces where the whole of a permission is held; null: everywhere, the server itself included.</summary>
    public string[]? SpacesWith(Permission permission) => May(permission, AccessTarget.System)
        ? null
        : [.. Grants.Select(grant => grant.SpaceId).Concat(Scope?.SpaceIds ?? []).OfType<string>().Distinct()
            .Where(spaceId => May(permission, AccessTarget.Space(spaceId)))];

    /// <summary><see cref="SpacesWith"/>, refused when there is none.</summary>
    public string[]? DemandSpacesWith(Permission permission) => SpacesWith(permission) is not [] and var spaces
        ? spaces
        : throw Missing(permission, AccessTarget.System);

    public void Demand(Permission permission, AccessTarget target)
    {
        if (!May(permission, target))
        {
            throw Missing(permission, target);
        }
    }

    public void DemandInSomeEnvironment(Permission permission, AccessTarget target)
    {
        if (!MayInSomeEnvironment(permission, target))
        {
            throw Missing(permission, target);
        }
    }

    public void DemandSomewhere(Permission permission, string spaceId)
    {
        if (!MaySomewhere(permission, spaceId))
        {
            throw Missing(permission, AccessTarget.Space(spaceId));
        }
    }

    /// <summary>
    /// For what would give the caller (or somebody of their choice) these rights, or take them from others: keys and identities of another
    /// account, membership, roles. Nobody decides over more than they hold, and a narrowed token decides nothing.
    /// </summary>
    public void DemandAll(IEnumerable<Grant> rights, string what)
    {
        if (Scope is not null)
        {
            throw ApiException.Forbidden($"{what} cannot be done with an access token whose scope was narrowed.");
        }
        foreach (var right in IsAdministrator ? [] : rights)
        {
            // What a limited role cannot give (Reach.Unlimited) is no right at all.
            var beyond = right.Permissions.Where(permission => right.Holds(permission, right.SpaceId)
                && !Grants.Any(grant => grant.Contains(permission, right))).Order().ToList();
            if (beyond.Count > 0)
            {
                throw ApiException.Forbidden(
                    $"{what} is about rights that '{Printable.Of(Username)}' does not have " +
                    $"({string.Join(", ", beyond.Take(3))}{(beyond.Count > 3 ? ", …" : "")} {(right.SpaceId is null ? "on this server" : $"in space {right.SpaceId}")}" +
                    $"{(right.IsLimited ? " within these limits" : "")}). An administrator can do it.");
            }
        }
    }

    /// <summary>Whether any role or the administrator's gives something in the space: then its name may be seen.</summary>
    public bool Sees(string spaceId) =>
        (Scope?.SpaceIds is null || Scope.SpaceIds.Contains(spaceId))
        && (IsAdministrator || Grants.Any(grant => grant.SpaceId == spaceId) || MaySystemWide(Permission.SpaceView));

    /// <summary>The rows of a list that the caller may see; for a permission that reaches by project, by environment or by tenant.</summary>
    public VisibleRows Visible(Permission permission, string spaceId)
    {
        DemandSomewhere(permission, spaceId);
        var reach = permission.Reach();
        if (BitOperations.PopCount((uint)reach) > 1)
        {
            // One list of ids cannot say "this project in that environment"; ids of one kind alone would show rows that the other kind hides.
            throw new InvalidOperationException($"{permission} reaches in more than one way; use VisibleTargets, or ask May for each row.");
        }
        var narrowed = reach.HasFlag(Reach.Project) ? Scope?.ProjectIds
            : reach.HasFlag(Reach.Environment) ? Scope?.EnvironmentIds : null;
        var grants = Grants.Where(grant => grant.Holds(permission, spaceId)).ToList();
        var limits = grants.ConvertAll(grant => LimitsOf(grant, reach));
        var all = IsAdministrator || MaySystemWide(permission) || limits.Any(limit => limit.Ids.Length + limit.Groups.Length == 0);
        return all
            ? new(true, [], [], narrowed)
            : new(false, [.. limits.SelectMany(limit => limit.Ids)], [.. limits.SelectMany(limit => limit.Groups)], narrowed);
    }

    /// <summary>The same for a permission that reaches in more than one way.</summary>
    /// <param name="spaceId">Null: of every space.</param>
    public VisibleTargets VisibleTargets(Permission permission, string? spaceId)
    {
        var all = IsAdministrator || MaySystemWide(permission);
        var grants = Grants.Where(grant => grant.SpaceId is not null && (spaceId ?? grant.SpaceId) == grant.SpaceId && grant.Holds(permission, grant.SpaceId)).ToList();
        var scoped = Scope is null || (Scope.Permissions?.Contains(permission) != false && (spaceId is null || Scope.AllowsSomewhere(permission, spaceId)));
        if (!scoped || !(all || grants.Count > 0))
        {
            throw Missing(permission, spaceId is null ? AccessTarget.System : AccessTarget.Space(spaceId));
        }
        var rights = all ? [] : grants.ConvertAll(grant => new VisibleRight(grant.SpaceId, grant.ProjectIds, grant.ProjectGroupIds, grant.EnvironmentIds, grant.TenantIds));
        return new(all, JsonSerializer.Serialize(rights), spaceId is null ? Scope?.SpaceIds : [spaceId], Scope?.ProjectIds, Scope?.EnvironmentIds);
    }

    private static (string[] Ids, string[] Groups) LimitsOf(Grant grant, Reach reach) =>
        reach.HasFlag(Reach.Project) ? (grant.ProjectIds, grant.ProjectGroupIds)
        : reach.HasFlag(Reach.Environment) ? (grant.EnvironmentIds, [])
        : reach.HasFlag(Reach.Tenant) ? (grant.TenantIds, [])
        : ([], []);

    private bool MaySystemWide(Permission permission) =>
        Grants.Any(grant => grant.Covers(permission, AccessTarget.System));

    private ApiException Missing(Permission permission, AccessTarget target)
    {
        var where = target.SpaceId is null ? "on this server" : $"in space {target.SpaceId}";
        var on = target.ProjectId is not null ? $" for project {target.ProjectId}"
            : target.EnvironmentId is not null ? $" for environment {target.EnvironmentId}"
            : target.TenantId is not null ? $" for tenant {target.TenantId}" : "";
        var why = Scope is not null && !Scope.Allows(permission, target)
            ? " The access token's scope does not include it."
            : HasMoreByGroups ? " What the groups of the identity provider give is there when you are signed in with the provider, or come with an API key that was made so."
            : "";
        return ApiException.Forbidden(
            $"'{Printable.Of(Username)}' does not have the permission {permission} {where}{on}.{why} " +
            "An administrator can give it with a user role of one of the account's teams.");
    }

    public static ValueTask<Caller?> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.Get<Caller>());
}
