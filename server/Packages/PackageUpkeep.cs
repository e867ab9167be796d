namespace OctoLogin.Packages;

/// <summary>Gives back the room of packages that were deleted and of pushes that died.</summary>
public sealed class PackageUpkeep(PackageContents contents, TimeProvider clock, ILogger<PackageUpkeep> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), clock);
        do
        {
            try
            {
                await contents.RemoveLeftoversAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.UpkeepFailed(fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}

internal static partial class PackageUpkeepLog
{
    [LoggerMessage(LogLevel.Warning, "The bytes of deleted packages were not removed, this is tried again later: {Reason}")]
    public static partial void UpkeepFailed(this ILogger log, string reason);
}
