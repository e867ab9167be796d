using System.Text.Json;
using OctoLogin.CloudLogins;
using OctoLogin.Http;

namespace OctoLogin.Feeds;

/// <summary>Lists a registry's images and their tags, page after page.</summary>
public sealed class RegistryClient(CloudNetwork network)
{
    public const int MostNames = 100_000;
    public const int MostPages = 1000;

    /// <summary>More is refused by some registries.</summary>
    private const int PageSize = 1000;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>In the registry's order; none: it has the image, and no tag of it.</summary>
    /// <exception cref="RegistryException">It cannot be asked, or has no such image.</exception>
    public async Task<IReadOnlyList<string>> TagsAsync(RegistryAddress address, RegistryLogin? login, string image, CancellationToken cancel)
    {
        if (!RegistryAddress.IsImage(image))
        {
            throw new RegistryException(RegistryFault.Missing, $"'{Printable.Of(image)}' is not the name of an image: lower-case words with '.', '_', '-' or '/' between them.");
        }
        var name = address.NameOf(image);
        try
        {
            var tags = await ListAsync(address, login, $"v2/{name}/tags/list", "tags", $"repository:{name}:pull", cancel);
            return [.. tags.Where(RegistryAddress.IsTag)];
        }
        catch (RegistryException fault) when (fault.Fault == RegistryFault.Missing)
        {
            throw new RegistryException(RegistryFault.Missing, $"{address.Api.Authority} has no image '{name}'.");
        }
    }

    /// <summary>The feed's names of its images, in the registry's order.</summary>
    /// <exception cref="RegistryException">It cannot be asked, or does not tell.</exception>
    public async Task<IReadOnlyList<string>> ImagesAsync(RegistryAddress address, RegistryLogin? login, CancellationToken cancel)
    {
        var names = await ListAsync(address, login, "v2/_catalog", "repositories", "registry:catalog:*", cancel);
        return [.. names.Where(RegistryAddress.IsImage).Select(address.ImageOf).OfType<string>()];
    }

    private async Task<List<string>> ListAsync(
        RegistryAddress address, RegistryLogin? login, string path, string property, string scope, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Timeout);
        var conversation = new RegistryConversation(network, address, login);
        var names = new List<string>();
        try
        {
            var next = new Uri(address.Api, $"{path}?n={PageSize}");
            for (var pages = 0; next is not null; pages++)
            {
                if (pages == MostPages)
                {
                    throw TooMuch(address, $"more than {MostPages} pages");
                }
                var (json, following) = await conversation.GetAsync(next, scope, limit.Token);
                using (json)
                {
                    Take(json.RootElement, property, names, address);
                }
                next = following;
            }
            return names;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RegistryException(RegistryFault.Unreachable, $"{address.Api.Authority} took longer than {Timeout.TotalSeconds:0} s for its list.");
        }
    }

    // An image without tags has null, an empty list or no list at all.
    private static void Take(JsonElement json, string property, List<string> names, RegistryAddress address)
    {
        if (!json.TryGetProperty(property, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return;
        }
        foreach (var name in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : throw TooMuch(address, $"'{property}' that is no list"))
        {
            names.Add(name.ValueKind == JsonValueKind.String ? name.GetString()! : throw TooMuch(address, $"'{property}' with what is no text"));
            if (names.Count > MostNames)
            {
                throw TooMuch(address, $"more than {MostNames} {property}");
            }
        }
    }

    private static RegistryException TooMuch(RegistryAddress address, string what) => new(RegistryFault.Unreachable, $"{address.Api.Authority} answered with {what}.");
}
