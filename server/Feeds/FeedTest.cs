using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Feeds;

/// <summary>
/// Logs in to a feed's registry anew, with no login that is there already, and lists what it has: for whoever sets up a feed, and the trust in it.
/// Nothing of it is kept.
/// </summary>
public sealed class FeedTest(CloudRegistryLogin clouds, FeedSecrets secrets, RegistryClient client)
{
    private const int MostNamed = 5;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <param name="image">Whose tags are listed; null or empty: the registry's images are.</param>
    public async Task<FeedTestLog> RunAsync(Feed feed, Space space, string? image, CancellationToken cancel)
    {
        var log = new FeedTestLog();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Longest);
        try
        {
            var login = await LoginAsync(feed, space, log, limit.Token);
            await ListAsync(Registries.AddressOf(feed, login), login, image?.Trim(), log, limit.Token);
        }
        catch (RegistryException fault)
        {
            log.Error(fault.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            log.Error($"This took longer than {Longest.TotalMinutes:0} minutes.");
        }
        return log;
    }

    private async Task<RegistryLogin?> LoginAsync(Feed feed, Space space, FeedTestLog log, CancellationToken cancel)
    {
        if (CloudRegistryLogin.IsNeeded(feed))
        {
            return await clouds.OfAsync(feed, FeedOidcRules.SubjectOf(feed, space), cancel, log);
        }
        log.Step("Log in");
        if (secrets.Open(feed) is { } password)
        {
            log.Info($"As {Printable.Of(feed.User)}, with the stored password");
            return new(feed.User ?? "", password);
        }
        log.Info("Without a login: the feed has none");
        return null;
    }

    private async Task ListAsync(RegistryAddress address, RegistryLogin? login, string? image, FeedTestLog log, CancellationToken cancel)
    {
        var host = address.Api.Authority;
        if (!string.IsNullOrEmpty(image))
        {
            log.Step($"List the tags of {Printable.Of(image)} at {host}");
            var versions = ImageVersions.Of(await client.TagsAsync(address, login, image, cancel));
            log.Info(versions.Count == 0 ? "It is there, and none of its tags is a version" : $"Versions: {versions.Count}, the newest {versions[0]}");
            return;
        }
        log.Step($"List the images of {host}");
        try
        {
            var images = await client.ImagesAsync(address, login, cancel);
            log.Info(images.Count == 0 ? "It has none" : $"Images: {string.Join(", ", images.Take(MostNamed))}{(images.Count > MostNamed ? $" and {images.Count - MostNamed} more" : "")}");
        }
        catch (RegistryException fault) when (fault.Fault is RegistryFault.Missing or RegistryFault.Refused)
        {
            // Not every registry lists its images, nor for every login that may pull them.
            throw new RegistryException(fault.Fault, $"{fault.Message} If the login is for pulling alone, test again with the name of an image: then its tags are listed.");
        }
    }
}
