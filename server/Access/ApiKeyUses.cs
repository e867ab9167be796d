using System.Collections.Concurrent;
using System.Threading.Channels;
using OctoLogin.Users;

namespace OctoLogin.Access;

/// <summary>
/// Writes down when API keys are used, beside the requests and not in them, and of each key once a minute at most: a key is used many
/// times a second, and nobody asks for the second.
/// </summary>
public sealed class ApiKeyUses(ApiKeyStore keys, TimeProvider clock, ILogger<ApiKeyUses> log) : BackgroundService
{
    private const int MostKeys = 10_000;
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> noted = new(StringComparer.Ordinal);

    // What does not fit is written at the key's next use.
    private readonly Channel<(string Id, DateTimeOffset At)> queue = Channel.CreateBounded<(string, DateTimeOffset)>(
        new BoundedChannelOptions(1000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    public void Note(string keyId)
    {
        var now = clock.GetUtcNow();
        if (noted.TryGetValue(keyId, out var last) && now - last < Apart)
        {
            return;
        }
        if (noted.Count >= MostKeys)
        {
            noted.Clear();
        }
        noted[keyId] = now;
        queue.Writer.TryWrite((keyId, now));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (id, at) in queue.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await keys.NoteUseAsync(id, at, stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.NotNoted(fault.Message);
            }
        }
    }
}

internal static partial class ApiKeyUsesLog
{
    [LoggerMessage(LogLevel.Debug, "When an API key was used could not be written down: {Reason}")]
    public static partial void NotNoted(this ILogger log, string reason);
}
