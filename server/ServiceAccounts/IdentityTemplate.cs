using OctoLogin.Http;

namespace OctoLogin.ServiceAccounts;

/// <summary>
/// A CI system's own words for who may log in, and how they become issuer, subject, audience and conditions; with what to put into its
/// workflow. Pure.
/// </summary>
public sealed record IdentityTemplate
{
    /// <summary>In addresses.</summary>
    public required string Key { get; init; }
    public required string Name { get; init; }

    /// <summary>What of it is let in.</summary>
    public required string About { get; init; }
    public required IReadOnlyList<TemplateField> Fields { get; init; }

    /// <summary>The identity without name, more conditions and lifetime, which all templates have.</summary>
    public required Func<TemplateValues, OidcIdentityInput> Build { get; init; }
    public required Func<WorkflowLogin, string> Workflow { get; init; }

    /// <summary>Where <see cref="Workflow"/> is to be put.</summary>
    public required string WorkflowFile { get; init; }

    /// <summary>Its subjects are names: the form asks whether these will do without an id.</summary>
    public bool HasMutableNames { get; init; }

    public static IReadOnlyList<IdentityTemplate> All { get; } =
    [
        GitHubTemplate.Template, CiTemplates.GitLab, CiTemplates.AzureDevOps, CiTemplates.Buildkite, CiTemplates.CircleCi, CiTemplates.Bitbucket,
        OpenTemplates.Kubernetes, OpenTemplates.Other,
    ];

    public static IdentityTemplate? Find(string? key) => All.FirstOrDefault(template => template.Key == key);

    /// <summary>By an issuer that is known to be one's; else the template for all others.</summary>
    public static IdentityTemplate Of(string issuer) =>
        SharedIssuers.IsGitHub(issuer) ? GitHubTemplate.Template
        : SharedIssuers.IsOf(issuer, "https://gitlab.com") ? CiTemplates.GitLab
        : issuer.StartsWith("https://vstoken.dev.azure.com/", StringComparison.Ordinal) ? CiTemplates.AzureDevOps
        : SharedIssuers.IsOf(issuer, "https://agent.buildkite.com") ? CiTemplates.Buildkite
        : issuer.StartsWith("https://oidc.circleci.com/org/", StringComparison.Ordinal) ? CiTemplates.CircleCi
        : issuer.StartsWith("https://api.bitbucket.org/2.0/workspaces/", StringComparison.Ordinal) ? CiTemplates.Bitbucket
        : OpenTemplates.Other;

    /// <summary>What was filled in as an identity to be checked and saved, with what is wrong with single fields.</summary>
    public IdentityDraft Draft(IReadOnlyDictionary<string, string?> filledIn)
    {
        var values = new TemplateValues(filledIn);
        var built = Build(values);
        var (conditions, fault) = ConditionText.ReadLines(values.Text(TemplateField.MoreConditions));
        if (fault is not null)
        {
            values.Fault(TemplateField.MoreConditions, fault);
        }
        var input = built with
        {
            Name = values.Text(TemplateField.Title) ?? (built.Name is { Length: > 100 } long_ ? long_[..100] : built.Name),
            Conditions = [.. built.Conditions ?? [], .. conditions],
            TokenLifetime = Lifetime(values) ?? built.TokenLifetime,
            AllowMutableNames = values.Text(TemplateField.NamesWillDo) == "true" ? true : null,
        };
        return new(input, values.Faults);
    }

    private static int? Lifetime(TemplateValues values)
    {
        if (values.Text(TemplateField.Minutes) is not { } text)
        {
            return null;
        }
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var minutes) && minutes is >= 1 and <= 720)
        {
            return minutes * 60;
        }
        values.Fault(TemplateField.Minutes, $"'{Printable.Of(text, 20)}' is no number of minutes from 1 to 720 (12 hours).");
        return null;
    }
}

/// <summary>A field of a template's form.</summary>
/// <param name="Choices">Value and text of each; null: any text.</param>
public sealed record TemplateField(
    string Name, string Label, string? Hint = null, string? Placeholder = null, bool Required = false, IReadOnlyList<(string Value, string Text)>? Choices = null)
{
    public const string Title = "Name";
    public const string MoreConditions = "Conditions";
    public const string Minutes = "Minutes";
    public const string NamesWillDo = "NamesWillDo";
}

/// <param name="Faults">By field.</param>
public sealed record IdentityDraft(OidcIdentityInput Input, IReadOnlyDictionary<string, string> Faults);

/// <summary>What was filled in.</summary>
public sealed class TemplateValues(IReadOnlyDictionary<string, string?> filledIn)
{
    private readonly Dictionary<string, string> faults = [];

    public IReadOnlyDictionary<string, string> Faults => faults;

    /// <summary>Trimmed; null when empty.</summary>
    public string? Text(string field) => filledIn.TryGetValue(field, out var text) && text?.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    /// <summary>Empty, with a fault, where nothing was filled in.</summary>
    public string Required(string field, string what)
    {
        if (Text(field) is { } text)
        {
            return text;
        }
        Fault(field, $"{what} is needed.");
        return "";
    }

    /// <summary>The first of a field stays.</summary>
    public void Fault(string field, string fault) => faults.TryAdd(field, fault);

    public static ClaimCondition[] Equal(params ReadOnlySpan<(string Claim, string? Value)> claims)
    {
        var conditions = new List<ClaimCondition>();
        foreach (var (claim, value) in claims)
        {
            if (value is not null)
            {
                conditions.Add(new() { Claim = claim, Kind = ConditionKind.Equals, Values = [value] });
            }
        }
        return [.. conditions];
    }
}

/// <summary>What a workflow needs to log in to this server.</summary>
/// <param name="Audience">Whom the token is asked for.</param>
/// <param name="Account">The service account's GUID.</param>
public sealed record WorkflowLogin(string Server, string Account, string Audience, OidcIdentityInput Identity);
