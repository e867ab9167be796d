using System.Text.Json;
using OctoLogin.Jose;

namespace OctoLogin.TokenExchange;

/// <summary>One issuer's keys: <see cref="Fetched{T}"/>, or as an administrator uploaded them, and then never fetched.</summary>
public sealed class IssuerEntry
{
    private readonly IssuerKeySet? uploaded;
    private readonly Fetched<IssuerKeySet> fetched;

    public IssuerEntry(IssuerSettings settings, IssuerDocuments documents, TimeProvider clock, ILogger log)
    {
        Settings = settings;
        uploaded = settings.Jwks is { } jwks ? new(IssuerKeySet.Read(JsonElement.Parse(jwks)), null, null) : null;
        var authority = settings.ReadAuthority();
        fetched = new(async () =>
        {
            var keys = await documents.ReadAsync(settings.Issuer, authority, CancellationToken.None);
            return (keys, keys.MaxAge);
        }, reason => log.FetchFailed(settings.Issuer, reason), clock);
    }

    public IssuerSettings Settings { get; }

    public IssuerKeysState State()
    {
        if (uploaded is not null)
        {
            return new("Uploaded", uploaded, Settings.UpdatedAt, null, null);
        }
        var (keys, at, staleAt, lastFailure) = fetched.State();
        return new("Fetched", keys, at, staleAt, lastFailure);
    }

    /// <summary>How often the keys were fetched, and how often that failed; for metrics.</summary>
    public long Fetched => fetched.Times;
    public long Failed => fetched.Failures;

    /// <summary>Since the keys were fetched; null when there are none that may be used.</summary>
    public TimeSpan? Age => fetched.Age;

    /// <summary>Throws <see cref="IssuerUnreachableException"/> when there are none and they cannot be had now.</summary>
    public ValueTask<IssuerKeySet> GetAsync(CancellationToken cancel) => uploaded is not null ? new(uploaded) : new(fetched.GetAsync(cancel));

    /// <summary>The keys once more, because a token names one that is not among them; null when that was asked a moment ago, or can have no other answer.</summary>
    public async Task<IssuerKeySet?> GetForUnknownKeyAsync(CancellationToken cancel) => uploaded is null ? await fetched.GetForUnknownAsync(cancel) : null;
}

/// <summary>How a process has an issuer's keys at this moment.</summary>
/// <param name="Source"><c>Fetched</c> or <c>Uploaded</c>.</param>
/// <param name="Keys">Null: there are none, and <paramref name="LastFailure"/> says why.</param>
/// <param name="At">When they were fetched or uploaded.</param>
/// <param name="StaleAt">When they should have been fetched again; null: never.</param>
/// <param name="LastFailure">Kept also when a later fetch went well.</param>
public sealed record IssuerKeysState(string Source, IssuerKeySet? Keys, DateTimeOffset? At, DateTimeOffset? StaleAt, IssuerFailure? LastFailure);

internal static partial class IssuerEntryLog
{
    [LoggerMessage(LogLevel.Warning, "The keys of issuer {Issuer} could not be fetched: {Reason}")]
    public static partial void FetchFailed(this ILogger log, string issuer, string reason);
}
