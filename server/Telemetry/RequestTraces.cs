using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using OpenTelemetry;

namespace OctoLogin.Telemetry;

/// <summary>
/// What a request's span may hold: the route and not the path, no query, no header, nothing else that a client wrote. A token that
/// somebody puts into a URL must not travel on to where traces are kept (threat I1).
/// </summary>
public sealed class RequestTraces : BaseProcessor<Activity>
{
    public const string Source = "Microsoft.AspNetCore";

    /// <summary>Of the requests that we make, to issuers and to GitHub.</summary>
    public const string ClientSource = "System.Net.Http";

    private static readonly HashSet<string> Kept = ["http.request.method", "http.route", "http.response.status_code", "error.type", "server.address", "server.port"];

    /// <summary>After everything below: the route is known, and errors have become an answer.</summary>
    public static void Describe(HttpContext context)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
        {
            return;
        }
        var method = Known(context.Request.Method);
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        // A Host header is the client's word.
        span.SetTag("server.address", null).SetTag("server.port", null);
        span.DisplayName = route is null ? method : $"{method} /{route.TrimStart('/')}";
        span.SetTag("http.request.method", method).SetTag("http.route", route).SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
    }

    public override void OnEnd(Activity data)
    {
        if (data.Source.Name is Source or ClientSource)
        {
            foreach (var (name, _) in data.TagObjects.ToList())
            {
                if (!Kept.Contains(name))
                {
                    data.SetTag(name, null);
                }
            }
        }
    }

    private static string Known(string method) =>
        method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" ? method : "_OTHER";
}

/// <summary>
/// Begins every trace here: a stranger's <c>traceparent</c> would decide whether we record, and its <c>tracestate</c> and
/// <c>baggage</c> are text of theirs. Nor are our ids told to the issuers that we ask.
/// </summary>
public sealed class NoForeignTraces : DistributedContextPropagator
{
    public override IReadOnlyCollection<string> Fields => [];

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) => (traceId, traceState) = (null, null);

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
    }
}
