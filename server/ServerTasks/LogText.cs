using System.Globalization;

namespace OctoLogin.ServerTasks;

/// <summary>Makes text of a script fit for the database: bounded, and without what PostgreSQL's UTF-8 cannot hold.</summary>
public static class LogText
{
    public const int MostCharacters = 64 * 1024;

    public static string Of(string text)
    {
        var bounded = text.Length <= MostCharacters
            ? text
            : string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, MostCharacters)}… ({text.Length - MostCharacters} more characters were left out)");
        // Nearly always there is nothing to replace.
        return bounded.AsSpan().ContainsAnyInRange('\ud800', '\udfff') || bounded.Contains('\0') ? Replace(bounded) : bounded;
    }

    private static string Replace(string text)
    {
        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            if (char.IsHighSurrogate(characters[i]) && i + 1 < characters.Length && char.IsLowSurrogate(characters[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(characters[i]) || characters[i] == '\0')
            {
                characters[i] = '\ufffd';
            }
        }
        return new string(characters);
    }
}
