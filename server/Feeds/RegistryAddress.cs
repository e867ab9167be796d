using System.Text.RegularExpressions;
using OctoLogin.Http;

namespace OctoLogin.Feeds;

/// <summary>Where a registry's API is, and what an image of it is called there and by who pulls it. Pure.</summary>
/// <param name="Api">With a slash at its end; <c>v2/</c> is below it.</param>
/// <param name="PullPath">What stands before an image's name where it is pulled: a host, and perhaps a path.</param>
/// <param name="NamePrefix">What stands before an image's name in the API: a path with a slash at its end, or nothing.</param>
public sealed partial record RegistryAddress(Uri Api, string PullPath, string NamePrefix)
{
    /// <summary>Docker Hub's names and the one where its API is. Its images are pulled without any, and its own are below <c>library/</c>.</summary>
    private static readonly string[] HubHosts = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com"];
    private const string HubApi = "https://registry-1.docker.io/";
    private const string HubName = "docker.io";
    private const string HubLibrary = "library/";

    /// <summary>What <c>docker</c> calls Docker Hub in its list of logins.</summary>
    private const string HubLogin = "https://index.docker.io/v1/";

    public bool IsHub => Api.AbsoluteUri == HubApi;

    /// <summary>By which name <c>docker</c> looks up the login of these images.</summary>
    public string LoginKey => IsHub ? HubLogin : PullHost;

    public string PullHost => PullPath.Split('/')[0];

    /// <param name="feedUri">As <see cref="Fault"/> has let it pass.</param>
    /// <param name="registryPath">Null: none.</param>
    public static RegistryAddress Of(string feedUri, string? registryPath)
    {
        var uri = new Uri(feedUri);
        var hub = HubHosts.Contains(uri.Host, StringComparer.OrdinalIgnoreCase);
        var path = registryPath?.Trim('/') ?? "";
        var pullsElsewhere = path.Length > 0 && NamesHost(path);
        var pull = pullsElsewhere ? path : string.Join('/', new[] { hub ? HubName : uri.Authority, path }.Where(part => part.Length > 0));
        return new(new Uri(hub ? HubApi : uri.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"), pull, pullsElsewhere || path.Length == 0 ? "" : path + "/");
    }

    /// <summary>What is wrong with a feed's address; null: nothing.</summary>
    public static string? Fault(string feedUri) =>
        !Uri.TryCreate(feedUri, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps || uri.UserInfo.Length + uri.Query.Length + uri.Fragment.Length > 0
            ? $"FeedUri is '{Printable.Of(WithoutUser(feedUri))}'; it must be the https URL of a registry without user, query or fragment, such as https://registry.example.com."
            : uri.AbsolutePath.TrimEnd('/').Split('/').Any(part => part is "v1" or "v2")
                ? $"FeedUri is '{Printable.Of(feedUri)}'; leave the version of the API (/v1, /v2) out of it."
                : null;

    /// <summary>What is wrong with a RegistryPath; null: nothing.</summary>
    public static string? PathFault(string registryPath) => PullPathForm().IsMatch(registryPath.Trim('/')) ? null
        : $"RegistryPath is '{Printable.Of(registryPath)}'; it must be what stands before an image's name where it is pulled, such as registry.example.com:5000/team or team.";

    /// <summary>The host that a RegistryPath names; null: it names a path alone.</summary>
    public static string? HostOf(string? registryPath) =>
        registryPath?.Trim('/') is { Length: > 0 } path && NamesHost(path) ? path.Split('/')[0].Split(':')[0] : null;

    /// <summary>Whether it is what the API calls an image (OCI distribution specification, "pulling manifests").</summary>
    public static bool IsImage(string name) => name.Length <= 255 && ImageForm().IsMatch(name);

    public static bool IsTag(string tag) => TagForm().IsMatch(tag);

    /// <summary>What the API calls an image of the feed.</summary>
    public string NameOf(string image) => IsHub && NamePrefix.Length == 0 && !image.Contains('/') ? HubLibrary + image : NamePrefix + image;

    /// <summary>What a feed calls an image of the API; null: it is outside of the feed's path.</summary>
    public string? ImageOf(string name) => name.StartsWith(NamePrefix, StringComparison.Ordinal) ? name[NamePrefix.Length..] : null;

    /// <summary>What is pulled. One that begins with the registry already is left so.</summary>
    /// <param name="image">With a tag or digest.</param>
    public string PullOf(string image) => image.StartsWith(PullPath + "/", StringComparison.Ordinal) ? image : $"{PullPath}/{image}";

    // As docker tells a host from the first part of a path.
    private static bool NamesHost(string path) => path.Split('/')[0] is var first && (first.AsSpan().ContainsAny('.', ':') || first == "localhost");

    private static string WithoutUser(string text) => text.LastIndexOf('@') is >= 0 and var at ? "…" + text[at..] : text;

    [GeneratedRegex(@"\A[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ImageForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagForm();

    [GeneratedRegex(@"\A([A-Za-z0-9._-]+(:[0-9]{1,5})?)(/[a-z0-9._-]+)*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex PullPathForm();
}
