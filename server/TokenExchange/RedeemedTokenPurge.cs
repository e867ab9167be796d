using Dapper;
using Npgsql;

namespace OctoLogin.TokenExchange;

/// <summary>Keeps <c>redeemed_tokens</c> and <c>revoked_tokens</c> as small as the tokens that are still valid.</summary>
public sealed class RedeemedTokenPurge(NpgsqlDataSource database, TimeProvider clock, ILogger<RedeemedTokenPurge> log) : BackgroundService
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

    /// <summary>Removes the rows that no valid token can meet again, and says how many.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        // An hour more than the leeway: a clock that is set back must not re-open what was used.
        return await connection.ExecuteAsync(new CommandDefinition(
            "delete from redeemed_tokens where expires_at < @before; delete from revoked_tokens where expires_at < @before",
            new { before = clock.GetUtcNow().AddHours(-1) }, cancellationToken: cancel));
    }
}

internal static partial class RedeemedTokenPurgeLog
{
    [LoggerMessage(LogLevel.Warning, "Ended tokens were not removed, this is tried again later: {Reason}")]
    public static partial void PurgeFailed(this ILogger log, string reason);
}
