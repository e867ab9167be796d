using System.Globalization;
using OctoLogin.Executions;
using OctoLogin.Http;

namespace OctoLogin.Portal;

/// <summary>What a person fills in to deploy a release or to run a runbook.</summary>
public sealed record ExecutionForm
{
    /// <summary>By Id, as the tenants and the actions that are left out.</summary>
    public string[] EnvironmentNames { get; set; } = [];
    public string[] Tenants { get; set; } = [];
    public string[] SkipStepNames { get; set; } = [];

    /// <summary>As a browser's field for a date and a time sends it, in UTC; empty: at once.</summary>
    public string? RunAt { get; set; }
    public string? Comments { get; set; }
    public bool ForcePackageDownload { get; set; }
    public List<PromptAnswer> Variables { get; set; } = [];

    /// <summary>The command, which names the project and what is run of it already, with what was filled in.</summary>
    /// <param name="prompts">Those that the form showed.</param>
    public T Fill<T>(T command, IReadOnlyList<Prompt> prompts) where T : ExecutionCommand => (T)(command with
    {
        EnvironmentNames = EnvironmentNames,
        Tenants = Tenants,
        SkipStepNames = SkipStepNames,
        RunAt = ReadTime(),
        Comments = Comments,
        ForcePackageDownload = ForcePackageDownload,
        Variables = Given(prompts),
    });

    // What was left as it stood is not given: it may not be asked for in the environment that was chosen.
    private Dictionary<string, string?> Given(IReadOnlyList<Prompt> prompts) => Variables.Where(answer => answer.Name.Length > 0
        && (answer.Value ?? "") != (prompts.FirstOrDefault(prompt => prompt.Name.Equals(answer.Name, StringComparison.OrdinalIgnoreCase))?.Default ?? ""))
        .DistinctBy(answer => answer.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(answer => answer.Name, answer => answer.Value);

    private DateTimeOffset? ReadTime()
    {
        if (string.IsNullOrWhiteSpace(RunAt))
        {
            return null;
        }
        return DateTimeOffset.TryParse(RunAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
            : throw ApiException.BadRequest($"RunAt is '{Printable.Of(RunAt, 60)}', which is not a date and a time such as 2026-11-28T08:30.");
    }
}

public sealed record PromptAnswer
{
    public string Name { get; set; } = "";
    public string? Value { get; set; }
}

/// <summary>A variable that is asked for.</summary>
/// <param name="Default">What the field has at first; empty also for what is sensitive, or not for the caller to see.</param>
public sealed record Prompt(string Name, string Label, string? Description, bool IsRequired, bool IsSensitive, string Default);

/// <summary>What a page has that starts something (<c>_ExecutionForm</c>).</summary>
public interface IExecuting
{
    ExecutionForm Input { get; }
    ExecutionChoice Choice { get; }
    string Button { get; }
    string BackUrl { get; }
}
