using Npgsql;

namespace OctoLogin.OpenIdProvider;

/// <summary>Keeps the ring fresh: at once when a replica says that keys have changed, and every minute; rotates when it is time.</summary>
public sealed class SigningKeyUpkeep(
    NpgsqlDataSource database, SigningKeyRing ring, SigningKeyRotation rotation, TimeProvider clock, ILogger<SigningKeyUpkeep> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

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
                log.UpkeepInterrupted(fault.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
        await using (var listen = new NpgsqlCommand($"listen {SigningKeyStore.Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancel);
        }
        while (true)
        {
            await rotation.EnsureAsync(cancel);
            await ring.ReloadAsync(cancel);
            await connection.WaitAsync(Interval, cancel);
        }
    }
}

internal static partial class SigningKeyUpkeepLog
{
    [LoggerMessage(LogLevel.Warning, "Signing keys are served from memory; the database does not answer: {Reason}")]
    public static partial void UpkeepInterrupted(this ILogger log, string reason);
}
