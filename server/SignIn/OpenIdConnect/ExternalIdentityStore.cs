using Dapper;
using Npgsql;
using OctoLogin.Users;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>Writes <c>external_identities</c>: who is who at which provider, and the groups of their latest sign-in.</summary>
public sealed class ExternalIdentityStore(NpgsqlDataSource database, UserStore users)
{
    private const int MostHolders = 20;

    /// <summary>Until the transaction ends, on all replicas: a person who is new in two browsers at once is one person.</summary>
    public Task OneAtATimeAsync(NpgsqlConnection connection, string issuer, string subject, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(hashtextextended(@person, 0))", new { person = $"external identity {issuer} {subject}" }, cancellationToken: cancel));

    /// <summary>The account that is linked to a person of the issuer, locked; null: none.</summary>
    public async Task<User?> FindUserAsync(NpgsqlConnection connection, string issuer, string subject, CancellationToken cancel)
    {
        var id = await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            // Held, so that who is unlinked meanwhile is not linked again, nor keeps a session.
            "select user_id from external_identities where issuer = @issuer and subject = @subject for update", new { issuer, subject }, cancellationToken: cancel));
        return id is null ? null : await users.LockAsync(connection, id, cancel);
    }

    /// <summary>The people with that e-mail address, locked.</summary>
    public async Task<IReadOnlyList<EmailHolder>> HoldersAsync(NpgsqlConnection connection, string issuer, string? email, CancellationToken cancel)
    {
        var found = await connection.QueryAsync<(string Id, bool HasIdentity)>(new CommandDefinition(
            """
            select u.id, exists (select from external_identities e where e.user_id = u.id and e.issuer = @issuer)
            from users u where lower(u.email_address) = lower(@email) and lower(u.email_address collate "C") = lower(@email collate "C") and not u.is_service order by u.id limit @MostHolders
            """, new { issuer, email, MostHolders }, cancellationToken: cancel));
        var holders = new List<EmailHolder>();
        foreach (var (id, hasIdentity) in email is null ? [] : found.AsList())
        {
            if (await users.LockAsync(connection, id, cancel) is { } user)
            {
                holders.Add(new(user, hasIdentity));
            }
        }
        return holders;
    }

    public async Task<bool> IsNameTakenAsync(NpgsqlConnection connection, string username, CancellationToken cancel) =>
        await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from users where lower(username) = lower(@username))", new { username }, cancellationToken: cancel));

    /// <summary>That they signed in, and with which groups; the link is made where there is none.</summary>
    /// <returns>The groups of the sign-in before; null: it is the first.</returns>
    /// <exception cref="PostgresException">Somebody was linked at the same moment: <see cref="IsRace"/>.</exception>
    public async Task<string[]?> SaveAsync(NpgsqlConnection connection, string userId, string issuer, ReceivedClaims claims, DateTimeOffset now, CancellationToken cancel)
    {
        var row = new { userId, issuer, claims.Subject, claims.Email, claims.Username, groups = claims.Groups.ToArray(), now };
        var before = await connection.QuerySingleOrDefaultAsync<string[]>(new CommandDefinition(
            // Of this user: another's would be one that was linked since the match, and the insert below tells of it.
            "select groups from external_identities where issuer = @issuer and subject = @Subject and user_id = @userId", row, cancellationToken: cancel));
        if (before is null)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into external_identities (user_id, issuer, subject, email_address, username, groups, linked_at, last_sign_in_at)
                values (@userId, @issuer, @Subject, @Email, @Username, @groups, @now, @now)
                """, row, cancellationToken: cancel));
            return null;
        }
        await connection.ExecuteAsync(new CommandDefinition(
            "update external_identities set email_address = @Email, username = @Username, last_sign_in_at = @now where issuer = @issuer and subject = @Subject", row, cancellationToken: cancel));
        if (!before.SequenceEqual(claims.Groups))
        {
            // A statement of its own, as only this one changes what anybody may do, which all replicas are told.
            await connection.ExecuteAsync(new CommandDefinition(
                "update external_identities set groups = @groups where issuer = @issuer and subject = @Subject", row, cancellationToken: cancel));
        }
        return before;
    }

    /// <summary>
    /// The provider has ended what it said of somebody: nobody has their groups, by session or key, until it says them anew. Before the
    /// sessions end, which say whose a <c>sid</c> is.
    /// </summary>
    /// <param name="subject">Null: whoever has a session of that <paramref name="sid"/>.</param>
    /// <returns>Who lost some.</returns>
    public async Task<IReadOnlyList<LostGroups>> DropGroupsAsync(NpgsqlConnection connection, string issuer, string? subject, string? sid, CancellationToken cancel) =>
        (await connection.QueryAsync<LostGroups>(new CommandDefinition(
            """
            with held as (
              select e.id, e.user_id, e.groups from external_identities e
              where e.issuer = @issuer and e.groups <> '{}' and case when @subject::text is not null then e.subject = @subject
                else exists (select from sessions s where s.external_issuer = e.issuer and s.external_subject = e.subject and s.external_sid = @sid) end
              for update)
            update external_identities e set groups = '{}' from held join users u on u.id = held.user_id where e.id = held.id
            returning u.id as user_id, u.username, held.groups
            """, new { issuer, subject, sid }, cancellationToken: cancel))).AsList();

    public static bool IsRace(PostgresException fault) => fault.SqlState == PostgresErrorCodes.DeadlockDetected || fault.ConstraintName is "external_identities_subject_key" or "external_identities_user_key" or "users_username_key";

    /// <summary>The teams that a sign-in with these groups gives; those that the account is a member of by itself, if there is one, are not among them.</summary>
    public async Task<IReadOnlyList<GroupTeam>> TeamsOfAsync(IReadOnlyList<string> groups, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<GroupTeam>(new CommandDefinition(
            """
            select t.name as team, t.space_id, held as by_group
            from teams t, jsonb_array_elements(t.external_security_groups) g, unnest(@groups) held
            where lower((g ->> 'Id') collate "C") = lower(held collate "C") order by lower(t.name), t.id
            """, new { groups = groups.ToArray() }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Takes the link away: the person's next sign-in is decided anew. Null: there is no such link of that user.</summary>
    public async Task<(string Issuer, string Subject)?> DeleteAsync(NpgsqlConnection connection, string userId, string id, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<(string, string)?>(new CommandDefinition(
            "delete from external_identities where user_id = @userId and id = @id returning issuer, subject", new { userId, id }, cancellationToken: cancel));
}

/// <summary>Somebody whose groups the provider has taken back.</summary>
public sealed record LostGroups
{
    public required string UserId { get; init; }
    public required string Username { get; init; }
    public required string[] Groups { get; init; }
}

/// <summary>A team, and the group of the provider that gives it.</summary>
public sealed record GroupTeam
{
    public required string Team { get; init; }
    public string? SpaceId { get; init; }
    public required string ByGroup { get; init; }
}
