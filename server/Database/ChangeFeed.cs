using System.Runtime.CompilerServices;
using Npgsql;

namespace OctoLogin.Database;

/// <summary>
/// Says whether what was read about people, roles, keys and revocations still stands: every change to them, on whichever replica,
/// raises <see cref="Generation"/> by a notification that PostgreSQL sends at the commit. While the listening connection does not
/// answer, nothing remembered is to be trusted: <see cref="IsLive"/> is false within a second.
/// </summary>
public sealed class ChangeFeed : BackgroundService
{
    public const string Channel = "octologin_changes";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(1);
    private static readonly ConditionalWeakTable<NpgsqlDataSource, ChangeFeed> Feeds = [];

    private readonly NpgsqlDataSource database;
    private readonly NpgsqlDataSource journal;
    private readonly ILogger<ChangeFeed> log;
    private long generation;
    private long trustedUntil;

    public ChangeFeed(NpgsqlDataSource database, [FromKeyedServices(OpenDatabase.Journal)] NpgsqlDataSource journal, ILogger<ChangeFeed> log)
    {
        (this.database, this.journal, this.log) = (database, journal, log);
        Feeds.AddOrUpdate(database, this);
    }

    /// <summary>What was read at this number stands as long as the number does, and <see cref="IsLive"/>.</summary>
    public long Generation => Volatile.Read(ref generation);

    // The machine's uptime and not the clock: a clock that is set back must not prolong trust.
    public bool IsLive => Environment.TickCount64 < Volatile.Read(ref trustedUntil);

    /// <summary>This process changed something itself: its next request must see it, before the notification comes back.</summary>
    public static void ChangedHere(NpgsqlDataSource database)
    {
        if (Feeds.TryGetValue(database, out var feed))
        {
            Interlocked.Increment(ref feed.generation);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                Volatile.Write(ref trustedUntil, 0);
                log.FeedInterrupted(fault.Message);
                // A pool is emptied when one of its connections breaks. The journal's own is idle meanwhile, and would be found dead by the first login after the outage.
                journal.Clear();
                await Task.Delay(Heartbeat, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        connection.Notification += (_, _) => Interlocked.Increment(ref generation);
        await using var listen = new NpgsqlCommand($"listen {Channel}", connection) { CommandTimeout = 5 };
        await listen.ExecuteNonQueryAsync(cancel);
        // What happened while nobody listened is not known.
        Interlocked.Increment(ref generation);
        await using var ask = new NpgsqlCommand("select 1", connection) { CommandTimeout = 1 };
        while (true)
        {
            var asked = Environment.TickCount64;
            await ask.ExecuteScalarAsync(cancel);
            // Counted from before the question: the answer proves that all until then has arrived.
            Volatile.Write(ref trustedUntil, asked + (long)TrustedFor.TotalMilliseconds);
            await connection.WaitAsync(Heartbeat, cancel);
        }
    }
}

internal static partial class ChangeFeedLog
{
    [LoggerMessage(LogLevel.Warning, "The database's notifications are interrupted; nothing is answered from memory until they are back: {Reason}")]
    public static partial void FeedInterrupted(this ILogger log, string reason);
}
