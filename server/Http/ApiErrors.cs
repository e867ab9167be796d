using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;
using OctoLogin.Database;

namespace OctoLogin.Http;

/// <summary>
/// The one edge where a fault at <c>/api</c> becomes an answer. A middleware and not an endpoint filter, because a body that
/// cannot be bound fails before filters run. An outage is a 503, a bug a 500 with a constant text; neither is ever a refusal.
/// </summary>
public sealed class ApiErrors(RequestDelegate next, ILogger<ApiErrors> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, fault);
            return;
        }
        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null })
        {
            await WriteAsync(context, context.Response.StatusCode, [Describe(context)]);
        }
    }

    private Task AnswerAsync(HttpContext context, Exception fault)
    {
        switch (fault)
        {
            case ApiException refusal:
                context.Response.Headers.RetryAfter = refusal.RetryAfter?.ToString();
                return WriteAsync(context, refusal.Status, refusal.Errors, refusal.Message);
            case BadHttpRequestException bad:
                return WriteAsync(context, bad.StatusCode, [BodyFault(bad)]);
            case InvalidDataException form:
                return WriteAsync(context, StatusCodes.Status400BadRequest, [$"The request's form cannot be read: {form.Message}"]);
            // A text or JSON column takes every character but NUL. https://www.postgresql.org/docs/current/datatype-character.html
            case PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter }:
                return WriteAsync(context, StatusCodes.Status400BadRequest, ["A text in the request holds a NUL character, which nothing here can have."]);
            case var outage when Outage.Is(outage):
                log.DatabaseOutage(outage, context.TraceIdentifier);
                context.Response.Headers.RetryAfter = "5";
                return WriteAsync(context, StatusCodes.Status503ServiceUnavailable,
                    [Outage.IsDiskFull(outage)
                        ? "The disk of the server's database is full; nothing was changed. Its administrator must make room."
                        : "The server cannot reach its database now; nothing was changed. Try again in a few seconds."]);
            default:
                log.Bug(fault, context.TraceIdentifier);
                return WriteAsync(context, StatusCodes.Status500InternalServerError,
                    [$"Something went wrong in the server. Its log has the details under correlation id {context.TraceIdentifier}."]);
        }
    }

    private static Task WriteAsync(HttpContext context, int status, IReadOnlyList<string> errors, string? message = null)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(new ApiError(message ?? errors[0], errors), context.RequestAborted);
    }

    /// <summary>What was wrong with the body, by property path, without repeating its values: one of them may be a password.</summary>
    private static string BodyFault(BadHttpRequestException bad) => bad.InnerException switch
    {
        JsonException { Path: { Length: > 0 } path, InnerException: InvalidOperationException inner } when inner.Message.Contains("UTF-16 JSON text", StringComparison.Ordinal) =>
            $"The request's body has a text at {Printable.Of(path)} with an escape that is no character, such as \\ud800 without its second half.",
        JsonException { Path: { Length: > 0 } path } json =>
            $"The request's body is not as expected at {Printable.Of(path)} (line {json.LineNumber + 1}): {ExpectedType(json)}",
        JsonException => "The request's body is not valid JSON.",
        _ => bad.Message,
    };

    private static string ExpectedType(JsonException json)
    {
        var start = json.Message.IndexOf(" Path:", StringComparison.Ordinal);
        return start > 0 ? json.Message[..start] : "not valid JSON here.";
    }

    private static string Describe(HttpContext context) => context.Response.StatusCode switch
    {
        404 => $"There is nothing at {Printable.Of(context.Request.Path)}.",
        405 => $"{context.Request.Method} is not possible at {Printable.Of(context.Request.Path)}; allowed: {context.Response.Headers.Allow}.",
        415 => "The body must be JSON, with Content-Type: application/json.",
        var other => $"The request was refused with status {other}.",
    };
}

/// <summary>The error body of the API.</summary>
public sealed record ApiError(string ErrorMessage, IReadOnlyList<string> Errors);

internal static partial class ApiErrorsLog
{
    [LoggerMessage(LogLevel.Error, "The database did not answer ({CorrelationId})")]
    public static partial void DatabaseOutage(this ILogger log, Exception fault, string correlationId);

    [LoggerMessage(LogLevel.Error, "Unhandled fault ({CorrelationId})")]
    public static partial void Bug(this ILogger log, Exception fault, string correlationId);
}
