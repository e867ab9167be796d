namespace OctoLogin.Telemetry;

/// <summary>
/// <c>Metrics:Token</c>, and OpenTelemetry's own <c>OTEL_…</c> settings by which alone anything is sent. These may come from any
/// source of settings: <c>OTEL_EXPORTER_OTLP_HEADERS</c> often holds a secret, which belongs in a file of <c>/run/secrets</c>.
/// </summary>
public sealed record TelemetryOptions
{
    private const int ShortestToken = 32;

    /// <summary>Whoever sends it as a bearer token may read <c>/metrics</c>; null: administrators alone.</summary>
    public string? MetricsToken { get; init; }

    public bool SendsTraces { get; init; }
    public bool SendsMetrics { get; init; }

    public static TelemetryOptions Read(IConfiguration configuration, List<string> faults)
    {
        var token = configuration["Metrics:Token"]?.Trim();
        // A secret, so it is not shown.
        if (token is { Length: > 0 and < ShortestToken })
        {
            faults.Add($"Metrics:Token has {token.Length} characters, which could be guessed; at least {ShortestToken} are needed, such as those of `openssl rand -hex 32`.");
        }
        var disabled = bool.TryParse(configuration["OTEL_SDK_DISABLED"], out var off) && off;
        return new()
        {
            MetricsToken = string.IsNullOrEmpty(token) ? null : token,
            SendsTraces = !disabled && Sends("TRACES"),
            SendsMetrics = !disabled && Sends("METRICS"),
        };

        bool Sends(string signal)
        {
            var endpoints = new[] { "OTEL_EXPORTER_OTLP_ENDPOINT", $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT" }.Where(name => !string.IsNullOrWhiteSpace(configuration[name])).ToList();
            foreach (var name in endpoints.Where(name => !Uri.TryCreate(configuration[name], UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
            {
                var fault = $"{name} is '{configuration[name]}'; it must be the http or https URL of an OpenTelemetry collector, such as http://localhost:4317.";
                if (!faults.Contains(fault))
                {
                    faults.Add(fault);
                }
            }
            return endpoints.Count > 0 && configuration[$"OTEL_{signal}_EXPORTER"] != "none";
        }
    }
}
