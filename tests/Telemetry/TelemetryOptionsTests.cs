using Microsoft.Extensions.Configuration;
using OctoLogin.Telemetry;

namespace OctoLogin.Tests.Telemetry;

public sealed class TelemetryOptionsTests
{
    [Theory]
    [InlineData("", false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317", true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://collector:4317", true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://collector:4317", false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317 OTEL_TRACES_EXPORTER=none", false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317 OTEL_METRICS_EXPORTER=none", true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317 OTEL_SDK_DISABLED=true", false, false)]
    [InlineData("OTEL_SERVICE_NAME=x OTEL_TRACES_EXPORTER=otlp", false, false)]
    public void Nothing_is_sent_unless_a_collector_is_named(string settings, bool traces, bool metrics)
    {
        var (options, faults) = Read(settings);
        faults.ShouldBeEmpty();
        (options.SendsTraces, options.SendsMetrics).ShouldBe((traces, metrics));
    }

    [Fact]
    public void A_scrape_token_that_could_be_guessed_is_a_fault_that_does_not_show_it() =>
        Read("Metrics:Token=letmein").Faults.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            fault => fault.ShouldStartWith("Metrics:Token has 7 characters"),
            fault => fault.ShouldNotContain("letmein"));

    [Fact]
    public void A_collector_without_a_scheme_is_a_fault() =>
        Read("OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317").Faults.ShouldHaveSingleItem()
            .ShouldBe("OTEL_EXPORTER_OTLP_ENDPOINT is 'collector:4317'; it must be the http or https URL of an OpenTelemetry collector, such as http://localhost:4317.");

    private static (TelemetryOptions Options, List<string> Faults) Read(string settings)
    {
        var faults = new List<string>();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=', 2)).Select(one => KeyValuePair.Create(one[0], (string?)one[1]))).Build();
        return (TelemetryOptions.Read(configuration, faults), faults);
    }
}
