namespace OctoLogin.TokenExchange;

/// <summary>A refusal at the token endpoints, in OAuth's words (RFC 6749 section 5.2).</summary>
/// <param name="error">The error code, such as <c>invalid_request</c>.</param>
/// <param name="description">What the presenter may know, and what to do; limited by what was proven (contract, disclosure table).</param>
/// <param name="detail">The whole reason, for the audit and the log; the description where there is no more to say.</param>
public sealed class OAuthException(string error, string description, string? detail = null, int status = 400, int? retryAfterSeconds = null)
    : Exception(description)
{
    public string Error { get; } = error;
    public string Description { get; } = description;
    public string Detail { get; } = detail ?? description;
    public int Status { get; } = status;
    public int? RetryAfterSeconds { get; } = retryAfterSeconds;

    /// <summary>Leaves no event in the audit: it bounds what is written there, and the first of its kind said so.</summary>
    public bool IsUnrecorded { get; init; }

    /// <summary>RFC 8693 section 2.2.2: also when the subject token is not acceptable for any reason.</summary>
    public static OAuthException InvalidRequest(string description, string? detail = null) => new("invalid_request", description, detail);

    /// <summary>The body is not as HTTP has it, too large, too slow, or broke off.</summary>
    public static OAuthException Unreadable(BadHttpRequestException bad) => new("invalid_request",
        bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? TokenExchangeRequest.TooLarge : "The request could not be read.", bad.Message, bad.StatusCode);

    public static OAuthException InvalidScope(string description) => new("invalid_scope", description);

    public static OAuthException SlowDown(string description, int retryAfterSeconds, string? detail = null, bool isUnrecorded = false) =>
        new("slow_down", description, detail, StatusCodes.Status429TooManyRequests, retryAfterSeconds) { IsUnrecorded = isUnrecorded };

    public static OAuthException Unavailable(string description, int retryAfterSeconds, string? detail = null) =>
        new("temporarily_unavailable", description, detail, StatusCodes.Status503ServiceUnavailable, retryAfterSeconds);
}
