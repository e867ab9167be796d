namespace OctoLogin.TokenExchange;

/// <summary>What became of an exchange, for metrics: granted, or the step that ended it. A fixed set, as nothing that a stranger sends may become a label.</summary>
public enum ExchangeOutcome
{
    Issued,
    Malformed,
    Untrusted,
    KeysUnavailable,
    Signature,
    Expired,

    /// <summary>An identity of the account was compared; <see cref="ExchangeAttempt.Considered"/> says which part of it differed.</summary>
    ClaimMismatch,
    AudienceMismatch,
    SubjectMismatch,
    Disabled,
    Scope,
    UsedBefore,
    Limited,

    /// <summary>The database did not answer, more waited than could be served, or the account was being changed: a 503.</summary>
    Unavailable,

    /// <summary>The caller left before the answer.</summary>
    Abandoned,

    /// <summary>A bug of ours: a 500.</summary>
    Error,
}
