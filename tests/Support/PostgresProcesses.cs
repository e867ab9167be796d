namespace OctoLogin.Tests.Support;

/// <summary>What really runs on a data directory, as the kernel tells it.</summary>
internal static class PostgresProcesses
{
    public static IReadOnlyList<int> On(string dataDirectory)
    {
        var cluster = Path.Combine(dataDirectory, "postgres");
        return [.. Directory.GetDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && CurrentDirectory(pid) == cluster)];
    }

    /// <summary>Of process status: "Uid", "Gid", ….</summary>
    public static string Status(int pid, string field) => File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..].Trim();

    // After the name in parentheses: state, parent, process group, session.
    public static int Session(int pid) => int.Parse(File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ')[3], null);

    private static string? CurrentDirectory(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
