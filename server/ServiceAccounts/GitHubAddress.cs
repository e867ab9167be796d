using System.Text.RegularExpressions;

namespace OctoLogin.ServiceAccounts;

/// <summary>
/// A repository as a person has it at hand: <c>owner/repo</c>, or any address of it that GitHub shows or git knows. What the address says
/// beyond that (a branch, a tag, an environment, a pull request) is a first guess at which runs are meant. Pure.
/// </summary>
/// <param name="Issuer">Of the GitHub that the address is of; null: github.com, or not said.</param>
public sealed partial record GitHubAddress(string Owner, string Repository, string? Issuer = null, GitHubFilterType? FilterType = null, string? Filter = null)
{
    /// <summary>Null: it cannot be read as one.</summary>
    public static GitHubAddress? TryParse(string text)
    {
        text = text.Trim();
        if (ShortForm().Match(text) is { Success: true } named)
        {
            return Of(null, named.Groups[1].Value, named.Groups[2].Value, []);
        }
        // git@github.com:owner/repo.git, as "git clone" takes it
        if (ScpForm().Match(text) is { Success: true } scp)
        {
            return Of(scp.Groups[1].Value, scp.Groups[2].Value, scp.Groups[3].Value, []);
        }
        text = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http" or "ssh" or "git") || !uri.Host.Contains('.'))
        {
            return null;
        }
        string[] parts = [.. uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        // The API's own address of it: https://api.github.com/repos/owner/repo
        var (host, path) = uri.Host.StartsWith("api.", StringComparison.OrdinalIgnoreCase) && parts is ["repos", ..] ? (uri.Host[4..], parts[1..]) : (uri.Host, parts);
        return path is [var owner, var repository, .. var rest] ? Of(host, owner, repository, rest) : null;
    }

    private static GitHubAddress? Of(string? host, string owner, string repository, string[] rest)
    {
        repository = repository.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? repository[..^4] : repository;
        if (!OwnerName().IsMatch(owner) || !RepositoryName().IsMatch(repository))
        {
            return null;
        }
        var (type, filter) = FilterOf(rest);
        return new(owner, repository, IssuerOf(host?.ToLowerInvariant()), type, filter);
    }

    private static string? IssuerOf(string? host) => host switch
    {
        null or "github.com" or "www.github.com" => null,
        _ when host.EndsWith(".ghe.com", StringComparison.Ordinal) => $"https://token.actions.{host}",
        _ => $"https://{host}/_services/token",
    };

    private static (GitHubFilterType?, string?) FilterOf(string[] rest) => rest switch
    {
        ["releases", "tag", .. { Length: > 0 } tag] => (GitHubFilterType.Tag, string.Join('/', tag)),
        // Of a file's address only the first step is taken for the branch: where its name ends cannot be seen.
        ["blob" or "edit" or "blame" or "raw", var branch, ..] => (GitHubFilterType.Branch, branch),
        ["tree" or "commits", .. { Length: > 0 } branch] => (GitHubFilterType.Branch, string.Join('/', branch)),
        ["pull", ..] or ["pulls", ..] => (GitHubFilterType.PullRequest, null),
        ["deployments", var environment] => (GitHubFilterType.Environment, environment),
        _ => (null, null),
    };

    [GeneratedRegex(@"\A([A-Za-z0-9_-]+)/([A-Za-z0-9._-]+?)/?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ShortForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+@([A-Za-z0-9.-]+):([^/\s]+)/([^/\s]+?)/?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ScpForm();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex OwnerName();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,100}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryName();
}
