namespace OctoLogin.Jose;

/// <summary>
/// What an issuer publishes about itself: fetched once however many wait, again in the background shortly before it is stale, and waited
/// for when nobody came in time: what was withdrawn ends with its document's life. Kept for a day when the issuer does not answer, and
/// fetched for something unknown (a <c>kid</c>) at most once in 30 s.
/// </summary>
public sealed class Fetched<T>(Func<Task<(T Value, TimeSpan? MaxAge)>> read, Action<string> failing, TimeProvider clock)
    where T : class
{
    private readonly Lock gate = new();
    private Loaded? loaded;
    private Task? fetching;
    private DateTimeOffset? failedAt;
    private DateTimeOffset? fetchedForUnknown;
    private IssuerFailure? lastFailure;
    private long times;
    private long failures;

    private sealed record Loaded(T Value, DateTimeOffset At, TimeSpan Life);

    /// <summary>How often it was fetched, and how often that failed; for metrics.</summary>
    public long Times => Interlocked.Read(ref times);
    public long Failures => Interlocked.Read(ref failures);

    public (T? Value, DateTimeOffset? At, DateTimeOffset? StaleAt, IssuerFailure? LastFailure) State()
    {
        lock (gate)
        {
            return (loaded?.Value, loaded?.At, loaded is null ? null : loaded.At + loaded.Life, lastFailure);
        }
    }

    /// <summary>Since it was fetched; null when there is none that may be used.</summary>
    public TimeSpan? Age
    {
        get
        {
            lock (gate)
            {
                return loaded is not null && clock.GetUtcNow() - loaded.At is var age && age < Fetching.LongestLife ? age : null;
            }
        }
    }

    /// <summary>Throws <see cref="IssuerUnreachableException"/> when there is none and it cannot be had now.</summary>
    public async Task<T> GetAsync(CancellationToken cancel)
    {
        if (Fresh() is { } value)
        {
            return value;
        }
        await FetchAsync(cancel);
        return Usable() ?? throw new IssuerUnreachableException(lastFailure?.Reason ?? "");
    }

    /// <summary>Once more, because a token names what is not in it; null when that was asked a moment ago.</summary>
    public async Task<T?> GetForUnknownAsync(CancellationToken cancel)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (fetchedForUnknown is { } last && now - last < Fetching.UnknownKeyCooldown && fetching is null)
            {
                return null;
            }
            fetchedForUnknown = fetching is null ? now : fetchedForUnknown;
        }
        await FetchAsync(cancel, evenAfterFailure: true);
        return Usable();
    }

    /// <summary>Null: it must be fetched first. A stale one serves only where that was tried and failed.</summary>
    private T? Fresh()
    {
        lock (gate)
        {
            if (loaded is null)
            {
                return null;
            }
            var age = clock.GetUtcNow() - loaded.At;
            if (age >= Fetching.LongestLife || (age >= loaded.Life && !FailedWithin(Fetching.FailureStands)))
            {
                return null;
            }
            if (age >= loaded.Life * 0.8 && fetching is null && !FailedWithin(Fetching.FailureCooldown))
            {
                // Started in the background: the requests of now are served with what is there.
                fetching = Task.Run(FetchOnceAsync);
            }
            return loaded.Value;
        }
    }

    private T? Usable()
    {
        lock (gate)
        {
            return loaded is not null && clock.GetUtcNow() - loaded.At < Fetching.LongestLife ? loaded.Value : null;
        }
    }

    private Task FetchAsync(CancellationToken cancel, bool evenAfterFailure = false)
    {
        Task running;
        lock (gate)
        {
            if (fetching is null)
            {
                if (!evenAfterFailure && FailedWithin(Fetching.FailureCooldown))
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

    private bool FailedWithin(TimeSpan time) => failedAt is { } at && clock.GetUtcNow() - at < time;

    private async Task FetchOnceAsync()
    {
        try
        {
            var (value, maxAge) = await read();
            Interlocked.Increment(ref times);
            lock (gate)
            {
                var life = maxAge ?? Fetching.ShortestLife;
                loaded = new Loaded(value, clock.GetUtcNow(), life < Fetching.ShortestLife ? Fetching.ShortestLife : life > Fetching.LongestLife ? Fetching.LongestLife : life);
                failedAt = null;
                fetching = null;
            }
        }
        catch (Exception fault)
        {
            failing(fault.Message);
            Interlocked.Increment(ref failures);
            lock (gate)
            {
                failedAt = clock.GetUtcNow();
                lastFailure = new(fault is IssuerUnreachableException ? fault.Message : "its documents could not be read", failedAt.Value);
                fetching = null;
            }
        }
    }
}

public static class Fetching
{
    public static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);
    public static readonly TimeSpan UnknownKeyCooldown = TimeSpan.FromSeconds(30);

    /// <summary>How soon an issuer that failed is asked again.</summary>
    public static readonly TimeSpan FailureCooldown = TimeSpan.FromSeconds(5);

    /// <summary>For how long after a fetch failed stale keys serve without waiting for another try: the issuer's silence would be every login's.</summary>
    public static readonly TimeSpan FailureStands = TimeSpan.FromMinutes(1);
}

public sealed record IssuerFailure(string Reason, DateTimeOffset At);
