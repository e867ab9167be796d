using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace OctoLogin.Variables;

/// <summary>The filters that make a value fit for a place in another language. Pure.</summary>
public static partial class Escapes
{
    private static readonly Dictionary<char, string> Xml = new() { ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&apos;" };
    private static readonly Dictionary<char, string> Html = new(Xml) { ['/'] = "&#x2F;" };

    public static string? Apply(string name, string value) => name.ToUpperInvariant() switch
    {
        "HTMLESCAPE" => Map(value, c => Html.GetValueOrDefault(c)),
        "XMLESCAPE" => Map(value, c => Xml.GetValueOrDefault(c)),
        "JSONESCAPE" => Map(value, Json),
        "URIESCAPE" => Uris(value),
        "URIDATAESCAPE" => Uri.EscapeDataString(value),
        "YAMLSINGLEQUOTEESCAPE" => Breaks().Replace(value.Replace("'", "''", StringComparison.Ordinal), "$1$0"),
        "YAMLDOUBLEQUOTEESCAPE" => Map(value, c => c is '"' or '\\' ? "\\" + c : NotAscii(c)),
        "PROPERTIESKEYESCAPE" => Map(value, c => c is ' ' or ':' or '=' or '\\' ? "\\" + c : Properties(c)),
        "PROPERTIESVALUEESCAPE" => PropertiesValue(value),
        _ => null,
    };

    private static string Map(string value, Func<char, string?> escape)
    {
        var text = new StringBuilder(value.Length);
        foreach (var c in value)
        {
            _ = escape(c) is { } escaped ? text.Append(escaped) : text.Append(c);
        }
        return text.ToString();
    }

    private static string? Json(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\r' => "\\r",
        '\n' => "\\n",
        '\t' => "\\t",
        < ' ' => Hex(c),
        _ => null,
    };

    private static string? NotAscii(char c) => c switch { '\r' => "\\r", '\n' => "\\n", '\t' => "\\t", < ' ' or > '~' => Hex(c), _ => null };

    // Property files are Latin-1.
    private static string? Properties(char c) => c switch { '\r' => "\\r", '\n' => "\\n", '\t' => "\\t", < ' ' or > 'ÿ' => Hex(c), _ => null };

    private static string PropertiesValue(string value)
    {
        var rest = value.TrimStart(' ');
        return (rest.Length < value.Length ? "\\" : "") + value[..^rest.Length] + Map(rest, c => c == '\\' ? "\\\\" : Properties(c));
    }

    /// <summary>What has a meaning in an address stays; of all else what may not stand in one is escaped.</summary>
    private static string Uris(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            var plain = rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || "-_.!~*'();/?:@&=+$,#[]".Contains((char)rune.Value, StringComparison.Ordinal));
            text.Append(plain ? rune.ToString() : Uri.EscapeDataString(rune.ToString()));
        }
        return text.ToString();
    }

    private static string Hex(char c) => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture);

    // A break within single quotes is written as one more.
    [GeneratedRegex(@"(\r?\n)(?:\r?\n)*", RegexOptions.CultureInvariant)]
    private static partial Regex Breaks();
}
