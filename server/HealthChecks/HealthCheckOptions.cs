using System.Globalization;

namespace OctoLogin.HealthChecks;

/// <summary>The settings below <c>HealthChecks:</c>.</summary>
/// <param name="Interval">Between two checks of all targets of a space; null: they are checked when somebody asks for it alone.</param>
public sealed record HealthCheckOptions(TimeSpan? Interval)
{
    private const int MostMinutes = 7 * 24 * 60;

    public static HealthCheckOptions Read(IConfiguration configuration, List<string> faults)
    {
        var minutes = 60;
        if (configuration["HealthChecks:IntervalMinutes"]?.Trim() is { Length: > 0 } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out minutes) || minutes > MostMinutes))
        {
            faults.Add($"HealthChecks:IntervalMinutes is '{text}'; it must be a whole number of 0 (targets are checked when somebody asks for it alone) to {MostMinutes}.");
        }
        return new(minutes == 0 ? null : TimeSpan.FromMinutes(minutes));
    }
}
