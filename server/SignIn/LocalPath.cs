namespace OctoLogin.SignIn;

/// <summary>
/// Where a browser goes after the sign-in: a path of this server and nowhere else. Whoever makes the link to the sign-in page
/// chooses <c>redirectAfterLoginTo</c>, and must not be able to send a person who has just signed in to a page of their own (open redirect).
/// </summary>
public static class LocalPath
{
    public const string Home = "/app";

    private const int MostCharacters = 2000;

    /// <summary>The path as it came when it cannot lead elsewhere, else the home page.</summary>
    public static string OrHome(string? wanted) => wanted is not null && IsLocal(wanted) ? wanted : Home;

    private static bool IsLocal(string wanted) =>
        wanted.Length <= MostCharacters
        // One slash and then no second one: "//e" is another host, and a browser reads "/\e" as the same.
        && wanted.StartsWith('/') && !wanted.StartsWith("//", StringComparison.Ordinal)
        // Visible ASCII without backslash: browsers take line ends and tabs out of an address before they read it.
        && wanted.All(c => c is > ' ' and < '\x7f' and not '\\')
        // What a proxy or another reader would decode into one of the above ("/%2f%2fe"), in the path; a query may hold anything.
        && Path(wanted) is var path && !Decoded(path).Contains('\\') && !Decoded(path).Contains("//", StringComparison.Ordinal)
        && !Decoded(path).Any(char.IsControl);

    private static string Path(string wanted) => wanted.Split('?', '#')[0];

    // Twice: what is encoded twice is decoded once by each of two readers.
    private static string Decoded(string path) => Uri.UnescapeDataString(Uri.UnescapeDataString(path));
}
