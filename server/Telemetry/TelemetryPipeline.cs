using System.Diagnostics.Metrics;
using OctoLogin.Database;
using OctoLogin.Http;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OctoLogin.Telemetry;

/// <summary>
/// Gathers what the slices, ASP.NET Core, Npgsql and the runtime measure: to be read at <c>/metrics</c>, and sent by OTLP where a
/// collector is configured. Without one there are no traces at all, and nothing is sent anywhere.
/// </summary>
public sealed class TelemetryPipeline : IDisposable
{
    private readonly MeterProvider metrics;
    private readonly TracerProvider? traces;

    public TelemetryPipeline(TelemetryOptions options, IConfiguration configuration, IMeterFactory meters, PrometheusText prometheus, DatabaseMetrics database)
    {
        _ = database;
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(Resource())
            .AddMeter("OctoLogin.*", "Microsoft.AspNetCore.Hosting", "Npgsql", "System.Runtime")
            .AddView(instrument => Shown(instrument, meters))
            .AddReader(new BaseExportingMetricReader(prometheus));
        metrics = (options.SendsMetrics ? builder.AddOtlpExporter() : builder).Build();
        traces = options.SendsTraces
            ? Sdk.CreateTracerProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(configuration))
                .SetResourceBuilder(Resource())
                .AddSource("OctoLogin.*", RequestTraces.Source, RequestTraces.ClientSource, "Npgsql")
                .AddProcessor(new RequestTraces())
                .AddOtlpExporter().Build()
            : null;
    }

    public void Dispose()
    {
        traces?.Dispose();
        metrics.Dispose();
    }

    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddService("octologin", serviceVersion: ServerEndpoints.ProductVersion).AddTelemetrySdk().AddEnvironmentVariableDetector();

    /// <summary>Null: as it is.</summary>
    private static MetricStreamConfiguration? Shown(Instrument instrument, IMeterFactory ours) => instrument switch
    {
        // Another server of this process, as tests have them.
        { Meter.Scope: IMeterFactory other } when other != ours => MetricStreamConfiguration.Drop,
        // The scheme, the protocol and the like are a client's word.
        { Name: "http.server.request.duration" } => new ExplicitBucketHistogramConfiguration
        {
            TagKeys = ["http.request.method", "http.route", "http.response.status_code"],
            Boundaries = Latency.Buckets,
        },
        { Meter.Name: "Microsoft.AspNetCore.Hosting" } => MetricStreamConfiguration.Drop,
        _ => null,
    };
}
