using System.Text;

namespace OctoLogin.ServerTasks;

/// <summary>Whether a file holds a secret as it is or in one of the forms that a log is masked for; inside an archive it is not seen.</summary>
public static class SecretSearch
{
    /// <summary>Shorter ones are found in any large file by chance.</summary>
    private const int Shortest = 8;

    /// <param name="content">Read from its beginning to its end, and left open.</param>
    public static async Task<bool> IsInAsync(this SecretMask mask, Stream content, CancellationToken cancel)
    {
        content.Position = 0;
        using var text = new StreamReader(content, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 64 * 1024, leaveOpen: true);
        var (automaton, buffer) = (mask.Automaton, new char[64 * 1024]);
        var (node, steps) = (MaskAutomaton.Start, 0L);
        while (await text.ReadAsync(buffer, cancel) is var read and > 0)
        {
            foreach (var character in buffer.AsSpan(0, read))
            {
                if (character is '\r' or '\n')
                {
                    continue;
                }
                node = automaton.Next(node, character, ref steps);
                if (automaton.LongestFound(node, long.MaxValue) >= Shortest)
                {
                    return true;
                }
            }
        }
        return false;
    }
}
