using System.Text.RegularExpressions;

namespace OctoLogin.OpenApi;

/// <summary>A line for each operation, from its method's name and its path: <c>Create</c> at <c>/api/userroles</c> creates a user role.</summary>
public static partial class Summaries
{
    /// <summary>One of what a path ends in; a word that is not here is named as it stands.</summary>
    private static readonly Dictionary<string, string> Nouns = new(StringComparer.Ordinal)
    {
        ["oidcidentities"] = "OIDC identity of a service account",
        ["userroles"] = "user role",
        ["scopeduserroles"] = "scoped user role",
        ["projectgroups"] = "project group",
        ["deploymentprocesses"] = "deployment process",
        ["variables"] = "variable set",
        ["tagsets"] = "tag set",
        ["machines"] = "deployment target",
        ["runbookprocesses"] = "runbook process",
        ["runbooksnapshots"] = "runbook snapshot",
        ["runbookruns"] = "runbook run",
        ["runbook-runs"] = "runbook run",
        ["build-information"] = "build information",
    };

    /// <summary>Ends of method names, and what they say of the thing.</summary>
    private static readonly Dictionary<string, string> Endings = new(StringComparer.Ordinal)
    {
        [""] = "",
        ["ById"] = "",
        ["OfProject"] = " of a project",
        ["InProject"] = " in a project",
        ["OfEnvironment"] = " of an environment",
        ["Version"] = " by its version",
    };

    public static string Of(string method, string path)
    {
        var noun = NounOf(path);
        var verb = Verb().Match(method).Value;
        return verb.Length > 0 && Endings.TryGetValue(method[verb.Length..], out var ending)
            ? verb switch
            {
                "List" => $"List {Plural(noun)}{ending}, a page at a time",
                "All" => $"List all {Plural(noun)}{ending}",
                "Get" => $"Get {WithArticle(noun)}{ending}",
                "Create" => $"Create {WithArticle(noun)}{ending}",
                "Delete" => $"Delete {WithArticle(noun)}{ending}",
                _ => $"Change {WithArticle(noun)}{ending}",
            }
            : Sentence(method, noun);
    }

    private static string NounOf(string path)
    {
        var word = path.Split('/', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(part => !part.StartsWith('{') && !NotAThing().IsMatch(part)) ?? "";
        return Nouns.GetValueOrDefault(word) ?? (word.EndsWith('s') ? word[..^1] : word);
    }

    private static string WithArticle(string noun) =>
        noun.EndsWith("information", StringComparison.Ordinal) ? noun
        : $"{("aeiouAEIO".Contains(noun[0]) && !noun.StartsWith("user", StringComparison.Ordinal) ? "an" : "a")} {noun}";

    private static string Plural(string noun)
    {
        var (first, rest) = noun.IndexOf(" of ", StringComparison.Ordinal) is > 0 and var at ? (noun[..at], noun[at..]) : (noun, "");
        var plural = first.EndsWith("information", StringComparison.Ordinal) ? first
            : first.EndsWith("ty", StringComparison.Ordinal) ? first[..^1] + "ies"
            : first.EndsWith("ss", StringComparison.Ordinal) ? first + "es"
            : first + "s";
        return plural + rest;
    }

    /// <summary>The words of the method's name; one that is a verb alone is said of the things of the path.</summary>
    private static string Sentence(string method, string noun)
    {
        var words = Word().Matches(method).Select(match => match.Value.ToLowerInvariant()).ToList();
        var text = words.Count == 1 ? $"{words[0]} {Plural(noun)}" : string.Join(' ', words);
        return char.ToUpperInvariant(text[0]) + text[1..];
    }

    [GeneratedRegex("^(List|All|Get|Create|Update|Delete)(?=[A-Z]|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Verb();

    [GeneratedRegex("^(api|v[0-9]+|all|create|sortorder|raw)$", RegexOptions.CultureInvariant)]
    private static partial Regex NotAThing();

    [GeneratedRegex("[A-Z][a-z0-9]*|^[a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
