namespace OctoLogin.ServiceAccounts;

/// <summary>
/// A pattern over a whole string: <c>*</c> any run of characters, also none, <c>?</c> exactly one; nothing else is special.
/// Ordinal and case-sensitive. Not a regular expression: those match half strings, newlines and, with the right input, for hours.
/// </summary>
public static class SubjectPattern
{
    public static bool Matches(string pattern, string text) => Matches(pattern, text, out _);

    /// <param name="steps">Comparisons made, so that a test can show how the time grows.</param>
    public static bool Matches(string pattern, string text, out long steps)
    {
        steps = 0;
        if (!pattern.Contains('*'))
        {
            return pattern.Length == text.Length && Fits(pattern, text, ref steps);
        }
        var parts = pattern.Split('*');
        var (first, last) = (parts[0], parts[^1]);
        if (text.Length < first.Length + last.Length
            || !Fits(first, text.AsSpan(0, first.Length), ref steps)
            || !Fits(last, text.AsSpan(text.Length - last.Length), ref steps))
        {
            return false;
        }
        // Between the fixed ends each part is taken where it first occurs; taking it later could only leave less room.
        var rest = text.AsSpan(first.Length, text.Length - first.Length - last.Length);
        foreach (var part in parts.AsSpan(1, parts.Length - 2))
        {
            var at = Find(part, rest, ref steps);
            if (at < 0)
            {
                return false;
            }
            rest = rest[(at + part.Length)..];
        }
        return true;
    }

    public static bool HasWildcard(string pattern) => pattern.AsSpan().ContainsAny('*', '?');

    private static bool Fits(ReadOnlySpan<char> part, ReadOnlySpan<char> text, ref long steps)
    {
        for (var i = 0; i < part.Length; i++)
        {
            steps++;
            if (part[i] != '?' && part[i] != text[i])
            {
                return false;
            }
        }
        return true;
    }

    private static int Find(ReadOnlySpan<char> part, ReadOnlySpan<char> text, ref long steps) =>
        part.Contains('?') ? FindWild(part, text, ref steps) : FindExact(part, text, ref steps);

    /// <summary>
    /// Where a part without <c>?</c> first occurs (Knuth, Morris and Pratt 1977): no character of the text is looked at from the
    /// beginning of the part again, as the library's search does, whose time a text of nearly right beginnings multiplies.
    /// </summary>
    private static int FindExact(ReadOnlySpan<char> part, ReadOnlySpan<char> text, ref long steps)
    {
        if (part.Length == 0)
        {
            return 0;
        }
        var borders = Borders(part, ref steps);
        var fitting = 0;
        for (var i = 0; i < text.Length; i++)
        {
            fitting = Extend(part, borders, fitting, text[i], ref steps);
            if (fitting == part.Length)
            {
                return i + 1 - part.Length;
            }
        }
        return -1;
    }

    /// <summary>For each beginning of the part the length of the longest shorter beginning that it ends with.</summary>
    private static int[] Borders(ReadOnlySpan<char> part, ref long steps)
    {
        var borders = new int[part.Length];
        for (var i = 1; i < part.Length; i++)
        {
            borders[i] = Extend(part, borders, borders[i - 1], part[i], ref steps);
        }
        return borders;
    }

    /// <summary>How much of the part fits up to the next character, given how much fitted before it.</summary>
    private static int Extend(ReadOnlySpan<char> part, int[] borders, int fitting, char next, ref long steps)
    {
        steps++;
        while (fitting > 0 && part[fitting] != next)
        {
            steps++;
            fitting = borders[fitting - 1];
        }
        return part[fitting] == next ? fitting + 1 : fitting;
    }

    /// <summary>
    /// Where a part with <c>?</c> first occurs: bit-parallel (Shift-And, Baeza-Yates and Gonnet 1992), which takes a fixed number of
    /// operations for each character.
    /// </summary>
    private static int FindWild(ReadOnlySpan<char> part, ReadOnlySpan<char> text, ref long steps)
    {
        var words = (part.Length + 63) / 64;
        var masks = Masks(part, words, out var wild);
        var state = new ulong[words];
        for (var i = 0; i < text.Length; i++)
        {
            var mask = masks.GetValueOrDefault(text[i], wild);
            var carry = 1UL;
            for (var w = 0; w < words; w++)
            {
                steps++;
                var next = state[w] >> 63;
                state[w] = ((state[w] << 1) | carry) & mask[w];
                carry = next;
            }
            if ((state[(part.Length - 1) / 64] & (1UL << ((part.Length - 1) % 64))) != 0)
            {
                return i + 1 - part.Length;
            }
        }
        return -1;
    }

    private static Dictionary<char, ulong[]> Masks(ReadOnlySpan<char> part, int words, out ulong[] wild)
    {
        wild = new ulong[words];
        var masks = new Dictionary<char, ulong[]>();
        foreach (var c in part)
        {
            if (c != '?')
            {
                masks.TryAdd(c, new ulong[words]);
            }
        }
        for (var i = 0; i < part.Length; i++)
        {
            var bit = 1UL << (i % 64);
            if (part[i] == '?')
            {
                wild[i / 64] |= bit;
                foreach (var mask in masks.Values)
                {
                    mask[i / 64] |= bit;
                }
            }
            else
            {
                masks[part[i]][i / 64] |= bit;
            }
        }
        return masks;
    }
}
