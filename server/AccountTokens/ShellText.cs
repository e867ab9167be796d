namespace OctoLogin.AccountTokens;

/// <summary>A value as one word of a POSIX shell, whatever is in it.</summary>
public static class ShellText
{
    /// <summary>Within single quotes nothing has a meaning but the quote itself.</summary>
    public static string Quote(string value) => "'" + value.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
