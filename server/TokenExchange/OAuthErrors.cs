using System.Text.Json;
using OctoLogin.Database;

namespace OctoLogin.TokenExchange;

/// <summary>
/// The edge of the token endpoints and of discovery: every answer of 400 and above is JSON with OAuth's two fields and Octopus's
/// two. The official action crashes on anything else, and the Octopus CLI trusts <c>error</c> alone.
/// </summary>
public sealed class OAuthErrors(RequestDelegate next, ILogger<OAuthErrors> log)
{
    public static bool IsOurs(HttpContext context)
    {
        var path = context.Request.Path;
        return path.StartsWithSegments("/token") || path.StartsWithSegments("/api/token") || path.StartsWithSegments("/.well-known");
    }

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
            await WriteAsync(context, ToOAuth(context, fault));
            return;
        }
        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null })
        {
            await WriteAsync(context, Unanswered(context));
        }
    }

    private OAuthException ToOAuth(HttpContext context, Exception fault)
    {
        switch (fault)
        {
            case OAuthException refusal:
                return refusal;
            case Http.ApiException api:
                return new OAuthException(api.Status == StatusCodes.Status401Unauthorized ? "invalid_client" : "invalid_request", api.Message, status: api.Status);
            case BadHttpRequestException bad:
                return OAuthException.Unreadable(bad);
            case var outage when Outage.Is(outage):
                log.DatabaseOutage(outage, context.TraceIdentifier);
                return Outage.IsDiskFull(outage)
                    ? OAuthException.Unavailable("The disk of the server's database is full. Nothing was issued; its administrator must make room.", 60)
                    : OAuthException.Unavailable("The server cannot reach its database now. Nothing was issued; try again in a few seconds.", 5);
            default:
                log.Bug(fault, context.TraceIdentifier);
                return new OAuthException("server_error", "Something went wrong in the server. Nothing was issued.", status: StatusCodes.Status500InternalServerError);
        }
    }

    private static OAuthException Unanswered(HttpContext context) => context.Response.StatusCode switch
    {
        404 => new("invalid_request", $"There is nothing at {Http.Printable.Of(context.Request.Path)}.", status: 404),
        405 => new("invalid_request", $"{context.Request.Method} is not possible here; allowed: {context.Response.Headers.Allow}.", status: 405),
        415 => new("invalid_request", TokenExchangeRequest.UnsupportedType, status: 415),
        var other => new("invalid_request", $"The request was refused with status {other}.", status: other),
    };

    private static async Task WriteAsync(HttpContext context, OAuthException refusal)
    {
        context.Response.StatusCode = refusal.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (refusal.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString();
        }
        var description = $"{refusal.Description} (correlation id {context.TraceIdentifier})";
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["error"] = refusal.Error,
            ["error_description"] = description,
            ["ErrorMessage"] = description,
            ["Errors"] = new[] { description },
        }), context.RequestAborted);
    }
}

internal static partial class OAuthErrorsLog
{
    [LoggerMessage(LogLevel.Error, "The database did not answer an exchange ({CorrelationId})")]
    public static partial void DatabaseOutage(this ILogger log, Exception fault, string correlationId);

    [LoggerMessage(LogLevel.Error, "Unhandled fault in an exchange ({CorrelationId})")]
    public static partial void Bug(this ILogger log, Exception fault, string correlationId);
}
