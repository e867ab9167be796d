using System.Text.RegularExpressions;

namespace OctoLogin.OpenApi;

/// <summary>A line for each operation from its method's name: <c>Create</c> of the tag <c>userroles</c> creates a user role.</summary>
public static partial class Summaries
{
    /// <summary>One of what each tag is about; a tag that is not here is named as it stands.</summary>
    private static readonly Dictionary<string, string> Nouns = new(StringComparer.Ordinal)
    {
        ["serviceaccounts"] = "OIDC identity of a service account",
        ["userroles"] = "user role",
        ["scopeduserroles"] = "scoped user role",
        ["projectgroups"] = "project group",
        ["deploymentprocesses"] = "deployment process",
        ["tagsets"] = "tag set",
        ["runbookruns"] = "runbook run",
        ["build-information"] = "build information",
    };

    public static string Of(string method, string tag)
    {
        var noun = Nouns.GetValueOrDefault(tag) ?? (tag.EndsWith('s') ? tag[..^1] : tag);
        return method switch
        {
            "List" => $"List {Plural(noun)}, a page at a time",
            "All" => $"List all {Plural(noun)}",
            "Get" => $"Get {WithArticle(noun)}",
            "Create" => $"Create {WithArticle(noun)}",
            "Update" => $"Change {WithArticle(noun)}",
            "Delete" => $"Delete {WithArticle(noun)}",
            _ => Sentence(method),
        };
    }

    private static string WithArticle(string noun) => $"{("aeiouAEIO".Contains(noun[0]) && !noun.StartsWith("user", StringComparison.Ordinal) ? "an" : "a")} {noun}";

    private static string Plural(string noun)
    {
        var (first, rest) = noun.IndexOf(" of ", StringComparison.Ordinal) is > 0 and var at ? (noun[..at], noun[at..]) : (noun, "");
        var plural = first.EndsWith("information", StringComparison.Ordinal) ? first
            : first.EndsWith("ty", StringComparison.Ordinal) ? first[..^1] + "ies"
            : first.EndsWith("ss", StringComparison.Ordinal) ? first + "es"
            : first + "s";
        return plural + rest;
    }

    private static string Sentence(string method)
    {
        var words = Word().Matches(method).Select(match => match.Value.ToLowerInvariant()).ToList();
        var text = string.Join(' ', words).Replace("api key", "API key", StringComparison.Ordinal);
        return char.ToUpperInvariant(text[0]) + text[1..];
    }

    [GeneratedRegex("[A-Z][a-z0-9]*|^[a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
