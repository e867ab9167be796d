using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Access;

public sealed class UserRoleStore(NpgsqlDataSource database)
{
    private const string Columns = "id, name, description, granted_space_permissions, granted_system_permissions, can_be_deleted";

    public async Task<Slice<UserRole>> ListAsync(Page page, CancellationToken cancel)
    {
        const string Where =
            """
            where (@Ids::text[] is null or id = any(@Ids))
              and (@NameLike::text is null or name ilike @NameLike)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from user_roles {Where};
            select {Columns} from user_roles {Where} order by lower(name) limit @Take offset @Skip
            """,
            new { page.Ids, page.NameLike, page.Take, page.Skip }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<UserRole>()).AsList());
    }

    public async Task<UserRole?> FindAsync(string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<UserRole>(new CommandDefinition(
            $"select {Columns} from user_roles where id = @id", new { id }, cancellationToken: cancel));
    }

    /// <summary>As it is now, and as it stays until the commit: what was checked of it must still be so when it is used.</summary>
    public async Task<UserRole?> LockAsync(NpgsqlConnection connection, string id, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<UserRole>(new CommandDefinition(
            $"select {Columns} from user_roles where id = @id for update", new { id }, cancellationToken: cancel));

    public async Task<UserRole> InsertAsync(NpgsqlConnection connection, UserRole role, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleAsync<UserRole>(new CommandDefinition(
                $"""
                insert into user_roles (name, description, granted_space_permissions, granted_system_permissions)
                values (@Name, @Description, @GrantedSpacePermissions, @GrantedSystemPermissions)
                returning {Columns}
                """, role, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("user_roles_name_key"))
        {
            throw NameTaken(role);
        }
    }

    public async Task<UserRole> UpdateAsync(NpgsqlConnection connection, UserRole role, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleAsync<UserRole>(new CommandDefinition(
                $"""
                update user_roles set name = @Name, description = @Description,
                    granted_space_permissions = @GrantedSpacePermissions, granted_system_permissions = @GrantedSystemPermissions
                where id = @Id returning {Columns}
                """, role, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("user_roles_name_key"))
        {
            throw NameTaken(role);
        }
    }

    public Task DeleteAsync(NpgsqlConnection connection, string id, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition("delete from user_roles where id = @id", new { id }, cancellationToken: cancel));

    private static ApiException NameTaken(UserRole role) => ApiException.Conflict($"There is a user role named '{role.Name}' already.");
}
