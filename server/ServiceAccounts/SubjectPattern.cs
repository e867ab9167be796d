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
            steps = text.Length;
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

    /// <summary>
    /// Where <paramref name="part"/> first occurs. Without <c>?</c> by the library's linear search; with it, bit-parallel
    /// (Shift-And, Baeza-Yates and Gonnet 1992), which takes a fixed number of operations for each character.
    /// </summary>
    private static int Find(ReadOnlySpan<char> part, ReadOnlySpan<char> text, ref long steps)
    {
        if (!part.Contains('?'))
        {
            steps += text.Length;
            return text.IndexOf(part);
        }
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
