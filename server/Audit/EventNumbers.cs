using Npgsql;
using NpgsqlTypes;

namespace OctoLogin.Audit;

/// <summary>
/// Numbers for the events of one writer, fetched ahead with the commit before: an event's hash covers its number, so that it must be known
/// before anything is sent.
/// </summary>
public sealed class EventNumbers
{
    // What others wrote meanwhile has higher numbers, though it is older; by more than this the order of the log must not be wrong.
    private static readonly TimeSpan UsableFor = TimeSpan.FromSeconds(1);

    private readonly Queue<long> fetched = new();
    private long fetchedAt;

    /// <summary>Rising. They are asked for where there are not enough.</summary>
    public async ValueTask<long[]> TakeAsync(NpgsqlConnection connection, int count)
    {
        if (fetched.Count > 0 && Environment.TickCount64 - fetchedAt > UsableFor.TotalMilliseconds)
        {
            fetched.Clear();
        }
        if (fetched.Count < count)
        {
            await using var batch = new NpgsqlBatch(connection);
            Add(batch, count);
            await batch.PrepareAsync();
            await using var reader = await batch.ExecuteReaderAsync();
            await ReadAsync(reader);
        }
        var taken = new long[count];
        for (var i = 0; i < count; i++)
        {
            taken[i] = fetched.Dequeue();
        }
        return taken;
    }

    /// <summary>Asks for as many as will be wanted next; its result is the batch's only one.</summary>
    /// <returns>Whether there is a result to read.</returns>
    public bool AddTo(NpgsqlBatch batch, int lately)
    {
        var wanted = (2 * lately) - fetched.Count;
        if (wanted > 0)
        {
            Add(batch, wanted);
        }
        return wanted > 0;
    }

    public async Task ReadAsync(NpgsqlDataReader reader)
    {
        await reader.ReadAsync();
        if (fetched.Count == 0)
        {
            fetchedAt = Environment.TickCount64;
        }
        foreach (var number in reader.GetFieldValue<long[]>(0))
        {
            fetched.Enqueue(number);
        }
    }

    private static void Add(NpgsqlBatch batch, int count)
    {
        var fetch = new NpgsqlBatchCommand("select array_agg(nextval('audit_events_seq')) from generate_series(1, $1)");
        fetch.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count, NpgsqlDbType = NpgsqlDbType.Integer });
        batch.BatchCommands.Add(fetch);
    }
}
