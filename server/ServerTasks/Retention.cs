using System.Globalization;
using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Packages;
using OctoLogin.Spaces;

namespace OctoLogin.ServerTasks;

/// <summary>Queues the removal of old logs once a day, whichever node comes first.</summary>
public sealed class RetentionSchedule(NpgsqlDataSource database, SpaceStore spaces, ServerTaskStore tasks, ServerTaskQueue queue, TimeProvider clock)
{
    public Task QueueAsync(CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        // Whoever does not get it leaves it to who has it.
        var isOurs = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select pg_try_advisory_xact_lock(hashtext('octologin.tasks.retention'))", cancellationToken: cancel));
        if (isOurs && await spaces.FindDefaultAsync(cancel) is { } space
            && !await tasks.AnyQueuedSinceAsync(connection, RetentionRunner.Name, clock.GetUtcNow().AddDays(-1), cancel))
        {
            await queue.EnqueueAsync(connection, new NewServerTask
            {
                SpaceId = space.Id, Name = RetentionRunner.Name, Description = "Remove old task logs, releases, runs and packages", ConcurrencyKey = RetentionRunner.Name,
            }, cancel);
        }
    }, cancel);
}

/// <summary>
/// Removes the logs of tasks that ended <c>Tasks:RetentionDays</c> ago, and the tasks themselves when they are of no project. Those of a
/// project are its history: deployments and runbook runs name them, and they go with these. What tasks kept goes with their logs. And packages, where they are not kept for ever.
/// </summary>
public sealed class RetentionRunner(
    NpgsqlDataSource database, ServerTaskStore tasks, TaskLogStore logs, IEnumerable<LogsRemoved> followers, IEnumerable<DailyRemoval> removals, PackageRetention packages, TaskOptions options, TimeProvider clock) : IServerTaskRunner
{
    public const string Name = "Retention";

    /// <summary>Of one transaction, so that none is long.</summary>
    private const int Batch = 100;

    public string TaskName => Name;

    public async Task RunAsync(RunningTask task, CancellationToken cancel)
    {
        var before = clock.GetUtcNow().AddDays(-options.RetentionDays);
        var removed = 0;
        while (await RemoveAsync(before, cancel) is > 0 and var count)
        {
            removed += count;
        }
        task.Log.Info(string.Create(CultureInfo.InvariantCulture, $"The logs of {removed} tasks that ended before {before:u} were removed."));
        foreach (var remove in removals)
        {
            await remove(task.Log, cancel);
        }
        // Last: what was removed before may have used them.
        if (await packages.RunAsync(cancel) is > 0 and var unused)
        {
            task.Log.Info(string.Create(CultureInfo.InvariantCulture, $"{unused} packages that no release uses were removed, as Packages:RetentionDays says."));
        }
    }

    private async Task<int> RemoveAsync(DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var old = await tasks.OldAsync(connection, before, Batch, cancel);
        if (old.Length == 0)
        {
            return 0;
        }
        await logs.RemoveAsync(connection, old, cancel);
        foreach (var follow in followers)
        {
            await follow(connection, old, cancel);
        }
        await tasks.LogsRemovedAsync(connection, old, cancel);
        await transaction.CommitAsync(cancel);
        return old.Length;
    }
}

/// <summary>Takes away, in the transaction that removes the logs of tasks, what belongs to them.</summary>
public delegate Task LogsRemoved(NpgsqlConnection connection, long[] taskNumbers, CancellationToken cancel);

/// <summary>Removes, once a day, what a slice no longer keeps, in transactions of its own, and says what that was.</summary>
public delegate Task DailyRemoval(ActivityLog log, CancellationToken cancel);
