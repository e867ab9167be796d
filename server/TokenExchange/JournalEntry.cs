using OctoLogin.Audit;

namespace OctoLogin.TokenExchange;

/// <summary>What a granted exchange uses up.</summary>
public sealed record Redemption
{
    public required byte[] TokenKey { get; init; }
    public required string IdentityId { get; init; }

    /// <summary>The identity as it was matched; when it has changed since, the exchange must be decided again.</summary>
    public required int IdentityVersion { get; init; }

    /// <summary>The issuer's settings as the token was checked by them; likewise.</summary>
    public long IssuerVersion { get; init; }
    /// <summary>Our key that signed the answer: when it was revoked meanwhile, nobody would accept the answer.</summary>
    public required string SigningKeyId { get; init; }
    public required bool AllowReuse { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The ids that the identity takes from this token; null when it has them.</summary>
    public RepositoryPin? Pin { get; init; }
}

public sealed record RepositoryPin(string RepositoryId, string OwnerId);

public enum JournalOutcome
{
    /// <summary>On disk.</summary>
    Recorded,

    /// <summary>The token was redeemed before; nothing is recorded.</summary>
    UsedBefore,

    /// <summary>The identity, its issuer, its account or our signing key has changed since it was read; nothing is recorded.</summary>
    Changed,
}

/// <summary>One attempt in the queue.</summary>
internal sealed record JournalEntry(AuditEvent Event, Redemption? Redemption)
{
    /// <summary>What waits for it runs where it is set.</summary>
    public TaskCompletionSource<JournalOutcome> Written { get; } = new();
}
