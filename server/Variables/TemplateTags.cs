namespace OctoLogin.Variables;

/// <summary>
/// Reads one <c>#{…}</c> at a time. Every character that is looked at is counted: what begins many tags and ends none would else
/// be read again from each of them.
/// </summary>
public sealed class TemplateTags(string text, Action<int> work) : TextCursor(text, work)
{
    private const int MostNesting = 10;
    private const int MostIndex = 1000;
    private int nesting;

    /// <summary>The tag that begins at <paramref name="start"/> and where it ends; null: none does.</summary>
    public (TemplateTag Tag, int End)? Read(int start)
    {
        At = start;
        nesting = 0;
        var tag = End("#{else}") ?? End("#{/if}") ?? End("#{/unless}") ?? End("#{/each}")
            ?? From(start, ReadCondition) ?? From(start, ReadEach) ?? From(start, ReadValue);
        Work(At - start + 2);
        return tag is null ? null : (tag, At);
    }

    private TemplateTag? End(string written)
    {
        if (string.CompareOrdinal(Text, At, written, 0, written.Length) != 0)
        {
            return null;
        }
        At += written.Length;
        return new EndTag(written);
    }

    private TemplateTag? From(int start, Func<TemplateTag?> read)
    {
        Work(Math.Max(0, At - start));
        At = start;
        return read();
    }

    private ValueTag? ReadValue() => ReadSubstitution() is { } expression ? new(expression) : null;

    private IfTag? ReadCondition()
    {
        At += 2;
        SkipSpace();
        var unless = Keyword("unless");
        if ((!unless && !Keyword("if")) || !SkipSpace() || ReadExpression() is not { } value)
        {
            return null;
        }
        SkipSpace();
        var differs = Text.AsSpan(At).StartsWith("!=");
        TemplateExpression? compared = null;
        if (differs || Text.AsSpan(At).StartsWith("=="))
        {
            At += 2;
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
        At += 2;
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
        if (nesting == MostNesting || !Text.AsSpan(At).StartsWith("#{"))
        {
            return null;
        }
        nesting++;
        At += 2;
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
        var start = At;
        var inner = IsAt('#') ? ReadSubstitution() : null;
        if (inner is null)
        {
            Work(At - start);
            At = start;
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
            var before = At;
            if (Take('.') && ReadName(spaces: true) is { } name)
            {
                steps.Add(new(name, IsIndex: false));
            }
            else if ((At = before) < Text.Length && Take('['))
            {
                if (ReadIndex() is not { } index)
                {
                    return null;
                }
                steps.Add(index);
            }
            else
            {
                return At == before && !IsAt('.') ? new(steps) : null;
            }
        }
    }

    private SymbolStep? ReadIndex()
    {
        var start = At;
        SkipSpace();
        if (IsAt('#') && ReadSubstitution() is SymbolExpression { Steps.Count: > 0 } symbol && SkipSpaceTo(']'))
        {
            return new("", IsIndex: true, symbol);
        }
        Work(At - start);
        At = start;
        var close = SubstitutionSource.ClosingBracket(Text, start - 1, MostIndex);
        Work(close < 0 ? MostIndex : close - start);
        if (close < 0)
        {
            return null;
        }
        At = close + 1;
        return new(Text[start..close].Trim(), IsIndex: true);
    }
}
