using System.Text;
using System.Text.Json;
using OctoLogin.Database;
using OctoLogin.Feeds;
using OctoLogin.Http;
using OctoLogin.ServerTasks;

namespace OctoLogin.Executions;

/// <summary>The images of an action that come from a registry: the one that it runs in, and those that its packages are.</summary>
public sealed class ActionImages(FeedStore feeds, Registries registries)
{
    /// <summary><c>Octopus.Action.Package[Reference].Image</c>, as whoever pulls it names it, and <c>.Registry</c>, its host.</summary>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ValuesAsync(string spaceId, IReadOnlyList<ActionPackage> packages, ActivityLog log, CancellationToken cancel)
    {
        var values = new List<KeyValuePair<string, string>>();
        foreach (var package in packages.Where(package => package.Version is not null))
        {
            if (await RegistryAsync(spaceId, package, cancel) is not { } feed)
            {
                continue;
            }
            try
            {
                var address = await Outage.WaitAsync(() => registries.AddressAsync(feed, cancel), cancel);
                values.Add(new($"{package.Prefix}.Image", address.PullOf($"{package.PackageId}:{package.Version}")));
                values.Add(new($"{package.Prefix}.Registry", address.PullHost));
            }
            catch (RegistryException fault)
            {
                log.Warning($"{package.Prefix}.Image has no value: {fault.Message}");
            }
        }
        return values;
    }

    public async Task<bool> IsOneAsync(string spaceId, ActionPackage package, CancellationToken cancel) => await RegistryAsync(spaceId, package, cancel) is not null;

    /// <summary>The image that an action runs in; with a feed, its registry's, and the login for when it must be pulled.</summary>
    /// <param name="named">What the action says, as the registry names it.</param>
    /// <exception cref="TaskFailedException">The feed is not there, or is none of images.</exception>
    public async Task<ContainerImage> OfContainerAsync(ActionUse use, string named, SecretMask mask, CancellationToken cancel)
    {
        if (use.Values.Expand(use.Action.Container.FeedId ?? "") is not { Length: > 0 } feedId)
        {
            return new(named, null);
        }
        var feed = await FindAsync(use.Run.Execution.SpaceId, feedId, cancel);
        var step = Printable.Of(use.Action.Name);
        if (feed is not { IsRegistry: true })
        {
            throw new TaskFailedException($"Step '{step}' runs in the image '{Printable.Of(named)}' of feed '{Printable.Of(feedId)}', which is {(feed is null ? "not there" : "no feed of images")}.");
        }
        try
        {
            var address = await Outage.WaitAsync(() => registries.AddressAsync(feed, cancel), cancel);
            return new(address.PullOf(named), stop => LoginAsync(feed, step, mask, stop));
        }
        catch (RegistryException fault)
        {
            throw new TaskFailedException($"Step '{step}' cannot have its image. {fault.Message}");
        }
    }

    /// <summary>A config.json with this one login, or with none.</summary>
    private async Task<string> LoginAsync(Feed feed, string step, SecretMask mask, CancellationToken cancel)
    {
        try
        {
            var (address, login) = await Outage.WaitAsync(() => registries.PullAsync(feed, cancel), cancel);
            var auths = new Dictionary<string, object>();
            if (login is not null)
            {
                var both = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.Username}:{login.Password}"));
                mask.Add(login.Password);
                mask.Add(both);
                auths[address.LoginKey] = new { auth = both };
            }
            return JsonSerializer.Serialize(new { auths });
        }
        catch (RegistryException fault)
        {
            throw new TaskFailedException($"Step '{step}' cannot pull its image. {fault.Message}");
        }
    }

    private async Task<Feed?> RegistryAsync(string spaceId, ActionPackage package, CancellationToken cancel) =>
        package.IsInBuiltInFeed ? null : await FindAsync(spaceId, package.FeedId!, cancel) is { IsRegistry: true } feed ? feed : null;

    private Task<Feed?> FindAsync(string spaceId, string feedId, CancellationToken cancel) =>
        Outage.WaitAsync(() => feeds.FindAsync(spaceId, feedId, cancel), cancel);
}

/// <param name="Login">A config.json for <c>docker</c>; null: of the engine's own.</param>
public sealed record ContainerImage(string Name, Func<CancellationToken, Task<string>>? Login);
