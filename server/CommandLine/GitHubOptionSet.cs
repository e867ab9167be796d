using System.CommandLine;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.CommandLine;

/// <summary>The options of <c>identity add</c> that name a GitHub repository and which of its runs are let in.</summary>
internal sealed class GitHubOptionSet
{
    private readonly Option<string?> repository = new("--github") { Description = "A GitHub repository; say with it which of its runs: one of the next five.", HelpName = "OWNER/REPO" };
    private readonly Option<string?> branch = new("--branch") { Description = "Runs on this branch, such as main or release/*.", HelpName = "BRANCH" };
    private readonly Option<string?> tag = new("--tag") { Description = "Runs for this tag, such as 'v*'.", HelpName = "TAG" };
    private readonly Option<string?> environment = new("--environment") { Description = "Jobs with this GitHub environment.", HelpName = "NAME" };
    private readonly Option<bool> pullRequest = new("--pull-request") { Description = "Runs for pull requests." };
    private readonly Option<bool> any = new("--any") { Description = "Every run of the repository, whoever can push to it." };
    private readonly Option<string?> repositoryId = new("--repository-id") { Description = "The repository's number, so that one that takes over its name is not let in; looked up unless told.", HelpName = "NUMBER" };
    private readonly Option<string?> ownerId = new("--owner-id") { Description = "The owner's number; given with --repository-id.", HelpName = "NUMBER" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[repository, branch, tag, environment, pullRequest, any, repositoryId, ownerId])
        {
            command.Add(option);
        }
    }

    /// <summary>Null without --github.</summary>
    public GitHubInput? Read(ParseResult parsed)
    {
        var filters = new (GitHubFilterType Type, bool Given, string? Value)[]
        {
            (GitHubFilterType.Branch, parsed.GetValue(branch) is not null, parsed.GetValue(branch)),
            (GitHubFilterType.Tag, parsed.GetValue(tag) is not null, parsed.GetValue(tag)),
            (GitHubFilterType.Environment, parsed.GetValue(environment) is not null, parsed.GetValue(environment)),
            (GitHubFilterType.PullRequest, parsed.GetValue(pullRequest), null),
            (GitHubFilterType.Any, parsed.GetValue(any), null),
        };
        var given = filters.Where(filter => filter.Given).ToList();
        var (idOfRepository, idOfOwner) = (parsed.GetValue(repositoryId), parsed.GetValue(ownerId));
        if (parsed.GetValue(repository) is not { } text)
        {
            return given.Count == 0 && idOfRepository is null && idOfOwner is null ? null
                : throw new UsageException("--branch, --tag, --environment, --pull-request, --any, --repository-id and --owner-id belong to --github OWNER/REPO, which is missing.");
        }
        if (text.Split('/') is not [{ Length: > 0 } owner, { Length: > 0 } name])
        {
            throw new UsageException($"--github is '{text}'; write owner and repository, as in --github acme/web");
        }
        return given is [var filter]
            ? new GitHubInput(owner, name, filter.Type, filter.Value, idOfRepository, idOfOwner)
            : throw new UsageException($"--github needs exactly one of --branch, --tag, --environment, --pull-request and --any, to say which runs are let in; {given.Count} are given.");
    }
}
