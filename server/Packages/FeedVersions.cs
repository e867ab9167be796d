using Npgsql;
using OctoLogin.Feeds;
using OctoLogin.Http;

namespace OctoLogin.Packages;

/// <summary>Which versions the feeds have of what a release (or a runbook's snapshot) could take.</summary>
public sealed class FeedVersions(FeedStore feeds, PackageStore packages, Registries registries)
{
    /// <summary>
    /// Of registries, which may take their time: before the transaction that holds the project. What is wrong with a feed is told with the
    /// package that needs it, if one does.
    /// </summary>
    public async Task<IReadOnlyList<FoundVersions>> OfRegistriesAsync(string spaceId, IEnumerable<FeedPackage> wanted, CancellationToken cancel) =>
        await Task.WhenAll(wanted.Where(package => !package.IsBuiltIn).Distinct().Select(package => FindAsync(spaceId, package, cancel)));

    /// <summary>Those, and the built-in feed's.</summary>
    public async Task<AvailableVersions> WithBuiltInAsync(
        NpgsqlConnection connection, string spaceId, IReadOnlyList<FoundVersions> ofRegistries, IEnumerable<FeedPackage> wanted, CancellationToken cancel) =>
        new(await packages.VersionsAsync(connection, spaceId, wanted.Where(package => package.IsBuiltIn).Select(package => package.PackageId), cancel), ofRegistries);

    private async Task<FoundVersions> FindAsync(string spaceId, FeedPackage wanted, CancellationToken cancel)
    {
        var feed = await feeds.FindAsync(spaceId, wanted.FeedId!, cancel);
        if (feed is null || !feed.IsRegistry)
        {
            return new(wanted, [], $"there is no feed '{Printable.Of(wanted.FeedId)}' in the space");
        }
        try
        {
            var versions = await registries.VersionsAsync(feed, wanted.PackageId, cancel);
            return new(wanted, versions, versions.Count > 0 ? null : $"feed '{Printable.Of(feed.Name)}' has no tag of it that is a version");
        }
        catch (RegistryException fault)
        {
            return new(wanted, [], $"feed '{Printable.Of(feed.Name)}' did not tell: {fault.Message.TrimEnd('.')}");
        }
    }
}

/// <param name="FeedId">Id or slug; null or empty: the built-in feed.</param>
public sealed record FeedPackage(string? FeedId, string PackageId)
{
    public bool IsBuiltIn => string.IsNullOrEmpty(FeedId) || Same(FeedId, Feed.BuiltInId) || Same(FeedId, Feed.BuiltInSlug);

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}

/// <param name="Versions">Newest first.</param>
/// <param name="Fault">Why there are none, for within a sentence; null: there are some.</param>
public sealed record FoundVersions(FeedPackage Package, IReadOnlyList<string> Versions, string? Fault);

/// <param name="BuiltIn">By package Id without case, newest first.</param>
public sealed record AvailableVersions(ILookup<string, string> BuiltIn, IReadOnlyList<FoundVersions> OfRegistries)
{
    public FoundVersions Of(FeedPackage package) => !package.IsBuiltIn
        ? OfRegistries.FirstOrDefault(found => found.Package == package) ?? new(package, [], "the process was changed at this moment; send the request again")
        : BuiltIn[package.PackageId].ToList() is { Count: > 0 } versions ? new(package, versions, null) : new(package, [], "the built-in feed has none. Push one first");
}
