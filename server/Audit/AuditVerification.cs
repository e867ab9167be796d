using System.Data;
using Dapper;
using Npgsql;

namespace OctoLogin.Audit;

/// <summary>
/// Reads the whole audit, of one moment, and compares it with its hashes; a server may go on writing. In memory are the chains, one for
/// each start of a process, and never the events.
/// </summary>
public sealed class AuditVerification(NpgsqlDataSource database, ChainSeal seal)
{
    private const int ProgressEvery = 100_000;

    /// <summary>As they say they are; the latest first.</summary>
    public async Task<IReadOnlyList<AuditChain>> ListChainsAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<AuditChain>(new CommandDefinition($"select {AuditChain.Columns} from audit_chains order by id desc", cancellationToken: cancel))).AsList();
    }

    /// <param name="expected">What an earlier verification saw, kept where who can write the database cannot.</param>
    /// <param name="progress">Told how many events were read, now and then.</param>
    public async Task<AuditReport> RunAsync(IReadOnlyList<VerifiedChain> expected, Action<long> progress, CancellationToken cancel)
    {
        var report = new AuditReport();
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        var chains = (await connection.QueryAsync<AuditChain>(new CommandDefinition(
            $"select {AuditChain.Columns} from audit_chains order by id", commandTimeout: 0, cancellationToken: cancel))).ToDictionary(chain => chain.Id);
        var seen = expected.ToDictionary(chain => chain.Id);
        var register = await connection.QuerySingleOrDefaultAsync<AuditRegister>(new CommandDefinition(AuditRegister.Sql, cancellationToken: cancel));
        VerifyRegister(register, chains, report);
        await VerifyUnchainedAsync(connection, register, report, cancel);
        await VerifyEventsAsync(connection, chains, seen, report, progress, cancel);
        foreach (var gone in seen.Keys.Where(id => !chains.ContainsKey(id)))
        {
            report.Add(new(AuditFaultKind.NotAsExpected, $"Chain {gone}, which the earlier verification saw, is not there", gone));
        }
        report.Chains = [.. chains.Values.Select(chain => new VerifiedChain(
            chain.Id, chain.Node, chain.Purpose, chain.Started, chain.Position, Convert.ToHexStringLower(chain.Head)))];
        return report;
    }

    private void VerifyRegister(AuditRegister? register, Dictionary<long, AuditChain> chains, AuditReport report)
    {
        if (register is null || !((register.IsNew && chains.Count == 0) || seal.IsGenuine(register)))
        {
            report.Add(new(AuditFaultKind.ChangedRegister, $"The row of audit_register {(register is null ? "is missing" : "was changed")}; how many chains there must be is not known"));
        }
        var last = Math.Max(register?.Chains ?? 0, chains.Count == 0 ? 0 : chains.Keys.Max());
        var expected = 1L;
        foreach (var id in chains.Keys.Order().Append(last + 1))
        {
            if (id > expected)
            {
                report.Add(new(AuditFaultKind.MissingChain,
                    id == expected + 1 ? $"Chain {expected} is missing in audit_chains" : $"Chains {expected} to {id - 1} are missing in audit_chains", expected));
            }
            expected = id + 1;
        }
    }

    private static async Task VerifyUnchainedAsync(NpgsqlConnection connection, AuditRegister? register, AuditReport report, CancellationToken cancel)
    {
        const string Unchained = "from audit_events e, audit_register r where e.chain is null and e.number";
        report.UnchainedEvents = await connection.ExecuteScalarAsync<long>(new CommandDefinition($"select count(*) {Unchained} <= r.unchained_until", commandTimeout: 0, cancellationToken: cancel));
        if (register is not null && register.UnchainedEvents != report.UnchainedEvents)
        {
            report.Add(new(AuditFaultKind.Missing, $"Of the {register.UnchainedEvents} events from before there were chains, {report.UnchainedEvents} are there"));
        }
        await foreach (var number in connection.QueryUnbufferedAsync<long>($"select e.number {Unchained} > r.unchained_until order by e.number", commandTimeout: 0).WithCancellation(cancel))
        {
            report.Add(new(AuditFaultKind.Foreign, $"Events-{number} belongs to no chain: OctoLogin did not write it", Event: number));
        }
    }

    private async Task VerifyEventsAsync(
        NpgsqlConnection connection, Dictionary<long, AuditChain> chains, Dictionary<long, VerifiedChain> seen, AuditReport report, Action<long> progress, CancellationToken cancel)
    {
        ChainWalk Walk(AuditChain chain) => new(chain, seal, seen.GetValueOrDefault(chain.Id), report.Add);
        var unvisited = new HashSet<long>(chains.Keys);
        (long Id, ChainWalk? Walk) at = (0, null);
        await foreach (var row in connection.QueryUnbufferedAsync<StoredEvent>(
            """
            select chain, position, number, occurred, category, space_id, user_id, username, established_with, message, related_document_ids,
                details::text as details, correlation_id, ip_address, user_agent, hash
            from audit_events where chain is not null order by chain, position
            """, commandTimeout: 0).WithCancellation(cancel))
        {
            if (row.Chain != at.Id)
            {
                at.Walk?.End();
                at = (row.Chain, unvisited.Remove(row.Chain) ? Walk(chains[row.Chain]) : null);
                if (at.Walk is null)
                {
                    report.Add(new(AuditFaultKind.Foreign, $"Events-{row.Number} and what follows it are of chain {row.Chain}, which is not in audit_chains", row.Chain, row.Position, row.Number));
                }
            }
            at.Walk?.Next(row);
            if (++report.Events % ProgressEvery == 0)
            {
                progress(report.Events);
            }
        }
        at.Walk?.End();
        foreach (var id in unvisited)
        {
            Walk(chains[id]).End();
        }
    }
}
