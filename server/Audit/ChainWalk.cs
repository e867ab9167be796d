using System.Globalization;

namespace OctoLogin.Audit;

/// <summary>Goes along one chain, event by event, and says what is wrong. It holds a few hashes and no rows.</summary>
internal sealed class ChainWalk(AuditChain chain, ChainSeal seal, VerifiedChain? expected, Action<AuditFault> report)
{
    // After a faulty event the next one may follow what is stored, what it should be, or one that was swapped with it.
    private const int MostCandidates = 16;

    private readonly List<byte[]> before = [ChainSeal.Start];
    private long position;
    private long number;

    public void Next(StoredEvent row)
    {
        if (row.Position > chain.Position || row.Position <= position)
        {
            Report(AuditFaultKind.Foreign, row, $"stands {(row.Position > chain.Position ? $"behind the chain's end, which is position {chain.Position}" : "where another event stands")}");
            return;
        }
        if (row.Position > position + 1)
        {
            report(new(AuditFaultKind.Missing, $"Chain {chain.Id}: {Positions(position + 1, row.Position - 1)} missing before {Name(row)}", chain.Id, position + 1));
            before.Clear();
        }
        Check(row);
        (position, number) = (row.Position, Math.Max(number, row.Number));
        if (expected?.Position == row.Position && !string.Equals(expected.Head, Convert.ToHexStringLower(row.Hash), StringComparison.Ordinal))
        {
            Report(AuditFaultKind.NotAsExpected, row, "is not the one that the earlier verification saw there");
        }
    }

    public void End()
    {
        if (!seal.IsGenuine(chain))
        {
            report(new(AuditFaultKind.ChangedRegister, $"Chain {chain.Id}: its row in audit_chains was changed", chain.Id));
        }
        if (position < chain.Position)
        {
            report(new(AuditFaultKind.CutOff, $"Chain {chain.Id}: {Positions(position + 1, chain.Position)} missing at its end", chain.Id, position + 1));
        }
        else if (position == 0)
        {
            // A chain and its first event are one commit.
            report(new(AuditFaultKind.Missing, $"Chain {chain.Id}: all of its events are missing", chain.Id, 1));
        }
        if (expected is not null && expected.Position > position)
        {
            report(new(AuditFaultKind.NotAsExpected, $"Chain {chain.Id} ends at position {position}; the earlier verification saw it reach position {expected.Position}", chain.Id, position));
        }
    }

    private void Check(StoredEvent row)
    {
        if (before.Count == 0)
        {
            // What it was written after is gone; whether it is genuine cannot be told, and that something is wrong was told.
            before.Add(row.Hash);
            return;
        }
        var hashes = before.ConvertAll(hash => seal.OfEvent(hash, row));
        if (hashes.Exists(hash => ChainSeal.Same(hash, row.Hash)))
        {
            before.Clear();
            before.Add(row.Hash);
            return;
        }
        Report(row.Number < number ? AuditFaultKind.Moved : AuditFaultKind.Changed, row,
            row.Number < number ? $"stands after Events-{number}, which was written later" : "is not as it was written: changed, or put here from elsewhere");
        before.Add(row.Hash);
        before.AddRange(hashes);
        before.RemoveRange(0, Math.Max(0, before.Count - MostCandidates));
    }

    private void Report(AuditFaultKind kind, StoredEvent row, string what) => report(new(kind, $"{Name(row)} {what}", chain.Id, row.Position, row.Number));

    private static string Name(StoredEvent row) => $"Events-{row.Number} (chain {row.Chain}, position {row.Position})";

    private static string Positions(long first, long last) =>
        first == last ? string.Create(CultureInfo.InvariantCulture, $"position {first} is") : string.Create(CultureInfo.InvariantCulture, $"positions {first} to {last} are");
}
