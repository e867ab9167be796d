namespace OctoLogin.Tests.Support;

/// <summary>The file commands' format as GitHub's runner reads it on Linux: NAME=value, or NAME&lt;&lt;DELIMITER, lines, DELIMITER.</summary>
public static class RunnerFiles
{
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var values = new Dictionary<string, string>();
        var index = 0;
        while (ReadLine(text, ref index) is { } line)
        {
            if (line.Length == 0)
            {
                continue;
            }
            var equals = line.IndexOf('=');
            var heredoc = line.IndexOf("<<", StringComparison.Ordinal);
            if (equals >= 0 && (heredoc < 0 || equals < heredoc))
            {
                values[line[..equals]] = line[(equals + 1)..];
            }
            else if (heredoc > 0 && heredoc + 2 < line.Length)
            {
                values[line[..heredoc]] = ReadValue(text, line[(heredoc + 2)..], ref index);
            }
            else
            {
                throw new FormatException($"The runner would fail the step: invalid line '{line}'.");
            }
        }
        return values;
    }

    private static string ReadValue(string text, string delimiter, ref int index)
    {
        List<string> lines = [];
        while (ReadLine(text, ref index) is { } line)
        {
            if (line == delimiter)
            {
                return string.Join('\n', lines);
            }
            lines.Add(line);
        }
        throw new FormatException($"The runner would fail the step: delimiter '{delimiter}' not found.");
    }

    private static string? ReadLine(string text, ref int index)
    {
        if (index >= text.Length)
        {
            return null;
        }
        var start = index;
        var end = text.IndexOf('\n', start);
        index = end < 0 ? text.Length : end + 1;
        return end < 0 ? text[start..] : text[start..end];
    }
}
