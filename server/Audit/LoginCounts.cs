using Dapper;
using Npgsql;

namespace OctoLogin.Audit;

/// <summary>
/// Writes and reads <c>login_counts</c>, <c>login_counts_read</c> and <c>oidc_identity_uses</c>: what the audit says of logins, by the
/// hour, and when an identity let somebody in last. Each event is read once, by whoever comes first.
/// </summary>
public sealed class LoginCounts(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Longer than any page looks back.</summary>
    private const int KeptDays = 35;

    /// <summary>
    /// SQL of a refusal's cause. It is the second member of what the exchange wrote, before all texts of strangers: to read the JSON to its
    /// end takes PostgreSQL 20 µs, and a pattern 60.
    /// </summary>
    public const string CauseOfRefusal = $"""(case when split_part(left(details::text, 80), '"', 6) = 'cause' then {PlaceOfCause} end)""";

    /// <summary>What stands there; in events of before there were causes it is something else, which is no cause.</summary>
    public const string PlaceOfCause = """split_part(left(details::text, 80), '"', 8)""";

    // Along a chain positions are committed in their order and without gaps, so none is passed over; numbers and times do not promise that.
    // "Offset 0" keeps the kind out of the search, which would go through the index of all events of that kind.
    private const string Count =
        $"""
        with ends as (
          select c.id as chain, coalesce(r.position, 0) as after, least(c.position, coalesce(r.position, 0) + @most) as until
          from audit_chains c left join login_counts_read r on r.chain = c.id
          where c.purpose = @Exchanges and c.position > coalesce(r.position, 0)
        ), happened as materialized (
          select date_trunc('hour', e.occurred, 'UTC') as hour, e.occurred, e.related_document_ids[2] as identity_id,
            case when e.category = 'TokenIssued' then '' else coalesce({CauseOfRefusal}, 'Unknown') end as cause
          from ends join lateral (
            select category, occurred, related_document_ids, details from audit_events where chain = ends.chain and position > ends.after and position <= ends.until offset 0
          ) e on e.category in ('TokenIssued', 'TokenRefused')
        ), counted as (
          insert into login_counts (hour, cause, logins) select hour, cause, count(*) from happened group by hour, cause
          on conflict (hour, cause) do update set logins = login_counts.logins + excluded.logins
        ), used as (
          insert into oidc_identity_uses (identity_id, last_used_at)
          select identity_id, max(occurred) from happened where cause = '' and identity_id is not null group by identity_id
          on conflict (identity_id) do update set last_used_at = greatest(oidc_identity_uses.last_used_at, excluded.last_used_at)
        ), moved as (
          insert into login_counts_read (chain, position) select chain, until from ends
          on conflict (chain) do update set position = excluded.position
        )
        select coalesce(sum(until - after), 0)::bigint from ends
        """;

    /// <summary>Counts what is new; no more than <paramref name="most"/> events of each chain, and nothing while another process does.</summary>
    /// <returns>How many were read.</returns>
    public async Task<long> CountAsync(int most, CancellationToken cancel)
    {
        // Not InTransactionAsync, which tells caches that something has changed: to them nothing has.
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // A statement of its own: the next one sees what was committed before the lock was had.
        var isOurs = await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select pg_try_advisory_xact_lock(hashtext('octologin.login_counts'))", cancellationToken: cancel));
        var read = isOurs ? await connection.ExecuteScalarAsync<long>(new CommandDefinition(Count, new { most, AuditChain.Exchanges }, cancellationToken: cancel)) : 0;
        await transaction.CommitAsync(cancel);
        return read;
    }

    /// <summary>Hours in which there was something.</summary>
    public async Task<IReadOnlyList<LoginCount>> ListAsync(DateTimeOffset since, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<LoginCount>(new CommandDefinition(
            "select hour, cause, logins from login_counts where hour >= @since order by hour, cause", new { since }, cancellationToken: cancel))).AsList();
    }

    public async Task ForgetAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from login_counts where hour < @before;
            delete from oidc_identity_uses u where not exists (select from oidc_identities i where i.id = u.identity_id)
            """, new { before = clock.GetUtcNow().AddDays(-KeptDays) }, cancellationToken: cancel));
    }
}

/// <summary>A row of <c>login_counts</c>.</summary>
public sealed record LoginCount
{
    public const string Granted = "";

    public required DateTimeOffset Hour { get; init; }

    /// <summary><see cref="Granted"/>, or the step that refused.</summary>
    public required string Cause { get; init; }
    public required long Logins { get; init; }
}

/// <summary>Counts what no page had counted, so that a page never finds much to do.</summary>
public sealed class LoginCounting(LoginCounts counts, TimeProvider clock, ILogger<LoginCounting> log) : BackgroundService
{
    private const int Batch = 20_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        for (var turn = 0; await timer.WaitForNextTickAsync(stoppingToken); turn++)
        {
            try
            {
                while (await counts.CountAsync(Batch, stoppingToken) >= Batch)
                {
                    // A pause between batches: nobody waits for them.
                    await Task.Delay(TimeSpan.FromMilliseconds(100), clock, stoppingToken);
                }
                if (turn % 60 == 0)
                {
                    await counts.ForgetAsync(stoppingToken);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LoginsNotCounted(fault.Message);
            }
        }
    }
}

internal static partial class LoginCountingLog
{
    [LoggerMessage(LogLevel.Debug, "Logins could not be counted, this is tried again: {Reason}")]
    public static partial void LoginsNotCounted(this ILogger log, string reason);
}
