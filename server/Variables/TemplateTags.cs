namespace OctoLogin.Variables;

/// <summary>
/// Reads one <c>#{…}</c> at a time. Every character that is looked at is counted: what begins many tags and ends none would else
/// be read again from each of them.
/// </summary>
public sealed class TemplateTags(string text, Action<int> work)
{
    private const int MostNesting = 10;
    private const int MostIndex = 1000;
    private const int MostQuoted = 10_000;
    private int at;
    private int nesting;

    /// <summary>The tag that begins at <paramref name="start"/> and where it ends; null: none does.</summary>
    public (TemplateTag Tag, int End)? Read(int start)
    {
        at = start;
        nesting = 0;
        var tag = End("#{else}") ?? End("#{/if}") ?? End("#{/unless}") ?? End("#{/each}")
            ?? From(start, ReadCondition) ?? From(start, ReadEach) ?? From(start, ReadValue);
        work(at - start + 2);
        return tag is null ? null : (tag, at);
    }

    private TemplateTag? End(string written)
    {
        if (string.CompareOrdinal(text, at, written, 0, written.Length) != 0)
        {
            return null;
        }
        at += written.Length;
        return new EndTag(written);
    }

    private TemplateTag? From(int start, Func<TemplateTag?> read)
    {
        work(Math.Max(0, at - start));
        at = start;
        return read();
    }

    private ValueTag? ReadValue() => ReadSubstitution() is { } expression ? new(expression) : null;

    private IfTag? ReadCondition()
    {
        at += 2;
        SkipSpace();
        var unless = Keyword("unless");
        if ((!unless && !Keyword("if")) || !SkipSpace() || ReadExpression() is not { } value)
        {
            return null;
        }
        SkipSpace();
        var differs = text.AsSpan(at).StartsWith("!=");
        TemplateExpression? compared = null;
        if (differs || text.AsSpan(at).StartsWith("=="))
        {
            at += 2;
            SkipSpace();
            compared = ReadQuoted() ?? ReadExpression();
            if (compared is null)
            {
                return null;
            }
            SkipSpace();
        }
        return Take('}') ? new(value, compared, differs, unless) : null;
    }

    private EachTag? ReadEach()
    {
        at += 2;
        SkipSpace();
        if (!Keyword("each") || !SkipSpace() || ReadName(spaces: true, untilIn: true) is not { } name || !SkipSpace() || !Keyword("in") || !SkipSpace()
            || ReadSymbol() is not { } items)
        {
            return null;
        }
        SkipSpace();
        return Take('}') ? new(name, items) : null;
    }

    private TemplateExpression? ReadSubstitution()
    {
        if (nesting == MostNesting || !text.AsSpan(at).StartsWith("#{"))
        {
            return null;
        }
        nesting++;
        at += 2;
        SkipSpace();
        var expression = ReadExpression();
        SkipSpace();
        nesting--;
        return expression is not null && Take('}') ? expression : null;
    }

    private TemplateExpression? ReadExpression()
    {
        TemplateExpression? expression = ReadSymbol();
        SkipSpace();
        if (expression is null && !IsAt('|'))
        {
            return null;
        }
        expression ??= new SymbolExpression([]);
        while (Take('|'))
        {
            SkipSpace();
            if (ReadName(spaces: false) is not { } filter)
            {
                return null;
            }
            var options = new List<TemplateExpression>();
            SkipSpace();
            while (ReadOption() is { } option)
            {
                options.Add(option);
                SkipSpace();
            }
            expression = new FilterExpression(expression, filter, options);
        }
        return expression;
    }

    private TemplateExpression? ReadOption()
    {
        if (ReadQuoted() is { } quoted)
        {
            return quoted;
        }
        if (ReadName(spaces: false) is { } word)
        {
            return new LiteralExpression(word);
        }
        var start = at;
        var inner = IsAt('#') ? ReadSubstitution() : null;
        if (inner is null)
        {
            work(at - start);
            at = start;
        }
        return inner;
    }

    private SymbolExpression? ReadSymbol()
    {
        if (ReadName(spaces: true) is not { } first)
        {
            return null;
        }
        var steps = new List<SymbolStep> { new(first, IsIndex: false) };
        while (true)
        {
            var before = at;
            if (Take('.') && ReadName(spaces: true) is { } name)
            {
                steps.Add(new(name, IsIndex: false));
            }
            else if ((at = before) < text.Length && Take('['))
            {
                if (ReadIndex() is not { } index)
                {
                    return null;
                }
                steps.Add(index);
            }
            else
            {
                return at == before && !IsAt('.') ? new(steps) : null;
            }
        }
    }

    private SymbolStep? ReadIndex()
    {
        var start = at;
        SkipSpace();
        if (IsAt('#') && ReadSubstitution() is SymbolExpression { Steps.Count: > 0 } symbol && SkipSpaceTo(']'))
        {
            return new("", IsIndex: true, symbol);
        }
        work(at - start);
        at = start;
        var close = SubstitutionSource.ClosingBracket(text, start - 1, MostIndex);
        work(close < 0 ? MostIndex : close - start);
        if (close < 0)
        {
            return null;
        }
        at = close + 1;
        return new(text[start..close].Trim(), IsIndex: true);
    }

    private LiteralExpression? ReadQuoted()
    {
        var quote = IsAt('"') ? "\"" : text.AsSpan(at).StartsWith("\\\"") ? "\\\"" : null;
        if (quote is null)
        {
            return null;
        }
        var start = at + quote.Length;
        var end = text.IndexOf(quote, start, Math.Min(MostQuoted, text.Length - start), StringComparison.Ordinal);
        work(end < 0 ? MostQuoted : end - start);
        if (end < 0 || (quote.Length == 1 && text.AsSpan(start, end - start).Contains("#{", StringComparison.Ordinal)))
        {
            return null;
        }
        at = end + quote.Length;
        return new(text[start..end]);
    }

    /// <param name="untilIn">Stops before the word <c>in</c>.</param>
    private string? ReadName(bool spaces, bool untilIn = false)
    {
        var start = at;
        while (at < text.Length && (IsNameCharacter(text[at]) || (spaces && char.IsWhiteSpace(text[at]) && !(untilIn && IsInAhead()))))
        {
            at++;
        }
        return text.AsSpan(start, at - start).Trim() is { Length: > 0 } name ? name.ToString() : null;
    }

    private bool IsInAhead() =>
        at + 3 < text.Length && text.AsSpan(at + 1, 2).Equals("in", StringComparison.OrdinalIgnoreCase) && char.IsWhiteSpace(text[at + 3]);

    private static bool IsNameCharacter(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or ':' or '/' or '~' or '(' or ')';

    private bool Keyword(string word)
    {
        var found = text.AsSpan(at).StartsWith(word, StringComparison.OrdinalIgnoreCase);
        at += found ? word.Length : 0;
        return found;
    }

    private bool SkipSpace()
    {
        var start = at;
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
        return at > start;
    }

    private bool SkipSpaceTo(char c)
    {
        SkipSpace();
        return Take(c);
    }

    private bool IsAt(char c) => at < text.Length && text[at] == c;

    private bool Take(char c)
    {
        var taken = IsAt(c);
        at += taken ? 1 : 0;
        return taken;
    }
}

public abstract record TemplateTag;

public sealed record ValueTag(TemplateExpression Expression) : TemplateTag;

public sealed record IfTag(TemplateExpression Value, TemplateExpression? Compared, bool Differs, bool IsUnless) : TemplateTag;

public sealed record EachTag(string Name, SymbolExpression Items) : TemplateTag;

/// <summary>As it is written: <c>#{else}</c>, <c>#{/if}</c>, <c>#{/unless}</c>, <c>#{/each}</c>.</summary>
public sealed record EndTag(string Written) : TemplateTag;
