namespace OctoLogin.Tests.Scripts;

/// <summary>Children of a script that try to get away, and how to find them.</summary>
internal static class Runaways
{
    /// <summary>The collection of tests that look for them, which must not find each other's.</summary>
    public const string Alone = "Runaways";

    /// <summary>Another session, no environment, other parents, deaf to signals.</summary>
    public const string Script = """
        sleep 1000.123 &
        setsid sleep 1001.123 &
        (setsid env -i bash -c '(setsid sleep 1002.123 >/dev/null 2>&1 &) ; exit' >/dev/null 2>&1 &)
        env -i setsid bash -c 'trap "" TERM HUP INT; cd /; exec -a innocent sleep 1003.123' >/dev/null 2>&1 </dev/null &
        until [ "$(pgrep -f -c '100[0-3]\.123')" -ge 4 ]; do sleep 0.02; done
        echo ready
        """;

    public static List<string> Running() => [.. Directory.GetDirectories("/proc").Where(directory => char.IsAsciiDigit(Path.GetFileName(directory)[0]))
        .Select(CommandLine).Where(line => line.Contains(" 100", StringComparison.Ordinal) && line.TrimEnd().EndsWith(".123", StringComparison.Ordinal))];

    private static string CommandLine(string directory)
    {
        try
        {
            return File.ReadAllText($"{directory}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }
}
