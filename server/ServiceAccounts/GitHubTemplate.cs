namespace OctoLogin.ServiceAccounts;

public static class GitHubTemplate
{
    public const string Repository = "Repository";
    public const string Runs = "Runs";
    public const string Filter = "Filter";
    public const string RepositoryId = "RepositoryId";
    public const string OwnerId = "OwnerId";

    public static IdentityTemplate Template { get; } = new()
    {
        Key = "github",
        Name = "GitHub Actions",
        About = "Runs of one repository, of github.com or of a GitHub of your own",
        Fields =
        [
            new(Repository, "Repository", "owner/name, or any address of it: copy it from the browser or from git.", "octo-org/hello-octopus", Required: true),
            new(Runs, "Which runs", Choices:
            [
                (nameof(GitHubFilterType.Environment), "Jobs with an environment"), (nameof(GitHubFilterType.Branch), "Runs on a branch"), (nameof(GitHubFilterType.Tag), "Runs for a tag"),
                (nameof(GitHubFilterType.PullRequest), "Runs for pull requests"), (nameof(GitHubFilterType.Any), "Any run"),
            ]),
            new(Filter, "Name of the environment, branch or tag", "* stands for any run of characters, ? for one. A job with an environment has that as its subject, whatever its branch.", "production"),
            new(RepositoryId, "Repository's id", "The number that GitHub's API gives, so that a repository that takes over the name is not let in. Looked up when left empty; if GitHub does not tell, the first accepted token brings both.", "74"),
            new(OwnerId, "Owner's id", Placeholder: "65"),
        ],
        Build = Build,
        WorkflowFile = ".github/workflows/release.yml",
        Workflow = login => $"""
            jobs:
              release:
                runs-on: ubuntu-latest{(login.Identity.GitHub is { FilterType: GitHubFilterType.Environment, Filter: { } environment } && !SubjectPattern.HasWildcard(environment) ? $"\n    environment: {Yaml(environment)}" : "")}
                permissions:
                  # lets the job ask GitHub for its ID token
                  id-token: write
                  contents: read
                steps:
                  # or this server's own action, wherever you keep it
                  - uses: OctopusDeploy/login@v1
                    with:
                      server: {login.Server}
                      service_account_id: {login.Account}
            """,
    };

    private static OidcIdentityInput Build(TemplateValues values)
    {
        var text = values.Required(Repository, "A repository");
        var address = text.Length == 0 ? null : GitHubAddress.TryParse(text);
        if (text.Length > 0 && address is null)
        {
            values.Fault(Repository, "This is no address of a GitHub repository. Write owner/name, or copy the address of any of its pages.");
        }
        var type = Enum.TryParse<GitHubFilterType>(values.Text(Runs), out var chosen) && Enum.IsDefined(chosen) ? chosen : address?.FilterType ?? GitHubFilterType.Environment;
        var filter = type is GitHubFilterType.PullRequest or GitHubFilterType.Any ? null
            : values.Text(Filter) ?? (address?.FilterType == type ? address.Filter : null) ?? values.Required(Filter, $"The {type.ToString().ToLowerInvariant()}'s name");
        if ((values.Text(RepositoryId) is null) != (values.Text(OwnerId) is null))
        {
            values.Fault(values.Text(RepositoryId) is null ? RepositoryId : OwnerId, "The ids are given together, or both left empty.");
        }
        var github = new GitHubInput(address?.Owner, address?.Repository, type, filter, values.Text(RepositoryId), values.Text(OwnerId));
        return new() { Name = address is null ? null : NameOf(github), Issuer = address?.Issuer ?? SharedIssuers.GitHub, GitHub = github };
    }

    public static string NameOf(GitHubInput github) => github.FilterType switch
    {
        GitHubFilterType.PullRequest => $"{github.Owner}/{github.Repository} pull requests",
        GitHubFilterType.Any => $"{github.Owner}/{github.Repository} any run",
        var type => $"{github.Owner}/{github.Repository} {type.ToString()!.ToLowerInvariant()} {github.Filter}",
    };

    /// <summary>As a scalar of YAML, quoted where it would be read as something else.</summary>
    internal static string Yaml(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/') && text is not ("" or "true" or "false" or "null" or "yes" or "no" or "on" or "off") && !char.IsAsciiDigit(text[0]) && text[0] is not ('-' or '.')
        ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
