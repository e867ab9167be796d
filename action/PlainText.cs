using System.Text;

namespace OctoLogin.Action;

/// <summary>Text that others wrote (a server, a proxy, a token's claims), made safe to print and short enough to read.</summary>
internal static class PlainText
{
    private const int LongestWord = 40;

    /// <summary>One line: whatever could end a line, move the cursor or reorder the text becomes a space.</summary>
    public static string OneLine(string text, int maximumLength)
    {
        var line = new StringBuilder(Math.Min(text.Length, maximumLength));
        foreach (var c in text)
        {
            if (line.Length >= maximumLength)
            {
                return line.Append('…').ToString();
            }
            var shown = IsInvisible(c) ? ' ' : c;
            if (shown != ' ' || line is not [.., ' '])
            {
                line.Append(shown);
            }
        }
        return line.ToString().Trim();
    }

    /// <summary>
    /// The beginning of an answer that was not what we asked for. It might hold a token in a shape we did not expect,
    /// so a long word without punctuation of prose or markup is not shown.
    /// </summary>
    public static string Excerpt(string body)
    {
        var line = OneLine(body, 1000);
        var shown = new StringBuilder();
        for (var i = 0; i < line.Length && shown.Length < 160;)
        {
            var end = i;
            while (end < line.Length && IsTokenCharacter(line[end]))
            {
                end++;
            }
            shown.Append(end - i > LongestWord ? "***" : line[i..end]);
            if (end < line.Length)
            {
                shown.Append(line[end++]);
            }
            i = end;
        }
        return shown.ToString();
    }

    private static bool IsInvisible(char c) =>
        char.IsControl(c) || char.IsWhiteSpace(c)
        || c is (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u206f') or '\ufeff';

    // base64, base64url and the dots of a JWT
    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+' or '/' or '=';
}
