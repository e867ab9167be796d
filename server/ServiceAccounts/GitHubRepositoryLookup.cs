using System.Text.Json;

namespace OctoLogin.ServiceAccounts;

/// <summary>
/// Asks GitHub for a repository's numeric ids (<c>GET /repos/{owner}/{repo}</c>). No answer is no fault: a private repository
/// cannot be seen without a token, and then the ids come from the first accepted token.
/// </summary>
public sealed class GitHubRepositoryLookup(IHttpClientFactory clients, GitHubOptions options, ILogger<GitHubRepositoryLookup> log)
{
    public const string Client = "github-api";

    public async Task<OidcIdentity> PinAsync(OidcIdentity identity, CancellationToken cancel) =>
        identity.IsUnpinned && await FindAsync(identity.Issuer, identity.GithubOwner!, identity.GithubRepository!, cancel) is { } ids
            ? identity with { GithubRepositoryId = ids.RepositoryId, GithubRepositoryOwnerId = ids.OwnerId, GithubPinnedFrom = "GitHub", GithubUnpinnedSince = null }
            : identity;

    /// <summary>Null: GitHub did not tell.</summary>
    public async Task<GitHubRepositoryIds?> FindAsync(string issuer, string owner, string repository, CancellationToken cancel)
    {
        if (ApiUrl(issuer) is not { } api)
        {
            return null;
        }
        var url = $"{api}/repos/{Uri.EscapeDataString(owner)}/{Uri.EscapeDataString(repository)}";
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.UserAgent.ParseAdd("OctoLogin");
            request.Headers.Accept.ParseAdd("application/vnd.github+json");
            if (options.Token is not null)
            {
                request.Headers.Authorization = new("Bearer", options.Token);
            }
            using var response = await clients.CreateClient(Client).SendAsync(request, cancel);
            response.EnsureSuccessStatusCode();
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel));
            return new(document.RootElement.GetProperty("id").GetInt64().ToString(), document.RootElement.GetProperty("owner").GetProperty("id").GetInt64().ToString());
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            log.IdsNotFound(url, fault.Message);
            return null;
        }
    }

    private string? ApiUrl(string issuer)
    {
        var uri = new Uri(issuer);
        return options.ApiUrl ?? (issuer == SharedIssuers.GitHub || issuer.StartsWith(SharedIssuers.GitHub + "/", StringComparison.Ordinal) ? "https://api.github.com"
            : uri.Host.EndsWith(".ghe.com", StringComparison.Ordinal) ? $"https://api.{uri.Host["token.actions.".Length..]}"
            : uri.AbsolutePath == "/_services/token" ? $"https://{uri.Authority}/api/v3"
            : null);
    }
}

public sealed record GitHubRepositoryIds(string RepositoryId, string OwnerId);

/// <summary><c>GitHub:ApiUrl</c> for a GitHub of one's own, <c>GitHub:Token</c> to see private repositories (read access to metadata).</summary>
public sealed record GitHubOptions(string? ApiUrl, string? Token)
{
    public static GitHubOptions Read(IConfiguration configuration, List<string> faults)
    {
        var url = configuration["GitHub:ApiUrl"]?.TrimEnd('/');
        if (url is not null && (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || (uri.Scheme == "http" && !uri.IsLoopback)))
        {
            faults.Add($"GitHub:ApiUrl is '{url}'; it must be an https URL such as https://github.example.com/api/v3.");
        }
        return new(url, configuration["GitHub:Token"]);
    }
}

internal static partial class GitHubRepositoryLookupLog
{
    [LoggerMessage(LogLevel.Information, "The repository's ids were not found at {Url}, they will be taken from the first accepted token: {Reason}")]
    public static partial void IdsNotFound(this ILogger log, string url, string reason);
}
