using OctoLogin.Access;
using OctoLogin.Users;

namespace OctoLogin.SignIn;

/// <summary>Keeps <c>sessions</c> and <c>sign_in_failures</c> as small as what still means something.</summary>
public sealed class SignInUpkeep(SessionStore sessions, SignInFailures failures, SessionTimes times, TimeProvider clock, ILogger<SignInUpkeep> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), clock);
        do
        {
            try
            {
                await PurgeAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.PurgeFailed(fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Removes what has ended, and says how many rows.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await sessions.PurgeAsync(now, now - times.IdleTimeout, cancel) + await failures.PurgeAsync(cancel);
    }
}

internal static partial class SignInUpkeepLog
{
    [LoggerMessage(LogLevel.Warning, "Ended sessions were not removed, this is tried again later: {Reason}")]
    public static partial void PurgeFailed(this ILogger log, string reason);
}
