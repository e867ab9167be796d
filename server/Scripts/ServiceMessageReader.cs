using System.Text;

namespace OctoLogin.Scripts;

/// <summary>Parts a script's output into text and service messages, in whatever pieces it comes. What looks like a message is never text: it may hold a secret that is not known yet.</summary>
internal sealed class ServiceMessageReader(Action<ReadOnlySpan<char>> text, Action<ServiceMessage> message, Action<string> fault)
{
    /// <summary>Of one message.</summary>
    public const int MostCharacters = 1024 * 1024;

    private const string Opening = "##octopus[";

    private readonly StringBuilder body = new();
    private int matched;
    private bool isInMessage;
    private char quote;
    private bool lineHasMessage;
    private bool lineHasText;

    /// <summary>Whether characters wait that may begin a message.</summary>
    public bool HoldsText => matched > 0;

    public void Read(ReadOnlySpan<char> characters)
    {
        var from = 0;
        for (var at = 0; at < characters.Length; at++)
        {
            var character = characters[at];
            if (isInMessage)
            {
                // A message that breaks off with its line ends there, and the line break is text again.
                from = ReadMessage(character) ? at + 1 : at;
                if (from > at)
                {
                    continue;
                }
            }
            if (matched > 0 && character != Opening[matched])
            {
                // Of ### the last two may still begin a message.
                var isOneMore = matched == 2 && character == '#';
                Text(Opening.AsSpan(0, isOneMore ? 1 : matched));
                (matched, from) = isOneMore ? (1, at) : (0, at);
            }
            if (character == Opening[matched])
            {
                Text(characters[from..at]);
                from = at + 1;
                Match();
            }
            else if (character is '\r' or '\n')
            {
                Text(characters[from..at]);
                EndLine(character);
                from = at + 1;
            }
        }
        Text(characters[from..]);
    }

    /// <summary>Lets go of what may have begun a message.</summary>
    public void Flush()
    {
        Text(Opening.AsSpan(0, matched));
        matched = 0;
    }

    public void End()
    {
        Flush();
        if (isInMessage)
        {
            EndMessage(isComplete: false);
        }
    }

    private void Match()
    {
        if (++matched == Opening.Length)
        {
            (matched, isInMessage, quote) = (0, true, '\0');
            lineHasMessage = true;
        }
    }

    /// <returns>Whether the character belongs to the message.</returns>
    private bool ReadMessage(char character)
    {
        // Base64 is often broken into lines, by tools that think of mail.
        if (character is '\r' or '\n')
        {
            if (quote == '\0')
            {
                EndMessage(isComplete: false);
            }
            return quote != '\0';
        }
        if (character == ']')
        {
            EndMessage(isComplete: true);
            return true;
        }
        quote = character is not ('\'' or '"') ? quote : quote == '\0' ? character : quote == character ? '\0' : quote;
        if (body.Length <= MostCharacters)
        {
            body.Append(character);
        }
        return true;
    }

    private void EndMessage(bool isComplete)
    {
        (isInMessage, quote) = (false, '\0');
        if (!isComplete)
        {
            fault("A service message that does not end, ##octopus[… without a ], was ignored.");
        }
        else if (body.Length > MostCharacters)
        {
            fault($"A service message of more than {MostCharacters} characters was ignored.");
        }
        else if (ServiceMessage.Parse(body.ToString()) is { } read)
        {
            message(read);
        }
        else
        {
            fault("A service message that is not of the form ##octopus[name key='base64 of the value'] was ignored.");
        }
        body.Clear();
    }

    private void Text(ReadOnlySpan<char> characters)
    {
        if (characters.Length > 0)
        {
            lineHasText = true;
            text(characters);
        }
    }

    // A line of messages alone is no line of the log.
    private void EndLine(char character)
    {
        if (lineHasText || !lineHasMessage)
        {
            text([character]);
        }
        if (character == '\n' || lineHasText)
        {
            (lineHasText, lineHasMessage) = (false, false);
        }
    }
}
