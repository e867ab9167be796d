using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace OctoLogin.TokenExchange;

/// <summary>
/// One issuer's keys: fetched once however many wait, again in the background shortly before they are stale, and waited for when nobody
/// came in time: a key that was withdrawn ends with its set's life. Kept for a day when the issuer does not answer, and fetched for an
/// unknown <c>kid</c> at most once in 30 s. Or as an administrator uploaded them, and then never fetched.
/// </summary>
public sealed class IssuerEntry(IssuerSettings settings, IssuerDocuments documents, TimeProvider clock, ILogger log)
{
    public static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);
    public static readonly TimeSpan UnknownKeyCooldown = TimeSpan.FromSeconds(30);

    /// <summary>How soon an issuer that failed is asked again.</summary>
    public static readonly TimeSpan FailureCooldown = TimeSpan.FromSeconds(5);

    /// <summary>For how long after a fetch failed stale keys serve without waiting for another try: the issuer's silence would be every login's.</summary>
    public static readonly TimeSpan FailureStands = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly IssuerKeySet? uploaded = settings.Jwks is { } jwks ? new(IssuerKeySet.Read(JsonElement.Parse(jwks)), null, null) : null;
    private readonly X509Certificate2Collection? authority = settings.ReadAuthority();
    private Loaded? loaded;
    private Task? fetching;
    private DateTimeOffset? failedAt;
    private DateTimeOffset? fetchedForUnknownKey;
    private IssuerFailure? lastFailure;
    private long fetched;
    private long failed;

    private sealed record Loaded(IssuerKeySet Keys, DateTimeOffset At, TimeSpan Life);

    public IssuerSettings Settings => settings;

    public IssuerKeysState State()
    {
        lock (gate)
        {
            return uploaded is not null
                ? new("Uploaded", uploaded, settings.UpdatedAt, null, null)
                : new("Fetched", loaded?.Keys, loaded?.At, loaded is null ? null : loaded.At + loaded.Life, lastFailure);
        }
    }

    /// <summary>How often the keys were fetched, and how often that failed; for metrics.</summary>
    public long Fetched => Interlocked.Read(ref fetched);
    public long Failed => Interlocked.Read(ref failed);

    /// <summary>Since the keys were fetched; null when there are none that may be used.</summary>
    public TimeSpan? Age
    {
        get
        {
            lock (gate)
            {
                return loaded is not null && clock.GetUtcNow() - loaded.At is var age && age < LongestLife ? age : null;
            }
        }
    }

    /// <summary>Throws <see cref="IssuerUnreachableException"/> when there are none and they cannot be had now.</summary>
    public async Task<IssuerKeySet> GetAsync(CancellationToken cancel)
    {
        if (uploaded is not null)
        {
            return uploaded;
        }
        if (Fresh() is { } keys)
        {
            return keys;
        }
        await FetchAsync(cancel);
        return Usable() ?? throw new IssuerUnreachableException(lastFailure?.Reason ?? "");
    }

    /// <summary>The keys once more, because a token names one that is not among them; null when that was asked a moment ago, or can have no other answer.</summary>
    public async Task<IssuerKeySet?> GetForUnknownKeyAsync(CancellationToken cancel)
    {
        if (uploaded is not null)
        {
            return null;
        }
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

    /// <summary>Null: they must be fetched first. Stale ones serve only where that was tried and failed.</summary>
    private IssuerKeySet? Fresh()
    {
        lock (gate)
        {
            if (loaded is null)
            {
                return null;
            }
            var age = clock.GetUtcNow() - loaded.At;
            if (age >= LongestLife || (age >= loaded.Life && !FailedWithin(FailureStands)))
            {
                return null;
            }
            if (age >= loaded.Life * 0.8 && fetching is null && !FailedWithin(FailureCooldown))
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
                if (!evenAfterFailure && FailedWithin(FailureCooldown))
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
            var keys = await documents.ReadAsync(settings.Issuer, authority, CancellationToken.None);
            Interlocked.Increment(ref fetched);
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
            log.FetchFailed(settings.Issuer, fault.Message);
            Interlocked.Increment(ref failed);
            lock (gate)
            {
                failedAt = clock.GetUtcNow();
                lastFailure = new(fault is IssuerUnreachableException ? fault.Message : "its documents could not be read", failedAt.Value);
                fetching = null;
            }
        }
    }
}

/// <summary>How a process has an issuer's keys at this moment.</summary>
/// <param name="Source"><c>Fetched</c> or <c>Uploaded</c>.</param>
/// <param name="Keys">Null: there are none, and <paramref name="LastFailure"/> says why.</param>
/// <param name="At">When they were fetched or uploaded.</param>
/// <param name="StaleAt">When they should have been fetched again; null: never.</param>
/// <param name="LastFailure">Kept also when a later fetch went well.</param>
public sealed record IssuerKeysState(string Source, IssuerKeySet? Keys, DateTimeOffset? At, DateTimeOffset? StaleAt, IssuerFailure? LastFailure);

public sealed record IssuerFailure(string Reason, DateTimeOffset At);

internal static partial class IssuerEntryLog
{
    [LoggerMessage(LogLevel.Warning, "The keys of issuer {Issuer} could not be fetched: {Reason}")]
    public static partial void FetchFailed(this ILogger log, string issuer, string reason);
}
