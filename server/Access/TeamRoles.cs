using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Teams;

namespace OctoLogin.Access;

/// <summary>
/// Gives a team a role, changes it, takes it away. Only who holds the rights themself may do either: otherwise a role
/// would be a way to more rights than one has (give it to one's own team), or to take others' away.
/// </summary>
public sealed class TeamRoles(NpgsqlDataSource database, TeamStore teams, UserRoleStore roles, ScopedUserRoleStore scoped, AuditLog audit)
{
    private const string Kind = "Scoped user role";

    public Task<ScopedUserRole> GiveAsync(ScopedUserRole asked, Caller caller, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var (team, role) = await CheckAsync(connection, asked, caller, cancel);
        await DemandLimitsAsync(connection, asked, [], cancel);
        caller.DemandAll([asked.GrantOf(role)], "Giving a team this role");
        var created = await scoped.InsertAsync(connection, asked, cancel);
        await audit.AppendAsync(connection, Describe(AuditEvent.Created(caller.Actor, Kind, created.Id, Named(role, team), created.SpaceId), created), cancel);
        return created;
    }, cancel);

    public Task<ScopedUserRole> ChangeAsync(ScopedUserRole asked, Caller caller, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var (team, role) = await CheckAsync(connection, asked, caller, cancel);
        var present = await PresentAsync(connection, asked.Id, cancel);
        await DemandLimitsAsync(connection, asked, present.SpaceId == asked.SpaceId ? present.Limits() : [], cancel);
        var presentRole = (await roles.LockAsync(connection, present.UserRoleId, cancel))!;
        caller.DemandAll([present.GrantOf(presentRole), asked.GrantOf(role)], "Changing this role of a team");
        var changed = await scoped.UpdateAsync(connection, asked, cancel);
        await audit.AppendAsync(connection, Describe(AuditEvent.Modified(caller.Actor, Kind, changed.Id, Named(role, team), changed.SpaceId), changed), cancel);
        return changed;
    }, cancel);

    public Task TakeAsync(ScopedUserRole asked, Caller caller, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var team = await ChangeableAsync(connection, asked.TeamId, cancel);
        var present = await PresentAsync(connection, asked.Id, cancel);
        var role = (await roles.LockAsync(connection, present.UserRoleId, cancel))!;
        caller.DemandAll([present.GrantOf(role)], "Taking this role from a team");
        await scoped.DeleteAsync(connection, present.Id, cancel);
        await audit.AppendAsync(connection, Describe(AuditEvent.Deleted(caller.Actor, Kind, present.Id, Named(role, team), present.SpaceId), present), cancel);
    }, cancel);

    /// <summary>Team and role, both locked until the commit, if this role can be given to this team there.</summary>
    private async Task<(Team Team, UserRole Role)> CheckAsync(NpgsqlConnection connection, ScopedUserRole asked, Caller caller, CancellationToken cancel)
    {
        var team = await ChangeableAsync(connection, asked.TeamId, cancel);
        var role = await roles.LockAsync(connection, asked.UserRoleId, cancel);
        var validation = new Validation()
            .Check(role is not null, $"UserRoleId: there is no user role '{Printable.Of(asked.UserRoleId)}'.")
            .Fault(role is null ? null : ScopedUserRoleInput.Misfit(role, asked.SpaceId));
        if (team.SpaceId is { } own)
        {
            validation.Check(caller.Sees(own), NoTeam(asked.TeamId));
            validation.Check(!caller.Sees(own) || asked.SpaceId == own, $"Team '{team.Name}' is a team of space {own}, so it can have roles in that space only.");
        }
        validation.ThrowIfAny();
        return (team, role!);
    }

    /// <summary>A limit to nothing is a mistake in writing, and would give the team nothing at all.</summary>
    /// <param name="kept">Limits that it has already; it may keep them when what they name is gone.</param>
    private async Task DemandLimitsAsync(NpgsqlConnection connection, ScopedUserRole asked, string[] kept, CancellationToken cancel)
    {
        var validation = new Validation();
        foreach (var unknown in (await scoped.UnknownLimitsAsync(connection, asked, cancel)).Except(kept))
        {
            validation.Check(false, $"The role would be limited to '{unknown}', which is not in space {asked.SpaceId}.");
        }
        validation.ThrowIfAny();
    }

    private async Task<Team> ChangeableAsync(NpgsqlConnection connection, string teamId, CancellationToken cancel)
    {
        var team = await teams.LockAsync(connection, teamId, cancel) ?? throw ApiException.BadRequest(NoTeam(teamId));
        return team.CanChangeRoles ? team : throw ApiException.BadRequest($"The roles of the built-in team '{team.Name}' cannot be changed.");
    }

    private async Task<ScopedUserRole> PresentAsync(NpgsqlConnection connection, string id, CancellationToken cancel) =>
        await scoped.LockAsync(connection, id, cancel) ?? throw ApiException.NotFound("scoped user role", id);

    private static string NoTeam(string teamId) => $"TeamId: there is no team '{Printable.Of(teamId)}'.";

    private static string Named(UserRole role, Team team) => $"{role.Name} of team {team.Name}";

    private static AuditEvent Describe(AuditEvent happened, ScopedUserRole role) => happened with
    {
        RelatedDocumentIds = [role.Id, role.TeamId, role.UserRoleId],
        Details = AuditDetails.Of(role),
    };
}
