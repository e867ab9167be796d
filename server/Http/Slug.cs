using System.Text;
using System.Text.RegularExpressions;

namespace OctoLogin.Http;

/// <summary>A name's form in paths: lower-case words joined by <c>-</c>, <c>[a-z0-9-]</c> only.</summary>
public static partial class Slug
{
    public const int MostCharacters = 100;

    public static string From(string name)
    {
        var slug = new StringBuilder(name.Length);
        foreach (var c in name.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(c);
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }
        var text = slug.ToString(0, Math.Min(slug.Length, MostCharacters)).Trim('-');
        return text.Length == 0 ? "item" : text;
    }

    /// <summary>The slug itself, or the first of <c>slug-2</c>, <c>slug-3</c>, … that is not taken.</summary>
    public static string FirstFree(string slug, IReadOnlySet<string> taken)
    {
        if (!taken.Contains(slug))
        {
            return slug;
        }
        for (var n = 2; ; n++)
        {
            var candidate = $"{slug}-{n}";
            if (!taken.Contains(candidate))
            {
                return candidate;
            }
        }
    }

    /// <summary>The fault of a slug that somebody typed, or null.</summary>
    public static string? Fault(string slug) =>
        slug.Length <= MostCharacters && Form().IsMatch(slug)
            ? null
            : $"Slug '{Printable.Of(slug)}' may hold only a-z, 0-9 and single '-' between them, at most {MostCharacters} characters.";

    [GeneratedRegex(@"\A[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
