using Dapper;
using Npgsql;
using OctoLogin.ServerTasks;
using OctoLogin.SignIn.OpenIdConnect;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal.Home;

/// <summary>An issuer, or the identity provider, whose documents a process could not fetch when it last tried.</summary>
public sealed record FailingIssuer
{
    public required string Issuer { get; init; }

    /// <summary>People sign in with it.</summary>
    public required bool IsProvider { get; init; }
    public required string Reason { get; init; }
    public required DateTimeOffset FailedAt { get; init; }

    /// <summary>Another process that says so; null: this one.</summary>
    public string? SeenBy { get; init; }
}

/// <summary>
/// What fails here, from memory, and elsewhere, by table <c>failing_issuers</c>: a load balancer sends an administrator to one process and
/// the logins that fail to another.
/// </summary>
public sealed class FailingIssuers(
    NpgsqlDataSource database, ServerNode node, TaskOptions tasks, IssuerMetadata issuers, ProviderSettingsStore provider, ProviderDocuments documents)
{
    private const int Most = 100;

    /// <summary>Each once, as this process sees it where it does.</summary>
    public async Task<IReadOnlyList<FailingIssuer>> ListAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        // Not what was changed since: the process that saw it fail may not have been asked for it again.
        var elsewhere = await connection.QueryAsync<FailingIssuer>(new CommandDefinition(
            """
            select f.issuer, f.is_provider, f.reason, f.failed_at, n.name as seen_by
            from failing_issuers f join server_nodes n on n.id = f.node_id
            where f.node_id <> @Id and n.heartbeat_at > clock_timestamp() - @Lease
              and not exists (select from issuers s where not f.is_provider and s.issuer = f.issuer and (s.is_disabled or greatest(s.updated_at, s.refreshed_at) > f.failed_at))
            order by f.failed_at desc limit @Most
            """, new { node.Id, tasks.Lease, Most }, cancellationToken: cancel));
        return [.. (await HereAsync(cancel)).Concat(elsewhere).DistinctBy(one => (one.Issuer, one.IsProvider)).OrderBy(one => one.Issuer, StringComparer.Ordinal)];
    }

    /// <summary>As it was when somebody last needed them: looking asks nobody.</summary>
    public async Task<IReadOnlyList<FailingIssuer>> HereAsync(CancellationToken cancel)
    {
        var failing = issuers.Entries.Where(entry => !entry.Settings.IsDisabled).Select(entry => (entry.Settings.Issuer, State: entry.State()))
            .Where(one => one.State.LastFailure is { } failure && !(failure.At <= one.State.At))
            .Select(one => new FailingIssuer { Issuer = one.Issuer, IsProvider = false, Reason = one.State.LastFailure!.Reason, FailedAt = one.State.LastFailure.At })
            .OrderByDescending(one => one.FailedAt).Take(Most).ToList();
        var settings = await provider.GetAsync(cancel);
        if (settings is { IsEnabled: true, IsComplete: true } && documents.For(settings).State() is (_, var at, _, { } last) && !(last.At <= at))
        {
            failing.Add(new() { Issuer = settings.Issuer!, IsProvider = true, Reason = last.Reason, FailedAt = last.At });
        }
        return failing;
    }

    /// <summary>Tells the others, instead of what was told before. Nothing where this process has not said yet that it is there.</summary>
    public async Task ShareAsync(IReadOnlyList<FailingIssuer> failing, CancellationToken cancel)
    {
        // One transaction, as one command is; not one of those after which all that this process remembers is read anew.
        await using var connection = await database.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from failing_issuers where node_id = @Id;
            insert into failing_issuers (node_id, issuer, is_provider, reason, failed_at)
            select n.id, f.issuer, f.is_provider, f.reason, f.failed_at
            from server_nodes n, unnest(@issuers, @providers, @reasons, @times) as f (issuer, is_provider, reason, failed_at) where n.id = @Id
            """,
            new
            {
                node.Id,
                issuers = failing.Select(one => one.Issuer).ToArray(),
                providers = failing.Select(one => one.IsProvider).ToArray(),
                reasons = failing.Select(one => one.Reason.Replace('\0', ' ')).ToArray(),
                times = failing.Select(one => one.FailedAt.UtcDateTime).ToArray(),
            }, cancellationToken: cancel));
    }
}

/// <summary>Tells the other processes every few seconds, while there is something to tell; no login waits for it.</summary>
internal sealed class FailingIssuersSharing(FailingIssuers failing, TimeProvider clock, ILogger<FailingIssuersSharing> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var told = false;
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var now = await failing.HereAsync(stoppingToken);
                if (told || now.Count > 0)
                {
                    await failing.ShareAsync(now, stoppingToken);
                    told = now.Count > 0;
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.NotShared(fault.Message);
            }
        }
    }
}

internal static partial class FailingIssuersLog
{
    [LoggerMessage(LogLevel.Debug, "The other processes could not be told which issuers fail here, this is tried again: {Reason}")]
    public static partial void NotShared(this ILogger log, string reason);
}
