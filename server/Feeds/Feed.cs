namespace OctoLogin.Feeds;

/// <summary>Where packages come from. The row is the resource.</summary>
public sealed record Feed
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public required FeedType FeedType { get; init; }

    public string[] PackageAcquisitionLocationOptions { get; init; } = ["Server"];

    /// <summary>Null: never by the feed; the server's setting <c>Packages:RetentionDays</c> is for every feed.</summary>
    public int? DeleteUnreleasedPackagesAfterDays => null;

    /// <summary>Nothing puts packages into the feed but a push.</summary>
    public bool IsBuiltInRepoSyncEnabled => false;

    /// <summary>The built-in feed's Id in every space.</summary>
    public const string BuiltInId = "feeds-builtin";

    /// <summary>Its slug, the same likewise.</summary>
    public const string BuiltInSlug = "octopus-server-built-in";
}

/// <summary>Octopus's names of the kinds of feed that this server has.</summary>
public enum FeedType
{
    /// <summary>The server's own, to which packages are pushed. Each space has one.</summary>
    BuiltIn,
}
