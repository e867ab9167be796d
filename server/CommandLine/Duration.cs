using System.Globalization;

namespace OctoLogin.CommandLine;

/// <summary>A length of time as people write it: <c>90s</c>, <c>15m</c>, <c>1h</c>, <c>30d</c>; a bare number is seconds.</summary>
internal static class Duration
{
    public static TimeSpan Parse(string option, string text)
    {
        var unit = text.Length > 0 && char.IsAsciiLetter(text[^1]) ? text[^1] : 's';
        var seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        // Ten years, far below where dates end.
        return int.TryParse(text.TrimEnd(unit), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && seconds > 0 && count > 0 && (long)count * seconds <= 10L * 366 * 86_400
            ? TimeSpan.FromSeconds((long)count * seconds)
            : throw new UsageException($"{option} is '{text}'; write a whole number with s, m, h or d, as in {option} 1h");
    }
}
