using Dapper;
using Npgsql;

namespace OctoLogin.Users;

/// <summary>Writes and lists <c>sessions</c>. Who a cookie belongs to is read, with their rights, where callers are.</summary>
public sealed class SessionStore(NpgsqlDataSource database)
{
    private const string Columns = "id, user_id, signed_in_with, created_at as created, last_seen_at as last_seen, expires_at as expires, ip_address, user_agent";

    /// <summary>Those that have not ended, the latest first.</summary>
    public async Task<IReadOnlyList<Session>> ListAsync(string userId, DateTimeOffset now, DateTimeOffset idleSince, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<Session>(new CommandDefinition(
            $"select {Columns} from sessions where user_id = @userId and expires_at > @now and last_seen_at > @idleSince order by last_seen_at desc, created_at desc, id",
            new { userId, now, idleSince }, cancellationToken: cancel))).AsList();
    }

    /// <summary><see cref="Session.Id"/> is given by the database.</summary>
    public async Task<Session> InsertAsync(NpgsqlConnection connection, Session session, byte[] secretHash, CancellationToken cancel) =>
        await connection.QuerySingleAsync<Session>(new CommandDefinition(
            $"""
            insert into sessions (secret_hash, user_id, signed_in_with, created_at, last_seen_at, expires_at, ip_address, user_agent, external_issuer, external_subject, external_sid)
            values (@secretHash, @UserId, @SignedInWith, @Created, @LastSeen, @Expires, @IpAddress, @UserAgent, @Issuer, @Subject, @Sid)
            returning {Columns}
            """,
            new
            {
                secretHash, session.UserId, session.SignedInWith, session.Created, session.LastSeen, session.Expires, session.IpAddress, session.UserAgent,
                session.External?.Issuer, session.External?.Subject, session.External?.Sid,
            }, cancellationToken: cancel));

    /// <summary>Null: that user has no such session.</summary>
    public async Task<Session?> DeleteAsync(NpgsqlConnection connection, string userId, string id, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<Session>(new CommandDefinition(
            $"delete from sessions where user_id = @userId and id = @id returning {Columns}", new { userId, id }, cancellationToken: cancel));

    public async Task<Session?> DeleteBySecretAsync(NpgsqlConnection connection, byte[] secretHash, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<Session>(new CommandDefinition(
            $"delete from sessions where secret_hash = @secretHash returning {Columns}", new { secretHash }, cancellationToken: cancel));

    /// <param name="except">The one that stays; null: none does.</param>
    public Task<int> DeleteOfUserAsync(NpgsqlConnection connection, string userId, string? except, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            "delete from sessions where user_id = @userId and id is distinct from @except", new { userId, except }, cancellationToken: cancel));

    /// <summary>What a provider's logout names: the one session where it says which (<c>sid</c>), else all of that subject.</summary>
    public async Task<IReadOnlyList<Session>> DeleteExternalAsync(NpgsqlConnection connection, string issuer, string? subject, string? sid, CancellationToken cancel) =>
        (await connection.QueryAsync<Session>(new CommandDefinition(
            $"""
            delete from sessions
            where external_issuer = @issuer and (@subject::text is not null or @sid::text is not null)
              and (@subject::text is null or external_subject = @subject) and (@sid::text is null or external_sid = @sid or (external_sid is null and @subject::text is not null))
            returning {Columns}
            """, new { issuer, subject, sid }, cancellationToken: cancel))).AsList();

    /// <summary>Removes those that have ended by themselves.</summary>
    public async Task<int> PurgeAsync(DateTimeOffset now, DateTimeOffset idleSince, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.ExecuteAsync(new CommandDefinition(
            "delete from sessions where expires_at <= @now or last_seen_at <= @idleSince", new { now, idleSince }, cancellationToken: cancel));
    }
}
