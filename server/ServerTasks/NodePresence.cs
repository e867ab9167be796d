using OctoLogin.Database;

namespace OctoLogin.ServerTasks;

/// <summary>Says every few seconds that this process is there and what it does, also where it runs no tasks; and takes that back when it ends.</summary>
public sealed class NodePresence(ServerNode node, TaskOptions options, ServerNodeStore nodes, ILogger<NodePresence> log) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            // Not bounded by the host's patience, of which what ended before may have left nothing.
            using var patience = new CancellationTokenSource(Patience);
            await nodes.RemoveAsync(node, patience.Token);
        }
        catch (Exception fault) when (Outage.Is(fault) || fault is OperationCanceledException)
        {
            // It is removed by age.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await nodes.BeatAsync(node, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.NotHeardOf(fault.Message);
            }
            catch (Exception)
            {
                return;
            }
            await Task.Delay(options.Heartbeat, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

internal static partial class NodePresenceLog
{
    [LoggerMessage(LogLevel.Debug, "The database could not be told that this process is there, this is tried again: {Reason}")]
    public static partial void NotHeardOf(this ILogger log, string reason);
}
