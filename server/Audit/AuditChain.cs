namespace OctoLogin.Audit;

/// <summary>A row of <c>audit_chains</c>: who writes the chain, and where it ends now.</summary>
public sealed record AuditChain
{
    public const string Columns = "id, node, purpose, started, position, head, seal";

    /// <summary>Of logins and refusals.</summary>
    public const string Exchanges = "exchanges";

    /// <summary>Of everything else.</summary>
    public const string Changes = "changes";

    public required long Id { get; init; }

    /// <summary>The machine and one start of a process on it.</summary>
    public required string Node { get; init; }
    public required string Purpose { get; init; }
    public required DateTimeOffset Started { get; init; }

    /// <summary>Of the last event; 0 before the first.</summary>
    public required long Position { get; init; }

    /// <summary>The hash of the last event; <see cref="ChainSeal.Start"/> before the first.</summary>
    public required byte[] Head { get; init; }

    /// <summary>Over all of this row.</summary>
    public byte[] Seal { get; init; } = [];
}

/// <summary>The row of <c>audit_register</c>: how many chains there must be, and what is older than chains.</summary>
public sealed record AuditRegister
{
    public const string Sql = "select chains, unchained_events, unchained_until, seal from audit_register";

    public required long Chains { get; init; }
    public required long UnchainedEvents { get; init; }

    /// <summary>The highest number of those.</summary>
    public required long UnchainedUntil { get; init; }

    /// <summary>Null until the first chain begins.</summary>
    public byte[]? Seal { get; init; }

    /// <summary>As the migration left it: not sealed, as nothing was written since.</summary>
    public bool IsNew => this is { Seal: null, Chains: 0 };
}
