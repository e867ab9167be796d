using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;
using OctoLogin.Users;

namespace OctoLogin.Teams;

public static class TeamEndpoints
{
    private const string IncludeSystem = "In a space: also the server's teams. Without a space they are always there.";

    public static IServiceCollection AddTeams(this IServiceCollection services) => services.AddSingleton<TeamStore>();

    public static void MapTeams(this IEndpointRouteBuilder routes)
    {
        // Not MapSpaceRoutes: without a space these are the server's teams and every space's, not the default space's.
        Map(routes.MapGroup("/api/teams"));
        Map(routes.MapGroup("/api/{space}/teams").WithMetadata(new SpaceScoped()));
    }

    private static void Map(RouteGroupBuilder group)
    {
        group.WithTags("teams");
        group.MapGet("", List);
        group.MapGet("/all", All);
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
        group.MapPut("/{id}", Update);
        group.MapDelete("/{id}", Delete);
    }

    internal static async Task<ResourceCollection<Team>> List(
        Page page, [Description(IncludeSystem)] bool? includeSystem, SpaceContext? space, Caller caller, TeamStore teams, CancellationToken cancel)
    {
        if (space is not null)
        {
            caller.Demand(Permission.TeamView, AccessTarget.Space(space.Id));
        }
        var seen = space is null ? caller.DemandSpacesWith(Permission.TeamView) : [space.Id];
        var ofServer = (space is null || includeSystem == true) && caller.May(Permission.TeamView, AccessTarget.System);
        var slice = await teams.ListAsync(page, seen, ofServer, cancel);
        return ResourceCollection<Team>.Of(page, slice.Total, slice.Items);
    }

    private static async Task<IReadOnlyList<Team>> All([Description(IncludeSystem)] bool? includeSystem, SpaceContext? space, Caller caller, TeamStore teams, CancellationToken cancel) =>
        (await List(Page.All, includeSystem, space, caller, teams, cancel)).Items;

    internal static async Task<Team> Get(string id, SpaceContext? space, Caller caller, TeamStore teams, CancellationToken cancel)
    {
        var team = await teams.FindAsync(id, cancel);
        if (team is null || (team.SpaceId is { } own && ((space is not null && own != space.Id) || !caller.Sees(own))))
        {
            throw ApiException.NotFound("team", id);
        }
        caller.Demand(Permission.TeamView, TargetOf(team.SpaceId));
        return team;
    }

    /// <summary>A new team has no roles, so it gives its members nothing yet.</summary>
    internal static async Task<Created<Team>> Create(
        TeamInput input, SpaceContext? space, Caller caller, NpgsqlDataSource database, SpaceStore spaces, TeamStore teams, AuditLog audit, CancellationToken cancel)
    {
        caller.DemandSpacesWith(Permission.TeamEdit);
        var spaceId = space?.Id;
        if (!string.IsNullOrWhiteSpace(input.SpaceId))
        {
            var named = await spaces.FindAsync(input.SpaceId.Trim(), cancel);
            spaceId = named is not null && caller.Sees(named.Id) && (space is null || space.Id == named.Id)
                ? named.Id
                : throw ApiException.BadRequest($"SpaceId: there is no space '{Printable.Of(input.SpaceId)}'{(space is null ? "" : $" at the path of {space.Id}")}.");
        }
        caller.Demand(Permission.TeamEdit, TargetOf(spaceId));
        var team = input.ApplyTo(null, spaceId);
        var created = await database.InTransactionAsync(async connection =>
        {
            var inserted = await teams.InsertAsync(connection, team, cancel);
            await audit.AppendAsync(connection, Describe(AuditEvent.Created(caller.Actor, "Team", inserted.Id, inserted.Name, inserted.SpaceId), null, inserted), cancel);
            return inserted;
        }, cancel);
        return TypedResults.Created($"/api/teams/{created.Id}", created);
    }

    private static async Task<Team> Update(
        string id, TeamInput input, SpaceContext? space, Caller caller, NpgsqlDataSource database, TeamStore teams, ScopedUserRoleStore roles, AuditLog audit, CancellationToken cancel)
    {
        var seen = await Get(id, space, caller, teams, cancel);
        caller.Demand(Permission.TeamEdit, TargetOf(seen.SpaceId));
        if (!string.IsNullOrWhiteSpace(input.SpaceId) && input.SpaceId.Trim() != seen.SpaceId)
        {
            throw ApiException.BadRequest($"SpaceId cannot be changed: team '{seen.Name}' is {(seen.SpaceId is null ? "a team of the server" : $"in {seen.SpaceId}")}. Make a new team instead.");
        }
        return await ChangeAsync(id, _ => input, space, caller, database, teams, roles, audit, cancel);
    }

    /// <param name="change">Of the team as it is now, locked: what is to be of it.</param>
    internal static async Task<Team> ChangeAsync(
        string id, Func<Team, TeamInput> change, SpaceContext? space, Caller caller, NpgsqlDataSource database, TeamStore teams, ScopedUserRoleStore roles, AuditLog audit, CancellationToken cancel)
    {
        var seen = await Get(id, space, caller, teams, cancel);
        caller.Demand(Permission.TeamEdit, TargetOf(seen.SpaceId));
        return await database.InTransactionAsync(async connection =>
        {
            var present = await ControlledAsync(connection, id, "Changing this team", caller, teams, roles, cancel);
            var team = change(present).ApplyTo(present, present.SpaceId);
            var changed = await Administrators.KeepOneAsync(connection, () => teams.UpdateAsync(connection, team, cancel), cancel);
            await audit.AppendAsync(connection, Describe(AuditEvent.Modified(caller.Actor, "Team", changed.Id, changed.Name, changed.SpaceId), present, changed), cancel);
            return changed;
        }, cancel);
    }

    internal static async Task<Ok> Delete(
        string id, SpaceContext? space, Caller caller, NpgsqlDataSource database, TeamStore teams, ScopedUserRoleStore roles, AuditLog audit, CancellationToken cancel)
    {
        var seen = await Get(id, space, caller, teams, cancel);
        caller.Demand(Permission.TeamEdit, TargetOf(seen.SpaceId));
        if (!seen.CanBeDeleted)
        {
            throw ApiException.BadRequest($"The built-in team '{seen.Name}' cannot be deleted.");
        }
        await database.InTransactionAsync(async connection =>
        {
            var present = await ControlledAsync(connection, id, "Deleting this team", caller, teams, roles, cancel);
            await teams.DeleteAsync(connection, id, cancel);
            await audit.AppendAsync(connection, AuditEvent.Deleted(caller.Actor, "Team", id, present.Name, present.SpaceId), cancel);
        }, cancel);
        return TypedResults.Ok();
    }

    /// <summary>The team, locked, if the caller holds every right that it gives: whoever decides about members decides about those rights.</summary>
    private static async Task<Team> ControlledAsync(
        NpgsqlConnection connection, string id, string what, Caller caller, TeamStore teams, ScopedUserRoleStore roles, CancellationToken cancel)
    {
        var team = await teams.LockAsync(connection, id, cancel) ?? throw ApiException.NotFound("team", id);
        caller.DemandAll(await roles.RightsOfTeamAsync(connection, id, cancel), what);
        return team;
    }

    private static AuditEvent Describe(AuditEvent happened, Team? present, Team team)
    {
        string[] before = present?.MemberUserIds ?? [], after = team.MemberUserIds;
        var (groupsBefore, groupsAfter) = (Groups(present), Groups(team));
        return happened with
        {
            RelatedDocumentIds = [team.Id, .. after.Except(before), .. before.Except(after)],
            Details = AuditDetails.Of(new
            {
                MembersAdded = after.Except(before),
                MembersRemoved = before.Except(after),
                GroupsAdded = groupsAfter.Except(groupsBefore),
                GroupsRemoved = groupsBefore.Except(groupsAfter),
            }),
        };
    }

    private static string[] Groups(Team? team) => [.. team?.ExternalSecurityGroups.Select(group => group.Id) ?? []];

    private static AccessTarget TargetOf(string? spaceId) => spaceId is null ? AccessTarget.System : AccessTarget.Space(spaceId);
}
