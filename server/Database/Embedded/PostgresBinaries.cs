using System.Globalization;
using System.Text.RegularExpressions;

namespace OctoLogin.Database.Embedded;

/// <summary>One installed PostgreSQL: the directory of its initdb and postgres.</summary>
internal sealed partial record PostgresBinaries(string Directory, int Major)
{
    private const int Oldest = 15;
    private const string DebianVersions = "/usr/lib/postgresql";

    public string Postgres => Path.Combine(Directory, "postgres");

    public string InitDb => Path.Combine(Directory, "initdb");

    /// <summary>The directories under PATH, then Debian's, which are not on it.</summary>
    public static IReadOnlyList<string> DefaultSearchPath()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var debian = System.IO.Directory.Exists(DebianVersions) ? System.IO.Directory.GetDirectories(DebianVersions).Select(version => Path.Combine(version, "bin")) : [];
        return [.. path, .. debian];
    }

    /// <summary>The newest, or the one version that can open the data that is there.</summary>
    public static async Task<PostgresBinaries> FindAsync(DataPaths paths, IReadOnlyList<string> searchPath, CancellationToken cancellationToken)
    {
        var found = await FindAllAsync(searchPath, cancellationToken);
        if (found.Count == 0)
        {
            throw new StartupException(
                "No PostgreSQL was found: initdb and postgres are neither on PATH nor in /usr/lib/postgresql/*/bin. "
                + "Install it (apt-get install postgresql), or set ConnectionStrings:OctoLogin to a PostgreSQL 15 or later that runs elsewhere.");
        }

        var usable = found.Where(binaries => binaries.Major >= Oldest).ToList();
        if (DataVersion(paths) is { } needed)
        {
            return usable.Find(binaries => binaries.Major == needed) ?? throw new StartupException(
                $"The data in {paths.Cluster} was made by PostgreSQL {needed}, and only {Names(found)} was found. "
                + $"Install that version (apt-get install postgresql-{needed}); to move to a newer one, restore a dump of the database into an empty DataDirectory.");
        }

        return usable.MaxBy(binaries => binaries.Major) ?? throw new StartupException(
            $"OctoLogin needs PostgreSQL {Oldest} or later, and only {Names(found)} was found. Install a newer one (apt-get install postgresql), or set ConnectionStrings:OctoLogin to one that runs elsewhere.");
    }

    private static async Task<List<PostgresBinaries>> FindAllAsync(IReadOnlyList<string> searchPath, CancellationToken cancellationToken)
    {
        var found = new List<PostgresBinaries>();
        foreach (var directory in searchPath.Distinct().Where(directory => File.Exists(Path.Combine(directory, "initdb")) && File.Exists(Path.Combine(directory, "postgres"))))
        {
            var (_, output) = await ChildProcess.RunAsync([Path.Combine(directory, "postgres"), "--version"], cancellationToken);
            if (VersionOutput().Match(output) is { Success: true } match)
            {
                found.Add(new PostgresBinaries(directory, int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture)));
            }
        }

        return found;
    }

    private static int? DataVersion(DataPaths paths)
    {
        var file = Path.Combine(paths.Cluster, "PG_VERSION");
        if (File.Exists(file))
        {
            var text = File.ReadAllText(file).Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major
                : throw new StartupException($"{file} says '{text}' and not a version of PostgreSQL. Restore the directory from a backup.");
        }

        return System.IO.Directory.Exists(paths.Cluster) && System.IO.Directory.EnumerateFileSystemEntries(paths.Cluster).Any()
            ? throw new StartupException($"{paths.Cluster} is not empty and is not a PostgreSQL data directory (no PG_VERSION). Restore it from a backup, or move it away to begin with an empty database.")
            : null;
    }

    private static string Names(IEnumerable<PostgresBinaries> found) => string.Join(", ", found.Select(binaries => $"{binaries.Major} ({binaries.Directory})"));

    [GeneratedRegex(@"\(PostgreSQL\) (?<major>[0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex VersionOutput();
}
