using OctoLogin.Database;
using OctoLogin.Database.Embedded;

namespace OctoLogin.Scripts;

/// <summary>Who scripts run as. A server that is root gives them another user; any other server has only itself to run them as.</summary>
internal static class ScriptUser
{
    private const string Preferred = "octologin-script";

    /// <param name="group">The script's own group number; not looked at when the server is not root.</param>
    public static SystemUser For(ScriptOptions options, DatabaseOptions database, uint group)
    {
        var me = LibC.EffectiveUser;
        if (me != 0)
        {
            return new SystemUser(me, 0, Environment.UserName, Drops: false);
        }
        // Whoever owns the database's files could read all of it.
        uint? databaseUser = database.ConnectionString is null ? PostgresUser.For(DataPaths.Open(database.DataDirectory)).Id : null;
        var names = options.User is { } set ? [set] : new[] { Preferred, "nobody" };
        var account = names.Select(name => SystemUser.Find(user => user.Name == name)).FirstOrDefault(user => user is not null && user.Id != databaseUser);
        if (account is null && options.User is not null)
        {
            throw new StartupException($"Scripts:User is '{options.User}', which is also the user that the database in {database.DataDirectory} runs as: a script could read all of it. Make another: useradd --system {Preferred}");
        }
        // Without an account the number alone: what needs a name for it, such as ssh, does not work.
        return new SystemUser(account?.Id ?? group, group, account?.Name ?? $"number {group}", Drops: true);
    }
}
