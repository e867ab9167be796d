using Microsoft.Net.Http.Headers;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Feeds;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Packages;

public static class PackageEndpoints
{
    private const string Kind = "Package";

    public static IServiceCollection AddPackages(this IServiceCollection services, PackageOptions options) => services
        .AddSingleton(options).AddSingleton<PackageStore>().AddSingleton<PackageContents>().AddSingleton<PushPackage>()
        .AddSingleton<FeedPackages>().AddSingleton<FeedVersions>().AddSingleton<PackageRetention>().AddHostedService<PackageUpkeep>();

    public static void MapPackages(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("packages", group =>
        {
            group.MapGet("", List);
            group.MapGet("/{id}", Get);
            group.MapGet("/{id}/raw", Download).WithSummary("Download a package; ranges are served");
            group.MapPost("/raw", Push).WithMetadata(new FileBody());
            group.MapDelete("/{id}", Delete);
            group.MapDelete("/bulk", DeletePackages);
        });
        routes.MapSpaceRoutes("feeds/{feedId}/packages", group =>
        {
            group.MapGet("/versions", ListVersions);
            group.MapGet("/search", SearchPackages);
        });
    }

    private static async Task<IResult> Push(
        string? overwriteMode, string? replace, HttpContext context, SpaceContext space, Caller caller, PushPackage push, CancellationToken cancel)
    {
        caller.Demand(Permission.BuiltInFeedPush, AccessTarget.Space(space.Id));
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // Octopus's client for Node keeps its process alive as long as the connection of a push, which would be two minutes of a job.
            context.Response.Headers.Connection = "close";
        }
        var (package, isNew) = await push.RunAsync(context.Request, OverwriteModes.Parse(overwriteMode, replace), space, caller, cancel);
        return isNew ? Results.Created($"/api/{space.Id}/packages/{package.Id}", package) : Results.Ok(package);
    }

    /// <param name="nuGetPackageId">Exactly; Octopus's older name for a package's Id.</param>
    /// <param name="filter">A part of the package's Id.</param>
    /// <param name="latest">Of each package only the highest version.</param>
    /// <param name="includeNotes">Packages have no notes here: nothing of them is read from their files.</param>
    internal static async Task<ResourceCollection<Package>> List(
        Page page, string? nuGetPackageId, string? filter, bool? latest, bool? includeNotes, SpaceContext space, Caller caller, PackageStore packages, CancellationToken cancel)
    {
        caller.Demand(Permission.FeedView, AccessTarget.Space(space.Id));
        var wanted = new PackageFilter(Empty(nuGetPackageId), LikeText.Containing(filter), latest ?? false);
        var slice = await packages.ListAsync(space.Id, wanted, page, cancel);
        return ResourceCollection<Package>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<Package> Get(string id, SpaceContext space, Caller caller, PackageStore packages, CancellationToken cancel)
    {
        caller.Demand(Permission.FeedView, AccessTarget.Space(space.Id));
        return await packages.FindAsync(space.Id, id, cancel) ?? throw ApiException.NotFound("package", id);
    }

    internal static async Task<IResult> Download(
        string id, HttpContext context, SpaceContext space, Caller caller, PackageStore packages, NpgsqlDataSource database, CancellationToken cancel)
    {
        caller.Demand(Permission.BuiltInFeedDownload, AccessTarget.Space(space.Id));
        var package = await packages.FindAsync(space.Id, id, cancel) ?? throw ApiException.NotFound("package", id);
        // A proxy knows only Authorization for what must not be kept for others, and not an API key's header (RFC 9111 section 3.5).
        context.Response.Headers.CacheControl = "private, no-cache";
        return Results.Stream(new PackageStream(database, package), "application/octet-stream", package.FileName,
            package.Published, new EntityTagHeaderValue($"\"{package.Sha256}\""), enableRangeProcessing: true);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, NpgsqlDataSource database, PackageStore packages, PackageContents contents, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.BuiltInFeedAdminister, AccessTarget.Space(space.Id));
        var package = await packages.FindAsync(space.Id, id, cancel) ?? throw ApiException.NotFound("package", id);
        var deleted = await DeleteAsync([package.Id], space, caller, database, packages, contents, audit, cancel);
        return deleted > 0 ? Results.Ok() : throw ApiException.NotFound("package", id);
    }

    /// <summary>Those of <c>ids</c> that there are: whoever deletes many has read the list some time ago.</summary>
    private static async Task<IResult> DeletePackages(
        Page page, SpaceContext space, Caller caller, NpgsqlDataSource database, PackageStore packages, PackageContents contents, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.BuiltInFeedAdminister, AccessTarget.Space(space.Id));
        var ids = page.Ids ?? throw ApiException.BadRequest("Name the packages to delete: ?ids=packages-Acme.Web.1.2.3,packages-Acme.Web.1.2.4");
        await DeleteAsync(ids, space, caller, database, packages, contents, audit, cancel);
        return Results.Ok();
    }

    private static Task<int> DeleteAsync(
        string[] ids, SpaceContext space, Caller caller, NpgsqlDataSource database, PackageStore packages, PackageContents contents, AuditLog audit, CancellationToken cancel) =>
        database.InTransactionAsync(async connection =>
        {
            var deleted = await packages.DeleteAsync(connection, space.Id, ids, cancel);
            await contents.DiscardAsync(connection, [.. deleted.Select(package => package.ContentNumber)], cancel);
            foreach (var package in deleted)
            {
                await audit.AppendAsync(connection, AuditEvent.Deleted(caller.Actor, Kind, package.Id, package.FileName, space.Id), cancel);
            }
            return deleted.Count;
        }, cancel);

    /// <summary>Newest first.</summary>
    internal static async Task<object> ListVersions(
        string feedId, string? packageId, VersionQuery query, Page page, SpaceContext space, Caller caller, FeedStore feeds, FeedPackages packages, CancellationToken cancel)
    {
        var feed = await FeedEndpoints.SeenAsync(feedId, space, caller, feeds, cancel);
        return await packages.VersionsAsync(feed, Empty(packageId) ?? throw ApiException.BadRequest("Name the package: ?packageId=Acme.Web"), query, page, cancel);
    }

    /// <param name="term">A part of the package's Id; empty: every package.</param>
    internal static async Task<ResourceCollection<PackageDescription>> SearchPackages(
        string feedId, string? term, Page page, SpaceContext space, Caller caller, FeedStore feeds, FeedPackages packages, CancellationToken cancel) =>
        await packages.SearchAsync(await FeedEndpoints.SeenAsync(feedId, space, caller, feeds, cancel), Empty(term), page, cancel);

    private static string? Empty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
