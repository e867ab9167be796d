namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>A sign-in that did not work: what the person is told, and what their administrator must know, who finds it in log and audit.</summary>
/// <param name="status">400: refused. 502 and 503: the provider is broken or away, which says nothing about the person.</param>
/// <param name="message">A sentence for the page.</param>
/// <param name="advice">For the administrator, told on the page as well: it says what to set, and no secret.</param>
public sealed class SignInException(int status, string message, string advice) : Exception(message)
{
    public int Status => status;
    public string Advice => advice;

    /// <summary>What had come about the person until then; null: nothing that could be read.</summary>
    public ReceivedClaims? Claims { get; init; }

    /// <summary>The provider's signature is on the claims, which so are no stranger's.</summary>
    public bool ClaimsAreSigned { get; init; }

    /// <summary>The account that it was about; null: none was found.</summary>
    public string? UserId { get; init; }

    public static SignInException Refused(string message, string advice, ReceivedClaims? claims = null, string? userId = null) =>
        new(StatusCodes.Status400BadRequest, message, advice) { Claims = claims, ClaimsAreSigned = claims is not null, UserId = userId };

    /// <summary>Something came, and nobody knows whose it is.</summary>
    public static SignInException Unproven(string message, string advice, ReceivedClaims? claims) => new(StatusCodes.Status400BadRequest, message, advice) { Claims = claims };

    /// <summary>Somebody's answer that nobody here asked for.</summary>
    public static SignInException NotOurs(string message, string advice) => new(StatusCodes.Status400BadRequest, message, advice);

    public static SignInException Broken(string provider, string reason, int status = StatusCodes.Status503ServiceUnavailable) =>
        new(status, $"{provider} cannot be reached or does not work now. Nothing is wrong with your account; try again in a moment.", reason);
}
