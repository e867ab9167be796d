using Dapper;
using Npgsql;

namespace OctoLogin.Audit;

/// <summary>Begins this process's chains and continues them, in the transaction of what is recorded: what is rolled back leaves no trace in them.</summary>
public sealed class AuditChains(ChainSeal seal, TimeProvider clock, ILogger<AuditChains> log)
{
    private readonly string node = $"{Environment.MachineName} {Guid.NewGuid():N}";
    private long changes;

    /// <summary>A chain that is this transaction's until it is committed.</summary>
    public async Task<AuditChain> BeginAsync(NpgsqlConnection connection, string purpose, CancellationToken cancel = default)
    {
        await LockRegisterAsync(connection, cancel);
        var register = await connection.QuerySingleOrDefaultAsync<AuditRegister>(new CommandDefinition(AuditRegister.Sql, cancellationToken: cancel));
        var highest = await connection.ExecuteScalarAsync<long>(new CommandDefinition("select coalesce(max(id), 0) from audit_chains", cancellationToken: cancel));
        var id = Math.Max(register?.Chains ?? 0, highest) + 1;
        if (register is not null && (seal.IsGenuine(register) || (register.IsNew && highest == 0)))
        {
            var next = register with { Chains = id };
            await connection.ExecuteAsync(new CommandDefinition(
                "update audit_register set chains = @Chains, seal = @Seal", new { next.Chains, Seal = seal.OfRegister(next) }, cancellationToken: cancel));
        }
        else
        {
            // Sealed again it would hide for ever what was done to it. The server works on: an outage would be a second harm.
            log.Tampered("The row of audit_register");
        }
        var chain = seal.Sealed(new AuditChain
        {
            Id = id, Node = node, Purpose = purpose, Started = ChainSeal.Stored(clock.GetUtcNow()), Position = 0, Head = ChainSeal.Start,
        });
        await connection.ExecuteAsync(new CommandDefinition(
            $"insert into audit_chains ({AuditChain.Columns}) values (@Id, @Node, @Purpose, @Started, @Position, @Head, @Seal)",
            chain, cancellationToken: cancel));
        return chain;
    }

    /// <summary>This process's chain of changes, held until the transaction ends: changes of one process are recorded one after another.</summary>
    public async Task<AuditChain> HoldForChangesAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var known = Interlocked.Read(ref changes);
        if (known > 0 && await FindAsync(connection, "id = @known", new { known }, cancel) is { } present && IsGenuine(present))
        {
            return present;
        }
        // Whoever was first may be about to commit one, or may have been rolled back.
        await LockRegisterAsync(connection, cancel);
        var found = await FindAsync(connection, $"node = @node and purpose = '{AuditChain.Changes}' order by id desc limit 1", new { node }, cancel);
        var chain = found is not null && IsGenuine(found) ? found : await BeginAsync(connection, AuditChain.Changes, cancel);
        Interlocked.Exchange(ref changes, chain.Id);
        return chain;
    }

    // A chain that was set back must not be continued: a new seal would make it good.
    private bool IsGenuine(AuditChain chain)
    {
        var genuine = seal.IsGenuine(chain);
        if (!genuine)
        {
            log.Tampered($"The row of chain {chain.Id} in audit_chains");
        }
        return genuine;
    }

    private static Task<AuditChain?> FindAsync(NpgsqlConnection connection, string where, object parameters, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<AuditChain>(new CommandDefinition(
            $"select {AuditChain.Columns} from audit_chains where {where} for update", parameters, cancellationToken: cancel));

    private static Task LockRegisterAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition("lock table audit_register in share row exclusive mode", cancellationToken: cancel));
}

internal static partial class AuditChainsLog
{
    [LoggerMessage(LogLevel.Critical, "{What} was changed by somebody who is not OctoLogin. It is left as it is; run: octologin audit verify")]
    public static partial void Tampered(this ILogger log, string what);
}
