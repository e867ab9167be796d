namespace OctoLogin.Audit;

/// <summary>What a verification can find.</summary>
public enum AuditFaultKind
{
    /// <summary>An event is not what was written, or not where.</summary>
    Changed,

    /// <summary>An event stands after one that was written later.</summary>
    Moved,

    /// <summary>Events are not there that another one follows.</summary>
    Missing,

    /// <summary>The last events of a chain are not there.</summary>
    CutOff,

    /// <summary>A whole chain is not there.</summary>
    MissingChain,

    /// <summary>A row that OctoLogin did not write there.</summary>
    Foreign,

    /// <summary>A row of <c>audit_chains</c> or <c>audit_register</c> is not what was written.</summary>
    ChangedRegister,

    /// <summary>Events are not there, or are others, that an earlier verification saw.</summary>
    NotAsExpected,
}

/// <summary><paramref name="Event"/> is the event's number, as in its id.</summary>
public sealed record AuditFault(AuditFaultKind Kind, string Message, long? Chain = null, long? Position = null, long? Event = null);

/// <summary>A chain as far as it was verified; written down elsewhere, <paramref name="Head"/> shows later that nothing before it was put back to an older state.</summary>
public sealed record VerifiedChain(long Id, string Node, string Purpose, DateTimeOffset Started, long Position, string Head);

/// <summary>What was verified, and what is wrong with it.</summary>
public sealed record AuditReport
{
    /// <summary>More are counted only.</summary>
    public const int MostFaults = 1000;

    private readonly List<AuditFault> faults = [];

    public bool Verified => FaultCount == 0;
    public long Events { get; set; }

    /// <summary>From before there were chains: nothing shows whether they were changed.</summary>
    public long UnchainedEvents { get; set; }
    public IReadOnlyList<VerifiedChain> Chains { get; set; } = [];
    public long FaultCount { get; private set; }
    public IReadOnlyList<AuditFault> Faults => faults;

    public void Add(AuditFault fault)
    {
        FaultCount++;
        if (faults.Count < MostFaults)
        {
            faults.Add(fault);
        }
    }
}
