using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

/// <summary>
/// What is counted of exchanges. The only labels are an outcome of <see cref="ExchangeOutcome"/> and an issuer that an identity of the
/// named account has: what a stranger makes up never becomes a time series.
/// </summary>
public sealed class ExchangeMetrics
{
    public const string Name = "OctoLogin.TokenExchange";

    /// <summary>The issuer's label where none of the account's is meant.</summary>
    private const string NoIssuer = "none";

    private static readonly ActivitySource Source = new(Name);
    private static readonly InstrumentAdvice<double> Latencies = new() { HistogramBucketBoundaries = Latency.Buckets };
    private static readonly KeyValuePair<string, object?>[] Outcomes = [.. Enum.GetNames<ExchangeOutcome>().Select(name => Tag("outcome", JsonNamingPolicy.SnakeCaseLower.ConvertName(name)))];
    private static readonly KeyValuePair<string, object?> Issued = Tag("result", "issued"), Refused = Tag("result", "refused"), Failed = Tag("result", "failed");
    private static readonly KeyValuePair<string, object?> CommitDone = Tag("result", "done"), CommitFailed = Tag("result", "failed");
    private static readonly KeyValuePair<string, object?> FetchDone = Tag("result", "done"), FetchFailed = Tag("result", "failed");

    private readonly Meter meter;
    private readonly Counter<long> exchanges;
    private readonly Counter<long> replays;
    private readonly Histogram<double> duration;
    private readonly Histogram<double> commits;

    public ExchangeMetrics(IMeterFactory meters, IssuerMetadata issuers, LiveTokens live)
    {
        meter = meters.Create(Name);
        exchanges = meter.CreateCounter<long>("octologin.exchanges", "{exchange}", "Exchanges by outcome and, where the named account trusts it, issuer");
        replays = meter.CreateCounter<long>("octologin.replays", "{exchange}", "Genuine subject tokens that were presented once more and refused");
        duration = meter.CreateHistogram("octologin.exchange.duration", "s", "From the request's arrival until it was decided and recorded", advice: Latencies);
        commits = meter.CreateHistogram("octologin.journal.commit.duration", "s", "Commits of the writer that records exchanges; each holds all that had gathered", advice: Latencies);
        meter.CreateObservableGauge("octologin.issuer.keys.age", () => issuers.Entries.Where(one => one.Age is not null).Select(one => new Measurement<double>(one.Age!.Value.TotalSeconds, Tag("issuer", one.Settings.Issuer))),
            "s", "Since the issuer's keys were fetched; absent when there are none that may be used");
        meter.CreateObservableCounter("octologin.issuer.keys.fetches", () => issuers.Entries.SelectMany(one =>
                (Measurement<long>[])[new(one.Fetched, Tag("issuer", one.Settings.Issuer), FetchDone), new(one.Failed, Tag("issuer", one.Settings.Issuer), FetchFailed)]),
            "{fetch}", "Fetches of an issuer's discovery document and keys");
        meter.CreateObservableGauge("octologin.tokens.live", () => live.Count is { } count ? [new Measurement<long>(count)] : Array.Empty<Measurement<long>>(),
            "{token}", "Access tokens of all replicas that were issued and have not expired or been revoked, from the database every 10 s; absent while it does not answer");
    }

    /// <summary>Null unless somebody listens to traces.</summary>
    public static Activity? StartSpan() => Source.StartActivity("token exchange");

    /// <param name="elapsed">Since the request arrived.</param>
    public void Ended(ExchangeAttempt attempt, Activity? span, TimeSpan elapsed)
    {
        var outcome = attempt.Outcome;
        var issuer = Tag("issuer", attempt.TrustedIssuer ?? NoIssuer);
        exchanges.Add(1, Outcomes[(int)outcome], issuer);
        duration.Record(elapsed.TotalSeconds, outcome switch
        {
            ExchangeOutcome.Issued => Issued,
            ExchangeOutcome.KeysUnavailable or ExchangeOutcome.Unavailable or ExchangeOutcome.Error => Failed,
            _ => Refused,
        });
        if (outcome == ExchangeOutcome.UsedBefore)
        {
            replays.Add(1, issuer);
        }
        span?.SetTag("octologin.outcome", Outcomes[(int)outcome].Value).SetTag("octologin.issuer", issuer.Value);
        if (outcome is ExchangeOutcome.Unavailable or ExchangeOutcome.Error)
        {
            span?.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>Refused before it was looked at.</summary>
    public void Limited() => exchanges.Add(1, Outcomes[(int)ExchangeOutcome.Limited], Tag("issuer", NoIssuer));

    public void Watch(ExchangeJournal journal)
    {
        // A counter that appears with its first event is no increase to Prometheus: the first replay would pass unseen.
        foreach (var outcome in Outcomes)
        {
            exchanges.Add(0, outcome, Tag("issuer", NoIssuer));
        }
        replays.Add(0, Tag("issuer", NoIssuer));
        meter.CreateObservableGauge("octologin.journal.waiting", () => journal.Waiting, "{exchange}", $"Exchanges that wait to be recorded; from {ExchangeJournal.MostWaiting} on more are refused with 503");
    }

    public void Committed(TimeSpan took, bool failed) => commits.Record(took.TotalSeconds, failed ? CommitFailed : CommitDone);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
