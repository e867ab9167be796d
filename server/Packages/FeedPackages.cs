using OctoLogin.Feeds;
using OctoLogin.Http;

namespace OctoLogin.Packages;

/// <summary>The packages of a feed, whether it is the server's own or a registry of images.</summary>
public sealed class FeedPackages(PackageStore packages, Registries registries)
{
    /// <summary>Newest first.</summary>
    public async Task<object> VersionsAsync(Feed feed, string packageId, VersionQuery query, Page page, CancellationToken cancel)
    {
        if (feed.IsRegistry)
        {
            var versions = await AskAsync(() => registries.VersionsAsync(feed, packageId, cancel));
            return ResourceCollection<PackageVersion>.OfAll(page, [.. versions.Where(query.Takes).Select(version => PackageVersion.Of(feed, packageId, version))]);
        }
        if (!query.IsEverything)
        {
            var all = await packages.ListAsync(feed.SpaceId, new PackageFilter(packageId), Page.All with { Ids = page.Ids, PartialName = page.PartialName }, cancel);
            return ResourceCollection<Package>.OfAll(page, [.. all.Items.Where(package => query.Takes(package.Version))]);
        }
        var slice = await packages.ListAsync(feed.SpaceId, new PackageFilter(packageId), page, cancel);
        return ResourceCollection<Package>.Of(page, slice.Total, slice.Items);
    }

    /// <param name="term">A part of the package's Id; null or empty: every package.</param>
    public async Task<ResourceCollection<PackageDescription>> SearchAsync(Feed feed, string? term, Page page, CancellationToken cancel)
    {
        if (feed.IsRegistry)
        {
            var images = await AskAsync(() => registries.SearchAsync(feed, term, cancel));
            return ResourceCollection<PackageDescription>.OfAll(page, [.. images.Select(image => new PackageDescription { Id = image })]);
        }
        var slice = await packages.ListAsync(feed.SpaceId, new PackageFilter(Like: LikeText.Containing(term), Latest: true), page, cancel);
        return ResourceCollection<PackageDescription>.Of(
            page, slice.Total, [.. slice.Items.Select(package => new PackageDescription { Id = package.PackageId, LatestVersion = package.Version })]);
    }

    /// <summary>A registry that does not answer, or says no, is neither a fault of the request nor one of this server.</summary>
    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (RegistryException fault)
        {
            throw fault.Fault == RegistryFault.Missing ? new ApiException(StatusCodes.Status404NotFound, fault.Message) : new ApiException(StatusCodes.Status502BadGateway, fault.Message);
        }
    }
}

/// <summary>A version of an image, as a feed's list of versions has it.</summary>
public sealed record PackageVersion
{
    public required string Id { get; init; }
    public required string FeedId { get; init; }
    public required string PackageId { get; init; }
    public required string Version { get; init; }
    public string Title => PackageId;
    public string ReleaseNotes => "";

    /// <summary>A registry's list does not tell.</summary>
    public DateTimeOffset? Published => null;
    public long SizeBytes => 0;

    public static PackageVersion Of(Feed feed, string packageId, string version) =>
        new() { Id = $"packages-{packageId}.{version}", FeedId = feed.Id, PackageId = packageId, Version = version };
}
