using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.Spaces;

namespace OctoLogin.BuildInformation;

public static class BuildInformationEndpoints
{
    private const string Kind = "Build information";

    public static IServiceCollection AddBuildInformation(this IServiceCollection services) => services.AddSingleton<BuildInformationStore>();

    public static void MapBuildInformation(this IEndpointRouteBuilder routes) => routes.MapSpaceRoutes("build-information", group =>
    {
        group.MapGet("", List);
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
        group.MapDelete("/{id}", Delete);
        group.MapDelete("/bulk", DeleteBuildInformation);
    });

    /// <param name="packageId">Exactly.</param>
    /// <param name="filter">A part of the package's Id.</param>
    /// <param name="latest">Of each package only the highest version.</param>
    private static async Task<ResourceCollection<PackageVersionBuildInformation>> List(
        Page page, string? packageId, string? filter, bool? latest, SpaceContext space, Caller caller, BuildInformationStore builds, CancellationToken cancel)
    {
        caller.Demand(Permission.FeedView, AccessTarget.Space(space.Id));
        var slice = await builds.ListAsync(space.Id, string.IsNullOrEmpty(packageId) ? null : packageId, LikeText.Containing(filter), latest ?? false, page, cancel);
        return ResourceCollection<PackageVersionBuildInformation>.Of(page, slice.Total, slice.Items);
    }

    private static async Task<PackageVersionBuildInformation> Get(string id, SpaceContext space, Caller caller, BuildInformationStore builds, CancellationToken cancel)
    {
        caller.Demand(Permission.FeedView, AccessTarget.Space(space.Id));
        return await builds.FindAsync(space.Id, id, cancel) ?? throw ApiException.NotFound("build information", id);
    }

    private static async Task<IResult> Create(
        BuildInformationInput input, string? overwriteMode, SpaceContext space, Caller caller,
        BuildInformationStore builds, NpgsqlDataSource database, AuditLog audit, TimeProvider clock, CancellationToken cancel)
    {
        caller.Demand(Permission.BuildInformationPush, AccessTarget.Space(space.Id));
        var mode = OverwriteModes.Parse(overwriteMode);
        var sent = BuildInformationRules.Check(input, space.Id, clock.GetUtcNow(), new Validation());
        var (information, isNew) = await database.InTransactionAsync(connection => WriteAsync(connection, sent, mode, caller, builds, audit, cancel), cancel);
        return isNew ? Results.Created($"/api/{space.Id}/build-information/{information.Id}", information) : Results.Ok(information);
    }

    private static async Task<(PackageVersionBuildInformation Information, bool IsNew)> WriteAsync(
        NpgsqlConnection connection, PackageVersionBuildInformation sent, OverwriteMode mode, Caller caller, BuildInformationStore builds, AuditLog audit, CancellationToken cancel)
    {
        while (true)
        {
            if (await builds.InsertAsync(connection, sent, cancel) is { } made)
            {
                await audit.AppendAsync(connection, AuditEvent.Created(caller.Actor, Kind, made.Id, Name(made), made.SpaceId), cancel);
                return (made, true);
            }
            var present = await builds.FindAsync(connection, sent.SpaceId, sent.PackageId, sent.Version, hold: true, cancel);
            if (present is null)
            {
                // Deleted between the two statements: it can be made after all.
                continue;
            }
            if (!OverwriteModes.Replaces(mode, "Metadata for the specified Package ID and version already exists.", Name(present), caller, Permission.BuildInformationAdminister, present.SpaceId))
            {
                return (present, false);
            }
            var changed = sent with { Id = present.Id };
            await builds.ReplaceAsync(connection, changed, cancel);
            await audit.AppendAsync(connection, AuditEvent.Modified(caller.Actor, Kind, changed.Id, Name(changed), changed.SpaceId), cancel);
            return (changed, true);
        }
    }

    private static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, BuildInformationStore builds, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.BuildInformationAdminister, AccessTarget.Space(space.Id));
        return await DeleteAsync([id], space, caller, builds, database, audit, cancel) > 0 ? Results.Ok() : throw ApiException.NotFound("build information", id);
    }

    /// <summary>Those of <c>ids</c> that there are.</summary>
    private static async Task<IResult> DeleteBuildInformation(
        Page page, SpaceContext space, Caller caller, BuildInformationStore builds, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.BuildInformationAdminister, AccessTarget.Space(space.Id));
        var ids = page.Ids ?? throw ApiException.BadRequest("Name what to delete: ?ids=BuildInformation-1,BuildInformation-2");
        await DeleteAsync(ids, space, caller, builds, database, audit, cancel);
        return Results.Ok();
    }

    private static Task<int> DeleteAsync(
        string[] ids, SpaceContext space, Caller caller, BuildInformationStore builds, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel) =>
        database.InTransactionAsync(async connection =>
        {
            var deleted = await builds.DeleteAsync(connection, space.Id, ids, cancel);
            foreach (var information in deleted)
            {
                await audit.AppendAsync(connection, AuditEvent.Deleted(caller.Actor, Kind, information.Id, Name(information), space.Id), cancel);
            }
            return deleted.Count;
        }, cancel);

    private static string Name(PackageVersionBuildInformation information) => $"{information.PackageId} {information.Version}";
}
