using System.Text;

namespace OctoLogin.Scripts;

/// <summary>
/// Takes out what makes a terminal do something: escape sequences (ECMA-48) and control characters but tabs and line breaks. Before secrets are looked for,
/// for a colour in the middle of one would hide it.
/// </summary>
internal sealed class PlainText
{
    private const char Escape = '\u001b', Bell = '\u0007';

    /// <summary>Of a sequence without an end, so that one that is cut off does not swallow the rest.</summary>
    private const int LongestSequence = 256;

    private State state;
    private int length;

    private enum State { Text, Escaped, Sequence, String, StringEscaped }

    public void Read(ReadOnlySpan<char> characters, StringBuilder plain)
    {
        foreach (var character in characters)
        {
            length = state == State.Text ? 0 : length + 1;
            state = state != State.Text && (character is '\r' or '\n' || length > LongestSequence) ? State.Text : state;
            if (state != State.Text)
            {
                state = Next(character);
            }
            else if (character == Escape)
            {
                state = State.Escaped;
            }
            else if (character is '\t' or '\r' or '\n' || !char.IsControl(character))
            {
                plain.Append(character);
            }
        }
    }

    private State Next(char character) => state switch
    {
        State.Escaped when character == '[' => State.Sequence,
        State.Escaped when character is ']' or 'P' or 'X' or '^' or '_' => State.String,
        // Such as ESC ( B, which has one more.
        State.Escaped when character is >= ' ' and <= '/' => State.Escaped,
        State.Sequence when character is >= ' ' and <= '?' => State.Sequence,
        State.String when character == Escape => State.StringEscaped,
        State.String when character != Bell => State.String,
        State.StringEscaped when character != '\\' => State.String,
        _ => State.Text,
    };
}
