using System.Text;
using OctoLogin.ServerTasks;

namespace OctoLogin.Scripts;

/// <summary>One of the two streams of a script, from bytes to masked lines. For one caller at a time.</summary>
internal sealed class OutputChannel
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly char[] characters = new char[ScriptOutput.BufferSize + 1];
    private readonly ServiceMessageReader messages;
    private readonly PlainText plainText = new();
    private readonly StringBuilder plain = new();
    private readonly MaskedLines lines;
    private readonly LogCategory usual;
    private LogCategory? category;

    /// <param name="usual">What its lines are when the script does not say otherwise.</param>
    public OutputChannel(LogCategory usual, SecretMask mask, Action<LogCategory, string> log, Action<ServiceMessage> message, Action<string> fault)
    {
        category = this.usual = usual;
        lines = mask.Lines(line =>
        {
            if (category is { } wanted)
            {
                log(wanted, line);
            }
        });
        messages = new ServiceMessageReader(Text, message, fault);
    }

    /// <summary>Whether something waits that a <see cref="Flush"/> would show.</summary>
    public bool HoldsText => messages.HoldsText || lines.HoldsText;

    public void Read(ReadOnlySpan<byte> bytes)
    {
        var count = decoder.GetChars(bytes, characters, flush: false);
        messages.Read(characters.AsSpan(0, count));
    }

    /// <param name="next">Null: the usual one.</param>
    public void Become(LogCategory? next) => Change(next ?? usual);

    public void Ignore() => Change(null);

    public void Flush()
    {
        messages.Flush();
        lines.Flush();
    }

    public void End()
    {
        var count = decoder.GetChars([], characters, flush: true);
        messages.Read(characters.AsSpan(0, count));
        messages.End();
        lines.Flush();
    }

    // What was written before is of the category before.
    private void Change(LogCategory? next)
    {
        lines.Flush();
        category = next;
    }

    private void Text(ReadOnlySpan<char> text)
    {
        plainText.Read(text, plain);
        foreach (var chunk in plain.GetChunks())
        {
            lines.Write(chunk.Span);
        }
        plain.Clear();
    }
}
