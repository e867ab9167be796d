using Npgsql;

namespace OctoLogin.Database;

/// <summary>A change and its audit event are one commit: stores write on the connection they are given here.</summary>
public static class Transactions
{
    public static async Task<T> InTransactionAsync<T>(
        this NpgsqlDataSource database, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancel = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var result = await work(connection);
        await transaction.CommitAsync(cancel);
        ChangeFeed.ChangedHere(database);
        return result;
    }

    public static Task InTransactionAsync(
        this NpgsqlDataSource database, Func<NpgsqlConnection, Task> work, CancellationToken cancel = default) =>
        database.InTransactionAsync(async connection =>
        {
            await work(connection);
            return true;
        }, cancel);
}
