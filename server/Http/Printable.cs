using System.Text;

namespace OctoLogin.Http;

/// <summary>Text from a stranger made fit for an error message or a log line: control characters escaped, length bounded.</summary>
public static class Printable
{
    public const int MostCharacters = 256;

    public static string Of(string? text, int most = MostCharacters)
    {
        if (text is null)
        {
            return "(none)";
        }
        var safe = text.Length <= most ? text : text[..most] + "…";
        // Nearly all there is, and told by a few instructions.
        return !safe.AsSpan().ContainsAnyExceptInRange(' ', '~') || safe.All(IsPlain) ? safe : Escape(safe);
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = IsPlain(c) ? escaped.Append(c) : escaped.Append($"\\u{(int)c:x4}");
        }
        return escaped.ToString();
    }

    // Format characters reorder or hide text in a terminal or a page (zero-width, bidirectional overrides).
    private static bool IsPlain(char c) =>
        !char.IsControl(c) && !char.IsSurrogate(c)
        && char.GetUnicodeCategory(c) is not (System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.LineSeparator
            or System.Globalization.UnicodeCategory.ParagraphSeparator);
}
