using OctoLogin.Http;

namespace OctoLogin.Feeds;

/// <summary>What the registry of a feed has, asked with the feed's login; once more with a new one, if it does not take the one that is there.</summary>
public sealed class Registries(RegistryClient client, RegistryLogins logins)
{
    /// <summary>Newest first.</summary>
    /// <exception cref="RegistryException">The registry cannot be asked, or has no such image.</exception>
    public Task<IReadOnlyList<string>> VersionsAsync(Feed feed, string image, CancellationToken cancel) => AskAsync(feed, async (address, login) =>
        ImageVersions.Of(await client.TagsAsync(address, login, image, cancel)), cancel);

    /// <summary>By name. A registry that does not list its images has at most the one of which the term is the whole name.</summary>
    /// <exception cref="RegistryException">The registry cannot be asked, or does not tell.</exception>
    public Task<IReadOnlyList<string>> SearchAsync(Feed feed, string? term, CancellationToken cancel) => AskAsync(feed, async (address, login) =>
    {
        try
        {
            var images = await client.ImagesAsync(address, login, cancel);
            return (IReadOnlyList<string>)[.. images.Where(image => image.Contains(term ?? "", StringComparison.OrdinalIgnoreCase)).Distinct().Order(StringComparer.Ordinal)];
        }
        catch (RegistryException fault) when (fault.Fault is RegistryFault.Missing or RegistryFault.Refused && RegistryAddress.IsImage(term ?? ""))
        {
            await client.TagsAsync(address, login, term!, cancel);
            return [term!];
        }
    }, cancel);

    /// <summary>Where the feed's images are pulled from, and with which login.</summary>
    /// <exception cref="RegistryException">There is none.</exception>
    public async Task<(RegistryAddress Address, RegistryLogin? Login)> PullAsync(Feed feed, CancellationToken cancel)
    {
        var login = await logins.OfAsync(feed, cancel);
        return (AddressOf(feed, login), login);
    }

    /// <summary>Where the feed's images are pulled from.</summary>
    /// <exception cref="RegistryException">Its cloud does not tell.</exception>
    public async Task<RegistryAddress> AddressAsync(Feed feed, CancellationToken cancel) =>
        AddressOf(feed, feed.FeedUri is null ? await logins.OfAsync(feed, cancel) : null);

    private async Task<T> AskAsync<T>(Feed feed, Func<RegistryAddress, RegistryLogin?, Task<T>> ask, CancellationToken cancel)
    {
        var login = await logins.OfAsync(feed, cancel);
        try
        {
            return await ask(AddressOf(feed, login), login);
        }
        catch (RegistryException fault) when (fault.Fault == RegistryFault.Refused && login is { Stays: true })
        {
            logins.Forget(feed, login);
            var renewed = await logins.OfAsync(feed, cancel);
            return await ask(AddressOf(feed, renewed), renewed);
        }
    }

    // Checked again where the login is used: an address that was stored by other rules is not sent one.
    internal static RegistryAddress AddressOf(Feed feed, RegistryLogin? login)
    {
        var uri = feed.FeedUri ?? login?.Endpoint;
        if (uri is null || RegistryAddress.Fault(uri) is not null)
        {
            throw new RegistryException(RegistryFault.Unreachable, $"Feed '{Printable.Of(feed.Name)}' has no FeedUri, and its cloud tells none.");
        }
        var address = RegistryAddress.Of(uri, feed.RegistryPath);
        foreach (var host in login is { Stays: true } ? new[] { address.Api.Host, address.PullHost.Split(':')[0] } : [])
        {
            if (FeedOidcRules.HostFault(feed.FeedType, host) is { } fault)
            {
                throw new RegistryException(RegistryFault.Refused, $"Feed '{Printable.Of(feed.Name)}': {fault}");
            }
        }
        return address;
    }
}
