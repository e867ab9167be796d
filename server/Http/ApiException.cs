namespace OctoLogin.Http;

/// <summary>A refusal at <c>/api</c>: becomes <c>{ "ErrorMessage", "Errors" }</c> with this status in <see cref="ApiErrors"/>.</summary>
public sealed class ApiException(int status, string message, params IReadOnlyList<string> errors) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Every problem found; the message alone where there is only one.</summary>
    public IReadOnlyList<string> Errors { get; } = errors.Count == 0 ? [message] : errors;

    /// <summary>Seconds; null: waiting changes nothing.</summary>
    public int? RetryAfter { get; private init; }

    public static ApiException TooManyRequests(string message, TimeSpan wait)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        return new(StatusCodes.Status429TooManyRequests, $"{message} Try again in {seconds} seconds.") { RetryAfter = seconds };
    }

    public static ApiException BadRequest(params IReadOnlyList<string> errors) =>
        new(StatusCodes.Status400BadRequest,
            errors.Count == 1 ? errors[0] : "There was a problem with your request.",
            errors);

    public static ApiException NotFound(string kind, string? idOrSlug) =>
        new(StatusCodes.Status404NotFound, $"There is no {kind} '{Printable.Of(idOrSlug)}' here.");

    public static ApiException Conflict(string message) => new(StatusCodes.Status409Conflict, message);

    public static ApiException Forbidden(string message) => new(StatusCodes.Status403Forbidden, message);
}
