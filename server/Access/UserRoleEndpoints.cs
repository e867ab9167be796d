using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Access;

/// <summary>Roles are the whole server's: who may see teams somewhere sees them, who may edit teams on the server makes them.</summary>
public static class UserRoleEndpoints
{
    private const string Kind = "User role";

    public static void MapUserRoles(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/userroles").WithTags("userroles");
        group.MapGet("", List);
        group.MapGet("/all", All);
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
        group.MapPut("/{id}", Update);
        group.MapDelete("/{id}", Delete);
    }

    internal static async Task<ResourceCollection<UserRole>> List(Page page, Caller caller, UserRoleStore roles, CancellationToken cancel)
    {
        caller.DemandSpacesWith(Permission.TeamView);
        var slice = await roles.ListAsync(page, cancel);
        return ResourceCollection<UserRole>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<IReadOnlyList<UserRole>> All(Caller caller, UserRoleStore roles, CancellationToken cancel)
    {
        caller.DemandSpacesWith(Permission.TeamView);
        return (await roles.ListAsync(Page.All, cancel)).Items;
    }

    internal static async Task<UserRole> Get(string id, Caller caller, UserRoleStore roles, CancellationToken cancel)
    {
        caller.DemandSpacesWith(Permission.TeamView);
        return await roles.FindAsync(id, cancel) ?? throw ApiException.NotFound("user role", id);
    }

    /// <summary>A role that no team has gives nobody anything, so making one needs no more than the permission.</summary>
    internal static async Task<Created<UserRole>> Create(
        UserRoleInput input, Caller caller, NpgsqlDataSource database, UserRoleStore roles, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.TeamEdit, AccessTarget.System);
        var role = input.ApplyTo(null);
        var created = await database.InTransactionAsync(async connection =>
        {
            var inserted = await roles.InsertAsync(connection, role, cancel);
            await audit.AppendAsync(connection, AuditEvent.Created(caller.Actor, Kind, inserted.Id, inserted.Name) with { Details = Describe(null, inserted) }, cancel);
            return inserted;
        }, cancel);
        return TypedResults.Created($"/api/userroles/{created.Id}", created);
    }

    internal static Task<UserRole> Update(
        string id, UserRoleInput input, Caller caller, NpgsqlDataSource database, UserRoleStore roles, ScopedUserRoleStore scoped, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.TeamEdit, AccessTarget.System);
        return database.InTransactionAsync(async connection =>
        {
            var present = await EditableAsync(connection, id, roles, cancel);
            var role = input.ApplyTo(present);
            // Every team that has the role gets the new rights at once, in the spaces and within the limits where it has it.
            var uses = await scoped.UsesOfRoleAsync(connection, id, cancel);
            caller.DemandAll(uses.SelectMany(use => (Grant[])[use.GrantOf(present), use.GrantOf(role)]), "Changing this user role, which teams have,");
            var changed = await roles.UpdateAsync(connection, role, cancel);
            await audit.AppendAsync(connection, AuditEvent.Modified(caller.Actor, Kind, changed.Id, changed.Name) with { Details = Describe(present, changed) }, cancel);
            return changed;
        }, cancel);
    }

    internal static async Task<Ok> Delete(
        string id, Caller caller, NpgsqlDataSource database, UserRoleStore roles, ScopedUserRoleStore scoped, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.TeamEdit, AccessTarget.System);
        await database.InTransactionAsync(async connection =>
        {
            var present = await EditableAsync(connection, id, roles, cancel);
            var teams = await scoped.TeamsWithRoleAsync(connection, id, cancel);
            if (teams.Count > 0)
            {
                throw ApiException.Conflict($"User role '{present.Name}' is in use by {string.Join(", ", teams.Select(team => $"team '{team}'"))}; take it from {(teams.Count == 1 ? "that team" : "those teams")} first.");
            }
            await roles.DeleteAsync(connection, id, cancel);
            await audit.AppendAsync(connection, AuditEvent.Deleted(caller.Actor, Kind, id, present.Name), cancel);
        }, cancel);
        return TypedResults.Ok();
    }

    private static async Task<UserRole> EditableAsync(NpgsqlConnection connection, string id, UserRoleStore roles, CancellationToken cancel)
    {
        var role = await roles.LockAsync(connection, id, cancel) ?? throw ApiException.NotFound("user role", id);
        return role.CanBeDeleted
            ? role
            : throw ApiException.BadRequest($"User role '{role.Name}' is built in and cannot be changed or deleted; make a copy of it under another name and change that.");
    }

    private static string Describe(UserRole? present, UserRole role)
    {
        string[] before = [.. present?.GrantedSpacePermissions ?? [], .. present?.GrantedSystemPermissions ?? []];
        string[] after = [.. role.GrantedSpacePermissions, .. role.GrantedSystemPermissions];
        return AuditDetails.Of(new { PermissionsAdded = after.Except(before).Distinct(), PermissionsRemoved = before.Except(after).Distinct() });
    }
}
