using Microsoft.AspNetCore.Mvc.ModelBinding;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.Portal;

/// <summary>Brings what the API says of an identity to the field of a form that it is about.</summary>
public static class IdentityFaults
{
    /// <summary>How a text begins, and the fields that it may be about; the first that the form has.</summary>
    private static readonly (string Start, string[] Fields)[] Known =
    [
        ("GitHub.RepositoryId", [GitHubTemplate.RepositoryId]), ("GitHub.RepositoryOwnerId", [GitHubTemplate.OwnerId]), ("GitHub.Filter", [GitHubTemplate.Filter]),
        ("GitHub.", [GitHubTemplate.Repository]),
        ("Name ", [TemplateField.Title]), ("This service account has an OIDC identity named", [TemplateField.Title]),
        ("Issuer ", [OpenTemplates.Issuer, "Instance", "OrganizationId", "Organization", "Workspace", GitHubTemplate.Repository]),
        ("Subject ", [OpenTemplates.Subject, "Project", "Pipeline", "RepositoryId", "Namespace"]), ("Audience ", [OpenTemplates.Audience, "WorkspaceId"]),
        ("The subjects of ", [TemplateField.NamesWillDo]),
        ("Conditions", [TemplateField.MoreConditions]), ("The condition on", [TemplateField.MoreConditions]), ("A value of the condition", [TemplateField.MoreConditions]), ("Each value of the condition", [TemplateField.MoreConditions]), ("The claim of the condition", [TemplateField.MoreConditions]),
        ("TokenLifetime ", [TemplateField.Minutes]),
    ];

    /// <param name="key">From a field to its name in the form.</param>
    public static void Place(ModelStateDictionary state, IReadOnlyCollection<string> fields, Func<string, string> key)
    {
        if (!state.TryGetValue("", out var general))
        {
            return;
        }
        foreach (var error in general.Errors.ToList())
        {
            var field = Known.FirstOrDefault(known => error.ErrorMessage.StartsWith(known.Start, StringComparison.Ordinal)).Fields?.FirstOrDefault(fields.Contains);
            if (field is not null)
            {
                general.Errors.Remove(error);
                state.AddModelError(key(field), error.ErrorMessage);
            }
        }
    }
}

/// <summary>How an identity would be, as it stands in the form.</summary>
/// <param name="Identity">Null: <paramref name="Faults"/> say what is missing.</param>
/// <param name="Workflow">What to put into the workflow.</param>
public sealed record IdentityPreview(OidcIdentity? Identity, IReadOnlyList<string> Faults, string Audience, string? Workflow, string WorkflowFile)
{
    /// <summary>The subject of a repository's tokens in the form with ids, which repositories made since July 2026 have; null: it is no repository's.</summary>
    public string? ImmutableSubject => Identity is { IsGitHub: true } github
        ? GitHubSubject.Of(github.GithubOwner!, github.GithubRepository!, GitHubSubject.ContextPattern(github.GithubFilterType!.Value, github.GithubFilterValue),
            github.GithubRepositoryOwnerId ?? "OWNER-ID", github.GithubRepositoryId ?? "REPOSITORY-ID")
        : null;

    public static IdentityPreview Of(IdentityTemplate template, OidcIdentityInput input, OidcIdentity? identity, IReadOnlyList<string> faults, ServiceAccount account, string serverUri)
    {
        var audience = identity?.Audience ?? account.Audience;
        return new(identity, faults, audience, identity is null ? null : template.Workflow(new(serverUri, account.Audience, audience, input)), template.WorkflowFile);
    }
}
