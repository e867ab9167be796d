namespace OctoLogin.Http;

/// <summary>
/// One id for each request: in the header <c>X-Correlation-Id</c> of every answer, in the log lines and in the audit event.
/// A caller's own value is never taken: it would let a stranger write into our log.
/// </summary>
public static class Correlation
{
    public const string Header = "X-Correlation-Id";

    public static IApplicationBuilder UseCorrelationId(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.TraceIdentifier = Guid.CreateVersion7().ToString("N");
        context.Response.Headers[Header] = context.TraceIdentifier;
        return next(context);
    });
}
