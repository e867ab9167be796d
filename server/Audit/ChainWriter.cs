using Npgsql;
using NpgsqlTypes;
using OctoLogin.Database;

namespace OctoLogin.Audit;

/// <summary>Appends events to a chain, and moves the chain's end, in one statement. The caller is the only one who writes to that chain now.</summary>
public sealed class ChainWriter(ChainSeal seal)
{
    /// <summary>No id of a document holds it.</summary>
    private const char Between = '\u001f';

    // Where the chain does not end where it should, no row is returned by "moved", and a row without a position violates audit_events_chained.
    private static string Statement(string with = "", string move = "true", string write = "true") =>
        $"""
        with {with} moved as (
          update audit_chains set position = $3 + cardinality($7), head = $4, seal = $5
          where id = $2 and position = $3 and seal = $6 and {move}
          returning id
        )
        insert into audit_events (occurred, chain, position, number, category, space_id, user_id, username, established_with, message,
          related_document_ids, details, correlation_id, ip_address, user_agent, hash)
        select $1, $2, (select $3 + e.ordinal from moved), e.number, e.category, e.space_id, e.user_id, e.username, e.established_with, e.message,
          string_to_array(e.related, U&'\001F'), e.details::json, e.correlation_id, e.ip_address, e.user_agent, e.hash
        from unnest($7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) with ordinality
          as e(number, category, space_id, user_id, username, established_with, message, related, details, correlation_id, ip_address, user_agent, hash, ordinal)
        where {write} order by e.ordinal
        """;

    private static readonly string Unconditional = Statement();

    /// <param name="with">Common table expressions, each with a comma behind it; <c>met</c> is one of them. Their parameters begin at $21.</param>
    /// <param name="foreseen">Whether they will be met, as far as can be seen before: then nothing has to be taken back.</param>
    public static string StatementWhen(string with, string foreseen) => Statement(with, "(select count(*) from met) = $20", foreseen);

    /// <param name="commit">In the same round trip; the connection has a transaction, which is over then.</param>
    /// <returns>The chain as it ends now.</returns>
    public async Task<AuditChain> AppendAsync(
        NpgsqlConnection connection, AuditChain chain, IReadOnlyList<NumberedEvent> events, DateTimeOffset occurred, bool commit, CancellationToken cancel = default)
    {
        await using var batch = new NpgsqlBatch(connection);
        var next = Add(batch, Unconditional, chain, events, occurred);
        if (commit)
        {
            // After an error the database reads nothing more of a batch: this is reached only with everything before it done.
            batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        }
        try
        {
            // Planning costs the database more than the events do; a connection that has it prepared is not asked again.
            await batch.PrepareAsync(cancel);
            await batch.ExecuteNonQueryAsync(cancel);
        }
        catch (PostgresException fault) when (fault.Violates("audit_events_chained"))
        {
            throw new BrokenChainException(chain.Id, fault);
        }
        return next;
    }

    /// <summary>
    /// All in one round trip and one commit, where the condition is met; the connection has no transaction. Numbers for what comes next are
    /// fetched along.
    /// </summary>
    /// <returns>The chain as it ends now; null: the condition is not met, or somebody changed the chain's row. Nothing is written then.</returns>
    public async Task<AuditChain?> TryAppendAsync(
        NpgsqlConnection connection, AuditChain chain, IReadOnlyList<NumberedEvent> events, DateTimeOffset occurred, AppendCondition condition, EventNumbers numbers)
    {
        await using var batch = new NpgsqlBatch(connection);
        var next = Add(batch, condition.Statement, chain, events, occurred);
        Add(batch.BatchCommands[0], (long)condition.Rows, NpgsqlDbType.Bigint);
        condition.AddParameters(batch.BatchCommands[0].Parameters);
        var more = numbers.AddTo(batch, events.Count);
        try
        {
            await batch.PrepareAsync();
            await using (var reader = await batch.ExecuteReaderAsync())
            {
                if (more)
                {
                    await numbers.ReadAsync(reader);
                }
            }
            return batch.BatchCommands[0].RecordsAffected == events.Count ? next : null;
        }
        catch (PostgresException fault) when (fault.Violates("audit_events_chained"))
        {
            return null;
        }
    }

    private AuditChain Add(NpgsqlBatch batch, string sql, AuditChain chain, IReadOnlyList<NumberedEvent> events, DateTimeOffset occurred)
    {
        occurred = ChainSeal.Stored(occurred).ToUniversalTime();
        var rows = new StoredEvent[events.Count];
        var hashes = new byte[events.Count][];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = StoredEvent.Of(events[i].Event, events[i].Number, occurred, chain.Id, chain.Position + i + 1);
            hashes[i] = seal.OfEvent(i == 0 ? chain.Head : hashes[i - 1], rows[i]);
        }
        var next = seal.Sealed(chain with { Position = chain.Position + rows.Length, Head = hashes[^1] });
        var insert = new NpgsqlBatchCommand(sql);
        Add(insert, occurred, NpgsqlDbType.TimestampTz);
        Add(insert, chain.Id, NpgsqlDbType.Bigint);
        Add(insert, chain.Position, NpgsqlDbType.Bigint);
        Add(insert, next.Head, NpgsqlDbType.Bytea);
        Add(insert, next.Seal, NpgsqlDbType.Bytea);
        Add(insert, chain.Seal, NpgsqlDbType.Bytea);
        AddColumns(insert, rows, hashes);
        batch.BatchCommands.Add(insert);
        return next;
    }

    private static void AddColumns(NpgsqlBatchCommand insert, StoredEvent[] rows, byte[][] hashes)
    {
        Add(insert, Array.ConvertAll(rows, row => row.Number), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        AddText(insert, rows, row => row.Category);
        AddText(insert, rows, row => row.SpaceId);
        AddText(insert, rows, row => row.UserId);
        AddText(insert, rows, row => row.Username);
        AddText(insert, rows, row => row.EstablishedWith);
        AddText(insert, rows, row => row.Message);
        AddText(insert, rows, row => string.Join(Between, row.RelatedDocumentIds));
        AddText(insert, rows, row => row.Details);
        AddText(insert, rows, row => row.CorrelationId);
        AddText(insert, rows, row => row.IpAddress);
        AddText(insert, rows, row => row.UserAgent);
        Add(insert, hashes, NpgsqlDbType.Array | NpgsqlDbType.Bytea);
    }

    private static void AddText(NpgsqlBatchCommand insert, StoredEvent[] rows, Converter<StoredEvent, string?> value) =>
        Add(insert, Array.ConvertAll(rows, value), NpgsqlDbType.Array | NpgsqlDbType.Text);

    private static void Add<T>(NpgsqlBatchCommand insert, T value, NpgsqlDbType type) =>
        insert.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
}

/// <summary>What only the database can decide of an append.</summary>
/// <param name="Statement">Made by <see cref="ChainWriter.StatementWhen"/>.</param>
/// <param name="Rows">How many rows <c>met</c> must have.</param>
public readonly record struct AppendCondition(string Statement, int Rows, Action<NpgsqlParameterCollection> AddParameters);

/// <summary>An event and the number that the database gave it.</summary>
public readonly record struct NumberedEvent(AuditEvent Event, long Number);

/// <summary>Nothing was written. No outage: somebody changed the chain's row.</summary>
public sealed class BrokenChainException(long chain, Exception fault) : Exception(
    $"Chain {chain} of the audit does not end where this server left it: its row in audit_chains was changed by somebody who is not OctoLogin. Run: octologin audit verify", fault);
