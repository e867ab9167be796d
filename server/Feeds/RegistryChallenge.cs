using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace OctoLogin.Feeds;

/// <summary>How a registry that answers 401 wants to be told who asks (RFC 9110 section 11.6.1): by a token from its realm, or by the password. Pure.</summary>
/// <param name="Realm">Null: by the password.</param>
/// <param name="Scope">What the token must be for; null: it does not say.</param>
public sealed partial record RegistryChallenge(string? Realm, string? Service, string? Scope)
{
    /// <summary>A token before the password, if both are offered. Null: it offers neither.</summary>
    public static RegistryChallenge? Of(IEnumerable<AuthenticationHeaderValue> offered)
    {
        var all = offered.ToList();
        if (all.Find(one => one.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) is { Parameter: { } parameter })
        {
            var parts = Part().Matches(parameter).GroupBy(part => part.Groups["name"].Value, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(part => part.Key, part => Text(part.First()), StringComparer.OrdinalIgnoreCase);
            return parts.GetValueOrDefault("realm") is { Length: > 0 } realm
                ? new(realm, parts.GetValueOrDefault("service"), parts.GetValueOrDefault("scope"))
                : null;
        }
        return all.Exists(one => one.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) ? new(null, null, null) : null;
    }

    private static string Text(Match part) => part.Groups["quoted"].Success ? Escape().Replace(part.Groups["quoted"].Value, "$1") : part.Groups["plain"].Value;

    [GeneratedRegex("""(?<name>[A-Za-z]+)\s*=\s*("(?<quoted>([^"\\]|\\.)*)"|(?<plain>[^",\s]+))""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Part();

    [GeneratedRegex(@"\\(.)", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
