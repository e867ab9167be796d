using System.Globalization;

namespace OctoLogin.Database.Embedded;

/// <summary>Who PostgreSQL runs as. It refuses to be root, so a server that is root drops to another user for it.</summary>
internal sealed record PostgresUser(uint Id, uint Group, string Name, bool Drops)
{
    private const string Passwd = "/etc/passwd";

    /// <summary>The owner of the data, if there is data: it may have been made by another kind of start, or restored from a backup.</summary>
    public static PostgresUser For(DataPaths paths)
    {
        var me = LibC.EffectiveUser;
        var owner = LibC.Owner(paths.Cluster);
        if (me != 0)
        {
            return owner is null || owner.Value.User == me
                ? new PostgresUser(me, 0, Environment.UserName, Drops: false)
                : throw new StartupException(
                    $"The database in {paths.Cluster} belongs to user {Known(user => user.Id == owner.Value.User)?.Name ?? owner.Value.User.ToString(CultureInfo.InvariantCulture)}, "
                    + $"and this server runs as {Environment.UserName}. Run it as that user or as root, or: chown -R {Environment.UserName} {paths.Cluster}");
        }

        if (owner is { User: > 0 } other)
        {
            return Known(user => user.Id == other.User) ?? new PostgresUser(other.User, other.Group, other.User.ToString(CultureInfo.InvariantCulture), Drops: true);
        }

        return Known(user => user.Name == "postgres") ?? Known(user => user.Name == "nobody")
            ?? throw new StartupException($"PostgreSQL refuses to run as root, and {Passwd} has neither a user postgres nor a user nobody to run it as. Run the server as a user that is not root, or: useradd --system postgres");
    }

    public IEnumerable<string> Command(params IEnumerable<string> command) => Drops
        ? ["setpriv", $"--reuid={Id}", $"--regid={Group}", "--clear-groups", "--inh-caps=-all", "--no-new-privs", "--", .. command]
        : command;

    public void Own(string path)
    {
        if (Drops)
        {
            LibC.SetOwner(path, Id, Group);
        }
    }

    /// <summary>Refuses a data directory that this user cannot get to, naming the directory on the way that is closed.</summary>
    public async Task RefuseUnreachableAsync(string directory, CancellationToken cancellationToken)
    {
        if (!Drops || await CanEnterAsync(directory, cancellationToken))
        {
            return;
        }

        var closed = directory;
        for (var parent = Path.GetDirectoryName(directory); parent is not null && !await CanEnterAsync(parent, cancellationToken); parent = Path.GetDirectoryName(parent))
        {
            closed = parent;
        }

        throw new StartupException(
            $"PostgreSQL refuses to run as root, so it runs as user {Name}, and that user cannot reach the data directory {directory}: {closed} has mode {LibC.Owner(closed)?.ModeText}. "
            + $"Set DataDirectory to a place such as /var/lib/octologin, or let others through: chmod o+x {closed}");
    }

    private async Task<bool> CanEnterAsync(string directory, CancellationToken cancellationToken) =>
        (await ChildProcess.RunAsync(Command("test", "-x", directory), cancellationToken)).ExitCode == 0;

    private static PostgresUser? Known(Func<PostgresUser, bool> which) => File.ReadLines(Passwd)
        .Select(line => line.Split(':'))
        .Where(fields => fields.Length >= 4)
        .Select(fields => new PostgresUser(uint.Parse(fields[2], CultureInfo.InvariantCulture), uint.Parse(fields[3], CultureInfo.InvariantCulture), fields[0], Drops: true))
        .FirstOrDefault(user => user.Id != 0 && which(user));
}
