namespace OctoLogin.Variables;

/// <summary>A place in a text that moves on over what is there.</summary>
/// <param name="work">Told how many characters were looked at without moving.</param>
public abstract class TextCursor(string text, Action<int> work)
{
    private const int MostQuoted = 10_000;

    protected string Text => text;
    protected Action<int> Work => work;
    protected int At { get; set; }

    protected LiteralExpression? ReadQuoted()
    {
        var quote = IsAt('"') ? "\"" : text.AsSpan(At).StartsWith("\\\"") ? "\\\"" : null;
        if (quote is null)
        {
            return null;
        }
        var start = At + quote.Length;
        var end = text.IndexOf(quote, start, Math.Min(MostQuoted, text.Length - start), StringComparison.Ordinal);
        work(end < 0 ? MostQuoted : end - start);
        if (end < 0 || (quote.Length == 1 && text.AsSpan(start, end - start).Contains("#{", StringComparison.Ordinal)))
        {
            return null;
        }
        At = end + quote.Length;
        return new(text[start..end]);
    }

    /// <param name="untilIn">Stops before the word <c>in</c>.</param>
    protected string? ReadName(bool spaces, bool untilIn = false)
    {
        var start = At;
        while (At < text.Length && (IsNameCharacter(text[At]) || (spaces && char.IsWhiteSpace(text[At]) && !(untilIn && IsInAhead()))))
        {
            At++;
        }
        return text.AsSpan(start, At - start).Trim() is { Length: > 0 } name ? name.ToString() : null;
    }

    private bool IsInAhead() =>
        At + 3 < text.Length && text.AsSpan(At + 1, 2).Equals("in", StringComparison.OrdinalIgnoreCase) && char.IsWhiteSpace(text[At + 3]);

    private static bool IsNameCharacter(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or ':' or '/' or '~' or '(' or ')';

    protected bool Keyword(string word)
    {
        var found = text.AsSpan(At).StartsWith(word, StringComparison.OrdinalIgnoreCase);
        At += found ? word.Length : 0;
        return found;
    }

    protected bool SkipSpace()
    {
        var start = At;
        while (At < text.Length && char.IsWhiteSpace(text[At]))
        {
            At++;
        }
        return At > start;
    }

    protected bool SkipSpaceTo(char c)
    {
        SkipSpace();
        return Take(c);
    }

    protected bool IsAt(char c) => At < text.Length && text[At] == c;

    protected bool Take(char c)
    {
        var taken = IsAt(c);
        At += taken ? 1 : 0;
        return taken;
    }
}
