using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OctoLogin.Access;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Telemetry;

/// <summary>
/// <c>GET /metrics</c>, for whoever has <c>Metrics:Token</c>, which needs no database, and for administrators. Never for strangers:
/// it tells which issuers are trusted and how busy we are.
/// </summary>
public static class MetricsEndpoint
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services, TelemetryOptions options) => services
        .AddMetrics()
        .AddSingleton(options).AddSingleton<PrometheusText>().AddSingleton<DatabaseMetrics>().AddSingleton<TelemetryPipeline>()
        .Replace(ServiceDescriptor.Singleton<DistributedContextPropagator>(new NoForeignTraces()));

    public static void UseRequestTraces(this WebApplication app)
    {
        if (app.Services.GetRequiredService<TelemetryOptions>().SendsTraces)
        {
            app.Use(async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                finally
                {
                    RequestTraces.Describe(context);
                }
            });
        }
    }

    public static void MapMetrics(this WebApplication app)
    {
        // From here on what is measured is gathered.
        _ = app.Services.GetRequiredService<TelemetryPipeline>();
        app.MapGet("/metrics", Read).AllowAnonymous().ExcludeFromDescription();
    }

    private static IResult Read(HttpContext context, TelemetryOptions options, PrometheusText prometheus)
    {
        if (!HasToken(context.Request, options.MetricsToken))
        {
            var caller = context.Features.Get<Caller>() ?? throw Unknown(context, options);
            caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        }
        context.Response.Headers.CacheControl = "no-store";
        return Results.Bytes(prometheus.Read(), PrometheusText.ContentType);
    }

    /// <summary>Compared as hashes in constant time: neither where they differ nor how long ours is can be measured.</summary>
    private static bool HasToken(HttpRequest request, string? expected)
    {
        const string Scheme = "Bearer ";
        var sent = request.Headers.Authorization.ToString();
        return expected is not null && sent.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent[Scheme.Length..].Trim())), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
    }

    private static ApiException Unknown(HttpContext context, TelemetryOptions options)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return new(StatusCodes.Status401Unauthorized, options.MetricsToken is null
            ? $"Metrics are for administrators, by API key ({CallerAuthentication.ApiKeyHeader}), and for whoever sends Authorization: Bearer with the setting Metrics:Token, which is not set."
            : $"Metrics are for whoever sends Authorization: Bearer with the setting Metrics:Token, and for administrators, by API key ({CallerAuthentication.ApiKeyHeader}).");
    }
}
