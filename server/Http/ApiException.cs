namespace OctoLogin.Http;

/// <summary>A refusal at <c>/api</c>: becomes <c>{ "ErrorMessage", "Errors" }</c> with this status in <see cref="ApiErrors"/>.</summary>
public sealed class ApiException(int status, string message, params IReadOnlyList<string> errors) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Every problem found; the message alone where there is only one.</summary>
    public IReadOnlyList<string> Errors { get; } = errors.Count == 0 ? [message] : errors;

    public static ApiException BadRequest(params IReadOnlyList<string> errors) =>
        new(StatusCodes.Status400BadRequest,
            errors.Count == 1 ? errors[0] : "There was a problem with your request.",
            errors);

    public static ApiException NotFound(string kind, string? idOrSlug) =>
        new(StatusCodes.Status404NotFound, $"There is no {kind} '{Printable.Of(idOrSlug)}' here.");

    public static ApiException Conflict(string message) => new(StatusCodes.Status409Conflict, message);

    public static ApiException Forbidden(string message) => new(StatusCodes.Status403Forbidden, message);
}
