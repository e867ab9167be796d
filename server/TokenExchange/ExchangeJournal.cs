using System.Diagnostics;
using System.Threading.Channels;
using Npgsql;
using OctoLogin.Audit;

namespace OctoLogin.TokenExchange;

/// <summary>
/// Records exchanges: what was redeemed and its audit event, durably, in one commit. One writer commits what has gathered while the
/// last commit ran, so that the requests of one moment share one flush to disk; alone, a request waits for nobody.
/// </summary>
public sealed class ExchangeJournal(
    [FromKeyedServices(Database.OpenDatabase.Journal)] NpgsqlDataSource database, AuditChains chains, ChainWriter events, EventNumbers numbers, ExchangeMetrics metrics, TimeProvider clock)
    : BackgroundService
{
    public const int MostInOneCommit = 256;

    /// <summary>More than these could not be answered in time; they are told to come back.</summary>
    public const int MostWaiting = 4096;

    private readonly Channel<JournalEntry> waiting = Channel.CreateBounded<JournalEntry>(new BoundedChannelOptions(MostWaiting)
    {
        SingleReader = true,
        // Where the writer waits for work, the request that brings some sends it off itself; waking another thread would take longer.
        AllowSynchronousContinuations = true,
    });

    // In memory, as nobody else writes to it; null before the first event and after a failure.
    private AuditChain? chain;

    /// <summary>How many wait to be committed.</summary>
    public int Waiting => waiting.Reader.Count;

    /// <summary>
    /// Ends when it is on disk. Throws what the database threw when the commit did not happen; then nothing of it is recorded.
    /// It is not taken back when the caller leaves: the attempt was made.
    /// </summary>
    public Task<JournalOutcome> WriteAsync(AuditEvent happened, Redemption? redemption = null)
    {
        var entry = new JournalEntry(happened, redemption);
        return waiting.Writer.TryWrite(entry)
            ? entry.Written.Task
            : throw OAuthException.Unavailable("The server is overloaded. Nothing was issued; try again in a few seconds.", 5);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What was accepted is still written: requests wait for it.
        waiting.Writer.TryComplete();
        if (ExecuteTask is { } running)
        {
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Watch(this);
        var batch = new List<JournalEntry>(MostInOneCommit);
        var postponed = new Queue<JournalEntry>();
        var busy = false;
        while (postponed.Count > 0 || await waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (busy)
            {
                // Behind what is ready to run: requests that need only a processor to get here share this commit.
                await Task.Yield();
            }
            Gather(batch, postponed);
            busy = batch.Count > 1;
            await CommitAsync(batch);
            batch.Clear();
        }
    }

    private void Gather(List<JournalEntry> batch, Queue<JournalEntry> postponed)
    {
        var pinning = new HashSet<string>(StringComparer.Ordinal);
        for (var i = postponed.Count; i > 0; i--)
        {
            Sort(postponed.Dequeue());
        }
        while (batch.Count < MostInOneCommit && waiting.Reader.TryRead(out var entry))
        {
            Sort(entry);
        }

        // Two first tokens of one identity may bring different ids: the second must see what the first pinned.
        void Sort(JournalEntry entry)
        {
            if (batch.Count < MostInOneCommit && (entry.Redemption?.Pin is null || pinning.Add(entry.Redemption.IdentityId)))
            {
                batch.Add(entry);
            }
            else
            {
                postponed.Enqueue(entry);
            }
        }
    }

    private async Task CommitAsync(List<JournalEntry> batch)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var outcomes = await RecordAsync(batch);
            metrics.Committed(Stopwatch.GetElapsedTime(started), failed: false);
            if (batch is [var only])
            {
                // Nobody waits for the writer, so that it can answer by itself.
                only.Written.TrySetResult(outcomes[0]);
                return;
            }
            for (var i = 0; i < batch.Count; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static done => done.Entry.Written.TrySetResult(done.Outcome), (Entry: batch[i], Outcome: outcomes[i]), preferLocal: false);
            }
        }
        catch (Exception fault)
        {
            metrics.Committed(Stopwatch.GetElapsedTime(started), failed: true);
            // One transaction: none of the batch is recorded, as far as anybody was told, and each request says so by itself.
            foreach (var entry in batch)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static failed => failed.Entry.Written.TrySetException(failed.Fault), (Entry: entry, Fault: fault), preferLocal: false);
            }
        }
    }

    private async Task<JournalOutcome[]> RecordAsync(List<JournalEntry> batch)
    {
        await using var connection = await database.OpenConnectionAsync();
        var given = await numbers.TakeAsync(connection, batch.Count);
        return await RecordAllAsync(connection, batch, given) ? new JournalOutcome[batch.Count] : await RecordSomeAsync(connection, batch, given);
    }

    /// <summary>One round trip: all of it, or nothing and false.</summary>
    private async Task<bool> RecordAllAsync(NpgsqlConnection connection, List<JournalEntry> batch, long[] given)
    {
        if (chain is not { } known || JournalStatement.RedeemsAll(batch) is not { } condition)
        {
            return false;
        }
        // Whether a commit that broke off took place is not guessed: what comes next begins another chain.
        chain = null;
        var next = await events.TryAppendAsync(connection, known, [.. batch.Zip(given, (entry, number) => new NumberedEvent(entry.Event, number))], clock.GetUtcNow(), condition, numbers);
        chain = next ?? known;
        return next is not null;
    }

    /// <summary>What is redeemed is found out first; the hashes are of what is written.</summary>
    private async Task<JournalOutcome[]> RecordSomeAsync(NpgsqlConnection connection, List<JournalEntry> batch, long[] given)
    {
        // It goes out with the first statement, and the commit with the last.
        await using var transaction = await connection.BeginTransactionAsync();
        var outcomes = await JournalStatement.ExecuteAsync(connection, batch);
        var happened = new List<NumberedEvent>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            if (outcomes[i] == JournalOutcome.Recorded)
            {
                happened.Add(new(batch[i].Event, given[i]));
            }
        }
        if (happened.Count > 0)
        {
            var open = chain ?? await chains.BeginAsync(connection, AuditChain.Exchanges);
            chain = null;
            chain = await events.AppendAsync(connection, open, happened, clock.GetUtcNow(), commit: true);
        }
        return outcomes;
    }
}
