namespace OctoLogin.TokenExchange;

/// <summary>Keeps <c>redeemed_tokens</c> and <c>revoked_tokens</c> as small as the tokens that are still valid.</summary>
public sealed class RedeemedTokenPurge(RedeemedTokenStore redeemed, TimeProvider clock, ILogger<RedeemedTokenPurge> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), clock);
        do
        {
            try
            {
                await redeemed.PurgeAsync(clock.GetUtcNow(), stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.PurgeFailed(fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}

internal static partial class RedeemedTokenPurgeLog
{
    [LoggerMessage(LogLevel.Warning, "Ended tokens were not removed, this is tried again later: {Reason}")]
    public static partial void PurgeFailed(this ILogger log, string reason);
}
