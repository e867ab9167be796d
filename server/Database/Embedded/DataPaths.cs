using OctoLogin.Database;

namespace OctoLogin.Database.Embedded;

/// <summary>Where things are in the data directory. Its path has no symbolic links.</summary>
internal sealed record DataPaths(string Root)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Cluster => Path.Combine(Root, "postgres");

    public string UnfinishedPrefix => "postgres.new-";

    public string PostmasterPid => Path.Combine(Cluster, "postmaster.pid");

    public string Lock => Path.Combine(Root, "server.lock");

    public string Log => Path.Combine(Root, "postgres.log");

    /// <summary>Makes the data directory if need be.</summary>
    public static DataPaths Open(string dataDirectory)
    {
        var path = Path.GetFullPath(dataDirectory);
        try
        {
            // PostgreSQL runs as another user when the server is root: it must get through, but need not look around.
            var mode = LibC.EffectiveUser == 0 ? Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Private;
            Directory.CreateDirectory(path, mode);
            return new DataPaths(LibC.RealPath(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, e);
        }
    }

    public static StartupException Unusable(string path, Exception e) => new(
        $"The data directory {path} (DataDirectory) cannot be used by user {Environment.UserName}: {e.Message} Give it to that user, or set DataDirectory to a directory that is the user's.", e);
}
