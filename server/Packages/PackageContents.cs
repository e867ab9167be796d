using System.Buffers;
using System.Security.Cryptography;
using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Packages;

/// <summary>
/// Writes <c>package_contents</c> and their chunks: the bytes of packages, and of what else is kept in their way, of which at most two chunks of a push are in memory. Every chunk
/// is a commit of its own and holds no connection while the client sends the next. A content is nobody's until a package is published with it.
/// </summary>
public sealed class PackageContents(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Every chunk's size but the last one's; what is stored depends on it.</summary>
    public const int ChunkBytes = 1 << 20;

    /// <summary>How long a push may stand still, and how long a download of what was deleted may go on.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    /// <summary>Reads <paramref name="source"/> to its end. What was written is discarded when that fails.</summary>
    public async Task<WrittenContent> WriteAsync(Stream source, long mostBytes, CancellationToken cancel)
    {
        var number = await BeginAsync(cancel);
        var (filling, sent) = (ArrayPool<byte>.Shared.Rent(ChunkBytes), ArrayPool<byte>.Shared.Rent(ChunkBytes));
        var sending = Task.CompletedTask;
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var size = 0L;
            for (var ordinal = 0; ; ordinal++)
            {
                var read = await source.ReadAtLeastAsync(filling.AsMemory(0, ChunkBytes), ChunkBytes, throwOnEndOfStream: false, cancel);
                size += read;
                if (size > mostBytes)
                {
                    throw TooLarge(mostBytes);
                }
                hash.AppendData(filling, 0, read);
                await sending;
                sending = read == 0 ? Task.CompletedTask : InsertChunkAsync(number, ordinal, filling.AsMemory(0, read), cancel);
                (filling, sent) = (sent, filling);
                if (read < ChunkBytes)
                {
                    break;
                }
            }
            await sending;
            return new WrittenContent(number, size, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch
        {
            // Before the buffers go back: it still reads one of them.
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await AbandonAsync(number);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(filling);
            ArrayPool<byte>.Shared.Return(sent);
        }
    }

    public static ApiException TooLarge(long mostBytes) => new(
        StatusCodes.Status413PayloadTooLarge, $"A package may have at most {mostBytes} bytes here. An administrator can allow more with the setting Packages:MaxBytes.");

    /// <summary>
    /// In the transaction that makes a package of it. Refuses a content of which a chunk is missing: the chunks' own commits are not waited
    /// for, so a database that died in between may have lost one.
    /// </summary>
    public static async Task PublishAsync(NpgsqlConnection connection, WrittenContent content, CancellationToken cancel)
    {
        var published = await connection.ExecuteAsync(new CommandDefinition(
            """
            update package_contents set state = 'Published' where number = @Number and state = 'Pushing'
              and (select coalesce(sum(octet_length(bytes)), 0) from package_chunks where content_number = @Number) = @SizeBytes
            """, content, cancellationToken: cancel));
        if (published == 0)
        {
            throw ApiException.Conflict($"A part of the package was lost: the database restarted, or the push stood still for more than {Grace.TotalMinutes:0} minutes. Push it again.");
        }
    }

    /// <summary>In the transaction that takes the package away; the bytes go later, so that downloads end well.</summary>
    public Task DiscardAsync(NpgsqlConnection connection, IReadOnlyCollection<long> numbers, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            "update package_contents set state = 'Discarded', discarded_at = @now where number = any(@numbers)",
            new { numbers = numbers.ToArray(), now = clock.GetUtcNow() }, cancellationToken: cancel));

    /// <summary>Of a push that came to nothing. When the database is away, <see cref="RemoveLeftoversAsync"/> finds it by its age.</summary>
    public async Task AbandonAsync(long number)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
            await connection.ExecuteAsync(
                "update package_contents set state = 'Discarded', discarded_at = '-infinity' where number = @number and state = 'Pushing'", new { number });
        }
        catch (Exception fault) when (Outage.Is(fault))
        {
        }
    }

    /// <summary>Removes what no package has and nobody can still be reading or pushing; says how many contents that were.</summary>
    public async Task<int> RemoveLeftoversAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        // Marked first, in one statement that meets a push's last transaction at the row: from then on it cannot be published.
        var numbers = (await connection.QueryAsync<long>(new CommandDefinition(
            """
            update package_contents c set state = 'Discarded', discarded_at = coalesce(discarded_at, @before)
            where (state = 'Discarded' and discarded_at <= @before)
               or (state = 'Pushing' and started_at <= @before
                 and not exists (select from package_chunks k where k.content_number = c.number and k.written_at > @before))
            returning number
            """, new { before = clock.GetUtcNow() - Grace }, cancellationToken: cancel))).AsList();
        foreach (var number in numbers)
        {
            // A few at a time, so that no statement takes long.
            while (await connection.ExecuteAsync(new CommandDefinition(
                """
                delete from package_chunks where content_number = @number
                  and ordinal in (select ordinal from package_chunks where content_number = @number limit 64)
                """, new { number }, cancellationToken: cancel)) > 0)
            {
            }
            await connection.ExecuteAsync(new CommandDefinition("delete from package_contents where number = @number", new { number }, cancellationToken: cancel));
        }
        return numbers.Count;
    }

    private async Task<long> BeginAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "insert into package_contents (started_at) values (@now) returning number", new { now = clock.GetUtcNow() }, cancellationToken: cancel));
    }

    private async Task InsertChunkAsync(long number, int ordinal, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        // Not flushed to disk for each chunk: the last commit, which publishes the package, flushes all before it.
        await using var command = new NpgsqlCommand(
            """
            with unhurried as (select set_config('synchronous_commit', 'off', true))
            insert into package_chunks (content_number, ordinal, bytes, written_at) select $1, $2, $3, $4 from unhurried
            """, connection)
        {
            Parameters =
            {
                new() { Value = number }, new() { Value = ordinal }, new() { Value = bytes, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea }, new() { Value = clock.GetUtcNow() },
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }
}

/// <summary>What was read from a client and is stored, before a package has it.</summary>
public sealed record WrittenContent(long Number, long SizeBytes, string Sha256);
