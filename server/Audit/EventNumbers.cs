using Npgsql;
using NpgsqlTypes;

namespace OctoLogin.Audit;

/// <summary>
/// Numbers for the events of exchanges, fetched ahead with the commit before: an event's hash covers its number, so that it must be known
/// before anything is sent.
/// </summary>
public sealed class EventNumbers
{
    // What another replica wrote meanwhile has higher numbers, though it is older: by no more than this. A busy server commits more often.
    private static readonly TimeSpan UsableFor = TimeSpan.FromMilliseconds(50);

    private readonly Queue<long> fetched = new();
    private long takenAt;
    private bool busy;
    private int changes;
    private int changesWhenFetched;

    /// <summary>This process takes a number for something else: what is written from here on has higher ones.</summary>
    public void Outdate() => Interlocked.Increment(ref changes);

    /// <summary>Rising. They are asked for where there are not enough.</summary>
    public async ValueTask<long[]> TakeAsync(NpgsqlConnection connection, int count)
    {
        var now = Environment.TickCount64;
        busy = now - takenAt <= UsableFor.TotalMilliseconds;
        takenAt = now;
        if (!busy || fetched.Count < count || Volatile.Read(ref changes) != changesWhenFetched)
        {
            changesWhenFetched = Volatile.Read(ref changes);
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

    /// <summary>Asks for what will be wanted next, while one commit follows the other; its result is the batch's only one.</summary>
    /// <returns>Whether there is a result to read.</returns>
    public bool AddTo(NpgsqlBatch batch, int lately)
    {
        if (busy)
        {
            Add(batch, 2 * lately);
        }
        return busy;
    }

    public async Task ReadAsync(NpgsqlDataReader reader)
    {
        await reader.ReadAsync();
        fetched.Clear();
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
