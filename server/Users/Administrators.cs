using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.Users;

/// <summary>The members of the built-in team that may do everything. One active person must always be among them: without one nobody could mend anything.</summary>
public static class Administrators
{
    public const string TeamId = "teams-administrators";

    public const string Rule = "at least one active person (not a service account) must stay in team Octopus Administrators";

    /// <summary>Does a change that may take an administrator away; it is refused, and with it the whole transaction, when it took the last one.</summary>
    public static async Task<T> KeepOneAsync<T>(NpgsqlConnection connection, Func<Task<T>> change, CancellationToken cancel)
    {
        // Under a lock: two administrators who remove each other at the same moment would both find one left.
        await connection.ExecuteAsync(new CommandDefinition("select 1 from teams where id = @TeamId for update", new { TeamId }, cancellationToken: cancel));
        var before = await CountAsync(connection, cancel);
        var changed = await change();
        if (before > 0 && await CountAsync(connection, cancel) == 0)
        {
            throw ApiException.Conflict($"This would leave the server without an administrator: {Rule}.");
        }
        return changed;
    }

    /// <summary>Active persons; with none nobody can sign in to do everything.</summary>
    public static Task<long> CountAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        connection.QuerySingleAsync<long>(new CommandDefinition(
            """
            select count(*) from team_members m join users u on u.id = m.user_id
            where m.team_id = @TeamId and u.is_active and not u.is_service
            """, new { TeamId }, cancellationToken: cancel));
}
