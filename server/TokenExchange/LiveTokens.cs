using Dapper;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;

namespace OctoLogin.TokenExchange;

/// <summary>
/// How many access tokens of all replicas work now: those that the audit says were issued, without those that have expired or were
/// revoked. Read in the background and piece by piece, so that neither an exchange nor a scrape waits for it: each time only the
/// events that are new.
/// </summary>
public sealed class LiveTokens(NpgsqlDataSource database, TimeProvider clock, ILogger<LiveTokens> log) : BackgroundService
{
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    // How far each chain was read. Along a chain positions are committed in their order and without gaps, so that no event is read twice
    // and none is passed over; numbers and times promise neither.
    private readonly Dictionary<long, long> readUntil = [];
    private volatile Known? known;

    /// <param name="Expiries">When tokens end, in seconds since 1970, and how many end then.</param>
    private sealed record Known(IReadOnlyDictionary<long, long> Expiries, long Revoked, DateTimeOffset At);

    /// <summary>Null when it is not known: not read yet, or the database has not answered for a minute.</summary>
    public long? Count
    {
        get
        {
            var now = clock.GetUtcNow();
            return known is { } read && now - read.At < TimeSpan.FromMinutes(1)
                ? Math.Max(0, read.Expiries.Where(one => one.Key > now.ToUnixTimeSeconds()).Sum(one => one.Value) - read.Revoked)
                : null;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await ReadAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.NotCounted(fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ReadAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancel);
        var grown = (await connection.QueryAsync<(long Chain, long Until)>(new CommandDefinition(
            "select id, position from audit_chains where purpose = @Exchanges", new { AuditChain.Exchanges }, cancellationToken: cancel)))
            .Where(chain => chain.Until > readUntil.GetValueOrDefault(chain.Chain)).ToList();
        // At the place where ExchangeAttempt.Issued writes it: to read the JSON to its end takes longer than the rest of the count.
        var issued = await connection.QueryAsync<(long? Expires, long Tokens)>(new CommandDefinition(
            """
            select case when e.category = 'TokenIssued' and split_part(e.head, '"', 10) = 'expires' then extract(epoch from split_part(e.head, '"', 12)::timestamptz)::bigint end, count(*)
            from unnest(@chains, @after, @until) as c(chain, after, until)
            join lateral (
              select category, left(details::text, 150) as head from audit_events
              where chain = c.chain and position > c.after and position <= c.until and occurred > @oldest offset 0
            ) e on true
            group by 1
            """,
            new
            {
                chains = grown.Select(chain => chain.Chain).ToArray(),
                after = grown.Select(chain => readUntil.GetValueOrDefault(chain.Chain)).ToArray(),
                until = grown.Select(chain => chain.Until).ToArray(),
                oldest = now - AccessToken.LongestLifetime,
            }, cancellationToken: cancel));
        var revoked = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from revoked_tokens where expires_at > @now", new { now }, cancellationToken: cancel));

        var second = now.ToUnixTimeSeconds();
        var expiries = (known?.Expiries ?? new Dictionary<long, long>()).Where(one => one.Key > second).ToDictionary();
        // Null for refusals, and where somebody changed the event, which the verification of the audit tells. The kind is no condition of
        // the search: the database would look through the index of all events of that kind, however old.
        foreach (var (expires, tokens) in issued.Where(one => one.Expires is not null))
        {
            expiries[expires!.Value] = expiries.GetValueOrDefault(expires.Value) + tokens;
        }
        foreach (var (chain, until) in grown)
        {
            readUntil[chain] = until;
        }
        known = new Known(expiries, revoked, now);
    }
}

internal static partial class LiveTokensLog
{
    [LoggerMessage(LogLevel.Debug, "Live tokens could not be counted, this is tried again: {Reason}")]
    public static partial void NotCounted(this ILogger log, string reason);
}
