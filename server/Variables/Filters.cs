using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using OctoLogin.Http;

namespace OctoLogin.Variables;

/// <summary>What stands after <c>|</c> in a substitution, by Octostache's names. Null: unknown, or not with this value; then the text stays as it is written.</summary>
public static class Filters
{
    // In characters that take as long.
    private const int CostOfPattern = 2000;

    private static readonly Dictionary<string, Func<string, string[], string?>> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ToLower"] = (value, options) => options.Length == 0 ? value.ToLowerInvariant() : null,
        ["ToUpper"] = (value, options) => options.Length == 0 ? value.ToUpperInvariant() : null,
        ["ToBase64"] = (value, options) => EncodingOf(options) is { } encoding ? Convert.ToBase64String(encoding.GetBytes(value)) : null,
        ["FromBase64"] = (value, options) => EncodingOf(options) is { } encoding && FromBase64(value) is { } bytes ? encoding.GetString(bytes) : null,
        ["Trim"] = Trim,
        ["Truncate"] = (value, options) => Number(options, 0, 1) is { } most ? value.Length <= most ? value : value[..most] + "..." : null,
        ["Substring"] = Substring,
        ["StartsWith"] = (value, options) => options.Length == 1 ? Bool(value.StartsWith(options[0], StringComparison.Ordinal)) : null,
        ["EndsWith"] = (value, options) => options.Length == 1 ? Bool(value.EndsWith(options[0], StringComparison.Ordinal)) : null,
        ["Contains"] = (value, options) => options.Length == 1 ? Bool(value.Contains(options[0], StringComparison.Ordinal)) : null,
        ["Append"] = (value, options) => options.Length > 0 ? value + string.Concat(options) : null,
        ["Prepend"] = (value, options) => options.Length > 0 ? string.Concat(options) + value : null,
        ["Format"] = (value, options) => Formats.Apply(value, options),
        ["UriPart"] = UriPart,
        ["Md5"] = (value, options) => Hash(MD5.HashData, value, options),
        ["Sha1"] = (value, options) => Hash(SHA1.HashData, value, options),
        ["Sha256"] = (value, options) => Hash(SHA256.HashData, value, options),
        ["Sha384"] = (value, options) => Hash(SHA384.HashData, value, options),
        ["Sha512"] = (value, options) => Hash(SHA512.HashData, value, options),
    };

    /// <param name="now">Null: not known.</param>
    /// <param name="charge">Told, before it is made, how long a result gets that can be many times its value.</param>
    public static string? Apply(string name, string? value, string[] options, DateTimeOffset? now, Action<int> charge) => name.ToUpperInvariant() switch
    {
        "NOWDATE" => value is null && options.Length <= 1 && now is not null ? Formats.Date(now.Value.DateTime, options) : null,
        "NOWDATEUTC" => value is null && options.Length <= 1 && now is not null ? Formats.Date(now.Value.UtcDateTime, options) : null,
        _ when value is null => null,
        "MATCH" => options.Length == 1 && Pattern(options[0], charge) is { } pattern ? InTime(() => Bool(pattern.IsMatch(value))) : null,
        "REPLACE" => Replace(value, options, charge),
        "INDENT" => Indent(value, options, charge),
        _ => ByName.TryGetValue(name, out var filter) ? filter(value, options)
            : options.Length == 0 ? Escapes.Apply(name, value) : null,
    };

    private static string? Trim(string value, string[] options) => options switch
    {
        [] => value.Trim(),
        [var side] when side.Equals("start", StringComparison.OrdinalIgnoreCase) => value.TrimStart(),
        [var side] when side.Equals("end", StringComparison.OrdinalIgnoreCase) => value.TrimEnd(),
        _ => null,
    };

    /// <summary>The first so many, or so many from there.</summary>
    private static string? Substring(string value, string[] options) =>
        Number(options, 0, 1) is { } most ? most <= value.Length ? value[..most] : null
        : Number(options, 0, 2) is { } start && Number(options, 1, 2) is { } length && (long)start + length <= value.Length ? value.Substring(start, length)
        : null;

    private static string? Replace(string value, string[] options, Action<int> charge)
    {
        if (options.Length is not (1 or 2) || Pattern(options[0], charge) is not { } pattern)
        {
            return null;
        }
        var replacement = options.Length == 2 ? options[1] : "";
        return InTime(() => pattern.Replace(value, match =>
        {
            var text = match.Result(replacement);
            charge(1 + text.Length);
            return text;
        }));
    }

    private static string InTime(Func<string> match)
    {
        try
        {
            return match();
        }
        catch (RegexMatchTimeoutException slow)
        {
            throw new SubstitutionException($"The pattern '{Printable.Of(slow.Pattern)}' takes too long.");
        }
    }

    // The engine that takes time in proportion to the text whatever the pattern; it has no look-around and no back-references.
    private static Regex? Pattern(string pattern, Action<int> charge)
    {
        charge(CostOfPattern);
        try
        {
            return pattern.Length <= 500 ? new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) : null;
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>So many spaces, or a text, before each line; after <c>/</c> before each line but the first.</summary>
    private static string? Indent(string value, string[] options, Action<int> charge)
    {
        if (options.Length > 1)
        {
            return null;
        }
        var wanted = options.Length == 0 ? "4" : options[0];
        var slash = wanted.IndexOf('/');
        var first = Indentation(slash < 0 ? wanted : wanted[..slash]);
        var others = slash < 0 ? first : Indentation(wanted[(slash + 1)..]);
        charge((int)Math.Min(int.MaxValue / 2, (value.Count(c => c == '\n') + 1L) * Math.Max(first.Length, others.Length)));
        return first + value.Replace("\n", "\n" + others, StringComparison.Ordinal);
    }

    private static string Indentation(string wanted) =>
        byte.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var spaces) ? new string(' ', spaces) : wanted;

    private static string? UriPart(string value, string[] options)
    {
        if (options.Length != 1 || !Uri.TryCreate(value, UriKind.Absolute, out var uri))
        {
            return null;
        }
        return options[0].ToUpperInvariant() switch
        {
            "ABSOLUTEPATH" => uri.AbsolutePath,
            "ABSOLUTEURI" => uri.AbsoluteUri,
            "AUTHORITY" => uri.Authority,
            "DNSSAFEHOST" => uri.DnsSafeHost,
            "FRAGMENT" => uri.Fragment,
            "HOST" => uri.Host,
            "HOSTANDPORT" => uri.GetComponents(UriComponents.HostAndPort, UriFormat.Unescaped),
            "PATHANDQUERY" => uri.PathAndQuery,
            "PORT" => uri.Port.ToString(CultureInfo.InvariantCulture),
            "QUERY" => uri.Query,
            "SCHEME" => uri.Scheme,
            "USERINFO" => uri.UserInfo,
            _ => null,
        };
    }

    private static string? Hash(Func<byte[], byte[]> hash, string value, string[] options) =>
        options.Length == 0 ? Convert.ToHexStringLower(hash(Encoding.UTF8.GetBytes(value))) : null;

    private static Encoding? EncodingOf(string[] options) => options switch
    {
        [] => Encoding.UTF8,
        [var name] => name.ToUpperInvariant() switch { "UTF8" or "UTF-8" => Encoding.UTF8, "UNICODE" => Encoding.Unicode, _ => null },
        _ => null,
    };

    private static byte[]? FromBase64(string value)
    {
        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value, bytes, out var length) ? bytes[..length] : null;
    }

    private static int? Number(string[] options, int index, int count) =>
        options.Length == count && int.TryParse(options[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Bool(bool value) => value ? "true" : "false";
}
