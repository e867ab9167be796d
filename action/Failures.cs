namespace OctoLogin.Action;

/// <summary>Ends the step; the message is written for the person who reads the workflow's log.</summary>
internal class LoginException(string message) : Exception(message)
{
    /// <summary>Lines of YAML that mend it, where a few lines do.</summary>
    public string? Remedy { get; init; }
}

/// <summary>Worth another try: the connection failed, or the server said that it could not answer now.</summary>
internal sealed class TransientException(string message, TimeSpan? retryAfter = null) : LoginException(message)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>The server looked at the ID token and said no: the claims tell what an identity must match.</summary>
internal sealed class RefusedException(string message, IReadOnlyList<IdTokenClaim> claims) : LoginException(message)
{
    public IReadOnlyList<IdTokenClaim> Claims { get; } = claims;
}
