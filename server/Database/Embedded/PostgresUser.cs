using System.Globalization;

namespace OctoLogin.Database.Embedded;

/// <summary>Who PostgreSQL runs as. It refuses to be root, so a server that is root drops to another user for it.</summary>
internal static class PostgresUser
{
    /// <summary>The owner of the data, if there is data: it may have been made by another kind of start, or restored from a backup.</summary>
    public static SystemUser For(DataPaths paths)
    {
        var me = LibC.EffectiveUser;
        var owner = LibC.Owner(paths.Cluster);
        if (me != 0)
        {
            return owner is null || owner.Value.User == me
                ? new SystemUser(me, 0, Environment.UserName, Drops: false)
                : throw new StartupException(
                    $"The database in {paths.Cluster} belongs to user {SystemUser.Find(user => user.Id == owner.Value.User)?.Name ?? owner.Value.User.ToString(CultureInfo.InvariantCulture)}, "
                    + $"and this server runs as {Environment.UserName}. Run it as that user or as root, or: chown -R {Environment.UserName} {paths.Cluster}");
        }

        if (owner is { User: > 0 } other)
        {
            return SystemUser.Find(user => user.Id == other.User) ?? new SystemUser(other.User, other.Group, other.User.ToString(CultureInfo.InvariantCulture), Drops: true);
        }

        return SystemUser.Find(user => user.Name == "postgres") ?? SystemUser.Find(user => user.Name == "nobody")
            ?? throw new StartupException($"PostgreSQL refuses to run as root, and {SystemUser.Passwd} has neither a user postgres nor a user nobody to run it as. Run the server as a user that is not root, or: useradd --system postgres");
    }

    /// <summary>Refuses a data directory that this user cannot get to, naming the directory on the way that is closed.</summary>
    public static async Task RefuseUnreachableAsync(SystemUser user, string directory, CancellationToken cancellationToken)
    {
        if (await user.FindClosedAsync(directory, cancellationToken) is { } closed)
        {
            throw new StartupException(
                $"PostgreSQL refuses to run as root, so it runs as user {user.Name}, and that user cannot reach the data directory {directory}: {closed} has mode {LibC.Owner(closed)?.ModeText}. "
                + $"Set DataDirectory to a place such as /var/lib/octologin, or let others through: chmod o+x {closed}");
        }
    }
}
