namespace OctoLogin.TokenExchange;

/// <summary>
/// One issuer's keys: fetched once however many wait, again in the background before they are stale, kept for a day when the issuer
/// does not answer, and fetched for an unknown <c>kid</c> at most once in 30 s.
/// </summary>
public sealed class IssuerEntry(string issuer, IssuerDocuments documents, TimeProvider clock, ILogger log)
{
    public static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);
    public static readonly TimeSpan UnknownKeyCooldown = TimeSpan.FromSeconds(30);

    /// <summary>How soon an issuer that failed is asked again.</summary>
    public static readonly TimeSpan FailureCooldown = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private Loaded? loaded;
    private Task? fetching;
    private DateTimeOffset? failedAt;
    private DateTimeOffset? fetchedForUnknownKey;
    private string failure = "";

    private sealed record Loaded(IssuerKeySet Keys, DateTimeOffset At, TimeSpan Life);

    /// <summary>Throws <see cref="IssuerUnreachableException"/> when there are none and they cannot be had now.</summary>
    public async Task<IssuerKeySet> GetAsync(CancellationToken cancel)
    {
        if (Fresh() is { } keys)
        {
            return keys;
        }
        await FetchAsync(cancel);
        return Usable() ?? throw new IssuerUnreachableException(failure);
    }

    /// <summary>The keys once more, because a token names one that is not among them; null when that was asked a moment ago.</summary>
    public async Task<IssuerKeySet?> GetForUnknownKeyAsync(CancellationToken cancel)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (fetchedForUnknownKey is { } last && now - last < UnknownKeyCooldown && fetching is null)
            {
                return null;
            }
            fetchedForUnknownKey = fetching is null ? now : fetchedForUnknownKey;
        }
        await FetchAsync(cancel, evenAfterFailure: true);
        return Usable();
    }

    private IssuerKeySet? Fresh()
    {
        lock (gate)
        {
            if (loaded is null || clock.GetUtcNow() - loaded.At >= LongestLife)
            {
                return null;
            }
            var age = clock.GetUtcNow() - loaded.At;
            if (age >= loaded.Life * 0.8 && fetching is null && !FailedJustNow())
            {
                // Started in the background: the requests of now are served with the keys that are there.
                fetching = Task.Run(FetchOnceAsync);
            }
            return loaded.Keys;
        }
    }

    private IssuerKeySet? Usable()
    {
        lock (gate)
        {
            return loaded is not null && clock.GetUtcNow() - loaded.At < LongestLife ? loaded.Keys : null;
        }
    }

    private Task FetchAsync(CancellationToken cancel, bool evenAfterFailure = false)
    {
        Task running;
        lock (gate)
        {
            if (fetching is null)
            {
                if (!evenAfterFailure && FailedJustNow())
                {
                    return Task.CompletedTask;
                }
                fetching = Task.Run(FetchOnceAsync);
            }
            running = fetching;
        }
        // One caller that leaves does not end the fetch for the others.
        return running.WaitAsync(cancel);
    }

    private bool FailedJustNow() => failedAt is { } at && clock.GetUtcNow() - at < FailureCooldown;

    private async Task FetchOnceAsync()
    {
        try
        {
            var keys = await documents.ReadAsync(issuer, CancellationToken.None);
            lock (gate)
            {
                var life = keys.MaxAge ?? ShortestLife;
                loaded = new Loaded(keys, clock.GetUtcNow(), life < ShortestLife ? ShortestLife : life > LongestLife ? LongestLife : life);
                failedAt = null;
                fetching = null;
            }
        }
        catch (Exception fault)
        {
            log.FetchFailed(issuer, fault.Message);
            lock (gate)
            {
                failure = fault is IssuerUnreachableException ? fault.Message : "its documents could not be read";
                failedAt = clock.GetUtcNow();
                fetching = null;
            }
        }
    }
}

internal static partial class IssuerEntryLog
{
    [LoggerMessage(LogLevel.Warning, "The keys of issuer {Issuer} could not be fetched: {Reason}")]
    public static partial void FetchFailed(this ILogger log, string issuer, string reason);
}
