using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.ServerTasks;

namespace OctoLogin.HealthChecks;

/// <summary>Writes <c>health_check_schedules</c>: queues a check of all targets of each space whose last one is an interval ago, whichever server comes first.</summary>
public sealed class HealthSchedule(NpgsqlDataSource database, ServerTaskQueue queue, HealthCheckOptions options, TimeProvider clock)
{
    public Task QueueAsync(CancellationToken cancel) => options.Interval is not { } interval ? Task.CompletedTask : database.InTransactionAsync(async connection =>
    {
        var now = clock.GetUtcNow();
        // Of two servers the second waits here for the first, and then finds it done.
        var spaces = await connection.QueryAsync<string>(new CommandDefinition(
            """
            insert into health_check_schedules as s (space_id, queued_at)
            select distinct m.space_id, @now::timestamptz from machines m where not m.is_disabled and (m.endpoint ->> 'CommunicationStyle') = any(@styles)
            order by m.space_id
            on conflict (space_id) do update set queued_at = excluded.queued_at where s.queued_at <= @before
            returning space_id
            """, new { now, before = now - interval, styles = TargetCheck.Styles }, cancellationToken: cancel));
        foreach (var space in spaces)
        {
            await queue.EnqueueAsync(connection, new NewServerTask
            {
                SpaceId = space, Name = HealthCheckRunner.Name, Description = "Check health of all targets, by schedule", ArgumentsJson = new HealthCheckArguments().ToJson(),
                ConcurrencyKey = HealthCheckRunner.KeyOf(space), TimeLimit = interval,
                // When no node takes it, they do not pile up.
                QueueTimeExpiry = now + interval,
            }, cancel);
        }
    }, cancel);
}

/// <summary>Looks at the schedule again and again while this server runs.</summary>
public sealed class HealthScheduler(HealthSchedule schedule, TimeProvider clock, ILogger<HealthScheduler> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await schedule.QueueAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.NotScheduled(fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}

internal static partial class HealthSchedulerLog
{
    [LoggerMessage(LogLevel.Warning, "The schedule of health checks was interrupted, this is tried again: {Reason}")]
    public static partial void NotScheduled(this ILogger log, string reason);
}
