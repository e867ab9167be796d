using Microsoft.AspNetCore.Http.HttpResults;
using OctoLogin.Http;
using OctoLogin.Spaces;
using OctoLogin.Teams;

namespace OctoLogin.Access;

/// <summary>The same routes on the server, in a space, and at a team.</summary>
public static class ScopedUserRoleEndpoints
{
    public static void MapScopedUserRoles(this IEndpointRouteBuilder routes)
    {
        foreach (var path in (ReadOnlySpan<string>)[
            "/api/scopeduserroles", "/api/{space}/scopeduserroles", "/api/teams/{teamId}/scopeduserroles", "/api/{space}/teams/{teamId}/scopeduserroles"])
        {
            var group = routes.MapGroup(path).WithTags("scopeduserroles");
            if (path.Contains("{space}", StringComparison.Ordinal))
            {
                group.WithMetadata(new SpaceScoped());
            }
            group.MapGet("", List);
            group.MapGet("/{id}", Get);
            group.MapPost("", Create);
            group.MapPut("/{id}", Update);
            group.MapDelete("/{id}", Delete);
        }
    }

    internal static async Task<ResourceCollection<ScopedUserRole>> List(
        Page page, ScopedUserRolePath path, Caller caller, ScopedUserRoleStore scoped, TeamStore teams, CancellationToken cancel)
    {
        var spaceIds = caller.DemandSpacesWith(Permission.TeamView);
        if (path.SpaceId is { } spaceId)
        {
            caller.Demand(Permission.TeamView, AccessTarget.Space(spaceId));
            spaceIds = [spaceId];
        }
        if (path.TeamId is { } teamId && (await teams.FindAsync(teamId, cancel) is not { } team || !path.May(caller, team)))
        {
            throw ApiException.NotFound("team", teamId);
        }
        var slice = await scoped.ListAsync(page, spaceIds, path.TeamId, cancel);
        return ResourceCollection<ScopedUserRole>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<ScopedUserRole> Get(string id, ScopedUserRolePath path, Caller caller, ScopedUserRoleStore scoped, CancellationToken cancel)
    {
        var role = await scoped.FindAsync(id, cancel) is { } found && path.Leads(found) && (found.SpaceId is null || caller.Sees(found.SpaceId))
            ? found
            : throw ApiException.NotFound("scoped user role", id);
        caller.Demand(Permission.TeamView, TargetOf(role.SpaceId));
        return role;
    }

    internal static async Task<Created<ScopedUserRole>> Create(
        ScopedUserRoleInput input, ScopedUserRolePath path, Caller caller, SpaceStore spaces, TeamRoles teamRoles, CancellationToken cancel)
    {
        // First of all: what is wrong with the body, and which spaces there are, is not for everybody.
        caller.DemandSpacesWith(Permission.TeamEdit);
        var role = await ReadAsync(input, path, caller, spaces, cancel);
        caller.Demand(Permission.TeamEdit, TargetOf(role.SpaceId));
        var created = await teamRoles.GiveAsync(role, caller, cancel);
        return TypedResults.Created($"/api/scopeduserroles/{created.Id}", created);
    }

    internal static async Task<ScopedUserRole> Update(
        string id, ScopedUserRoleInput input, ScopedUserRolePath path, Caller caller, SpaceStore spaces, ScopedUserRoleStore scoped, TeamRoles teamRoles, CancellationToken cancel)
    {
        var present = await Get(id, path, caller, scoped, cancel);
        var role = await ReadAsync(input with { TeamId = input.TeamId ?? present.TeamId }, path, caller, spaces, cancel);
        caller.Demand(Permission.TeamEdit, TargetOf(present.SpaceId));
        caller.Demand(Permission.TeamEdit, TargetOf(role.SpaceId));
        return role.TeamId == present.TeamId
            ? await teamRoles.ChangeAsync(role with { Id = present.Id }, caller, cancel)
            : throw ApiException.BadRequest("TeamId cannot be changed; delete this scoped user role and give the role to the other team.");
    }

    internal static async Task<Ok> Delete(
        string id, ScopedUserRolePath path, Caller caller, ScopedUserRoleStore scoped, TeamRoles teamRoles, CancellationToken cancel)
    {
        var present = await Get(id, path, caller, scoped, cancel);
        caller.Demand(Permission.TeamEdit, TargetOf(present.SpaceId));
        await teamRoles.TakeAsync(present, caller, cancel);
        return TypedResults.Ok();
    }

    private static async Task<ScopedUserRole> ReadAsync(
        ScopedUserRoleInput input, ScopedUserRolePath path, Caller caller, SpaceStore spaces, CancellationToken cancel)
    {
        var named = string.IsNullOrWhiteSpace(input.SpaceId) ? path.SpaceId : input.SpaceId.Trim();
        var space = named is null ? null : await spaces.FindAsync(named, cancel);
        if (named is not null && (space is null || !caller.Sees(space.Id)))
        {
            throw ApiException.BadRequest($"SpaceId: there is no space '{Printable.Of(named)}'.");
        }
        new Validation()
            .Check(path.SpaceId is null || path.SpaceId == space!.Id, $"SpaceId is {space?.Id}, but the path is that of {path.SpaceId}.")
            .Check(path.TeamId is null || input.TeamId is null || path.TeamId == input.TeamId, $"TeamId is '{Printable.Of(input.TeamId)}', but the path is that of {Printable.Of(path.TeamId)}.")
            .ThrowIfAny();
        return (input with { TeamId = input.TeamId ?? path.TeamId }).Read(space?.Id);
    }

    private static AccessTarget TargetOf(string? spaceId) => spaceId is null ? AccessTarget.System : AccessTarget.Space(spaceId);
}

/// <summary>The space and the team that the path names; null: it names none.</summary>
public sealed record ScopedUserRolePath(string? SpaceId, string? TeamId)
{
    public static ValueTask<ScopedUserRolePath?> BindAsync(HttpContext context) => ValueTask.FromResult<ScopedUserRolePath?>(
        new(context.Features.Get<SpaceContext>()?.Id, context.GetRouteValue("teamId")?.ToString()));

    public bool Leads(ScopedUserRole role) => (SpaceId is null || role.SpaceId == SpaceId) && (TeamId is null || role.TeamId == TeamId);

    /// <summary>A team of the server is known in every space, as its roles are given there.</summary>
    public bool May(Caller caller, Team team) => team.SpaceId is null || ((SpaceId is null || team.SpaceId == SpaceId) && caller.Sees(team.SpaceId));
}
