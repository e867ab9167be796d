using System.Text;

namespace OctoLogin.ServerTasks;

/// <summary>
/// Masks text that comes in any pieces and hands out whole lines (ended by CR, LF or both). A line waits only while its end may be the beginning of a secret.
/// For one writer at a time.
/// </summary>
public sealed class MaskedLines
{
    /// <summary>A longer line goes out in parts.</summary>
    public const int LongestLine = 16 * 1024;

    private readonly MaskScan scan;
    private readonly Action<string> line;
    private readonly StringBuilder masked = new();
    private readonly StringBuilder current = new();
    private bool afterReturn;
    private bool isContinued;

    internal MaskedLines(SecretMask mask, Action<string> line) => (scan, this.line) = (new MaskScan(mask), line);

    /// <summary>Whether something waits for more text, or for <see cref="Flush"/>.</summary>
    public bool HoldsText => scan.HoldsText || current.Length > 0;

    internal long Steps => scan.Steps;

    public void Write(ReadOnlySpan<char> text)
    {
        scan.Write(text, masked);
        Split();
    }

    /// <summary>
    /// Hands out what waits, also half a line: nothing came for a while (a prompt), or what follows is of another kind. The end of what waits is masked when it is
    /// eight characters or half of a secret; a secret that goes on afterwards is still masked from there.
    /// </summary>
    public void Flush()
    {
        scan.End(masked, isCut: true);
        Split();
        HandOut(isPart: true);
    }

    private void Split()
    {
        foreach (var chunk in masked.GetChunks())
        {
            foreach (var character in chunk.Span)
            {
                Take(character);
            }
        }
        masked.Clear();
    }

    private void Take(char character)
    {
        var isSecondOfPair = afterReturn && character == '\n';
        afterReturn = character == '\r';
        if (isSecondOfPair)
        {
            return;
        }
        if (character is '\r' or '\n')
        {
            HandOut(isPart: false);
            return;
        }
        // Half a surrogate pair is no text.
        if (current.Length >= LongestLine && !char.IsLowSurrogate(character))
        {
            HandOut(isPart: true);
        }
        current.Append(character);
    }

    // The line break after a part that was handed out already is not one more line.
    private void HandOut(bool isPart)
    {
        if (current.Length > 0 || (!isPart && !isContinued))
        {
            line(current.ToString());
        }
        isContinued = isPart && (current.Length > 0 || isContinued);
        current.Clear();
    }
}
