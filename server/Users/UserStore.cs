using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Users;

public sealed class UserStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, username, display_name, email_address, is_active, is_service, external_id, password_hash,
        coalesce((
          select json_agg(json_build_object(
            'Id', e.id, 'Issuer', e.issuer, 'Subject', e.subject, 'EmailAddress', e.email_address, 'Username', e.username,
            'Groups', e.groups, 'Linked', e.linked_at, 'LastSignIn', e.last_sign_in_at) order by e.linked_at)
          from external_identities e where e.user_id = users.id), '[]')::text as identities_json
        """;

    public async Task<User?> FindAsync(string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<User>(new CommandDefinition(
            $"select {Columns} from users where id = @id", new { id }, cancellationToken: cancel));
    }

    /// <summary>As it is now, and as it stays until the commit.</summary>
    public async Task<User?> LockAsync(NpgsqlConnection connection, string id, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<User>(new CommandDefinition(
            $"select {Columns} from users where id = @id for update", new { id }, cancellationToken: cancel));

    public async Task<User?> FindByNameAsync(string username, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<User>(new CommandDefinition(
            $"select {Columns} from users where lower(username) = lower(@username)", new { username }, cancellationToken: cancel));
    }

    public async Task<Slice<User>> ListAsync(Page page, bool? isService, CancellationToken cancel)
    {
        const string Where =
            """
            where (@Ids::text[] is null or id = any(@Ids))
              and (@NameLike::text is null or username ilike @NameLike or display_name ilike @NameLike)
              and (@isService::boolean is null or is_service = @isService)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from users {Where};
            select {Columns} from users {Where} order by lower(username) limit @Take offset @Skip
            """,
            new { page.Ids, page.NameLike, page.Take, page.Skip, isService }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<User>()).AsList());
    }

    /// <summary><see cref="User.Id"/> is given by the database.</summary>
    public async Task<User> InsertAsync(NpgsqlConnection connection, User user, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleAsync<User>(new CommandDefinition(
                $"""
                insert into users (username, display_name, email_address, is_active, is_service, external_id, password_hash)
                values (@Username, @DisplayName, @EmailAddress, @IsActive, @IsService, @ExternalId, @PasswordHash)
                returning {Columns}
                """, Row(user), cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("users_username_key"))
        {
            throw NameTaken(user);
        }
    }

    public async Task<User?> UpdateAsync(NpgsqlConnection connection, User user, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleOrDefaultAsync<User>(new CommandDefinition(
                $"""
                update users set username = @Username, display_name = @DisplayName, email_address = @EmailAddress,
                    is_active = @IsActive, password_hash = @PasswordHash
                where id = @Id returning {Columns}
                """, Row(user), cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("users_username_key"))
        {
            throw NameTaken(user);
        }
    }

    /// <summary>The same password by a newer hash.</summary>
    public Task RehashAsync(NpgsqlConnection connection, string id, string passwordHash, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition("update users set password_hash = @passwordHash where id = @id", new { id, passwordHash }, cancellationToken: cancel));

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, string id, CancellationToken cancel) =>
        await connection.ExecuteAsync(new CommandDefinition("delete from users where id = @id", new { id }, cancellationToken: cancel)) > 0;

    private static object Row(User user) => new
    {
        user.Id, user.Username, user.DisplayName, user.EmailAddress, user.IsActive, user.IsService, user.ExternalId, user.PasswordHash,
    };

    private static ApiException NameTaken(User user) => ApiException.Conflict($"There is a user with the username '{user.Username}' already.");
}
