using System.Globalization;
using System.Text.RegularExpressions;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Telemetry;

/// <summary>What <c>/metrics</c> answered, read strictly by Prometheus's text format.</summary>
public sealed partial class Scrape
{
    private readonly Dictionary<string, double> series = new(StringComparer.Ordinal);

    private Scrape(string text)
    {
        string? family = null;
        foreach (var line in text.Split('\n').SkipLast(1))
        {
            if (line.StartsWith('#'))
            {
                var comment = Comment().Match(line);
                comment.Success.ShouldBeTrue(line);
                family = comment.Groups["name"].Value;
                if (comment.Groups["what"].Value == "TYPE")
                {
                    Types.TryAdd(family, comment.Groups["text"].Value).ShouldBeTrue($"{family} is there twice");
                }
                continue;
            }
            var sample = Sample().Match(line);
            sample.Success.ShouldBeTrue(line);
            sample.Groups["name"].Value.ShouldStartWith(family!, customMessage: "the samples of a family stand together");
            series.TryAdd(sample.Groups["series"].Value, Parse(sample.Groups["value"].Value)).ShouldBeTrue($"{line} is there twice");
        }
    }

    /// <summary>By name: counter, gauge or histogram.</summary>
    public Dictionary<string, string> Types { get; } = new(StringComparer.Ordinal);

    /// <summary>Names with their labels, as they are written.</summary>
    public IReadOnlyCollection<string> Series => series.Keys;

    /// <summary>Every name that a query may use.</summary>
    public IReadOnlySet<string> Names => series.Keys.Select(one => one.Split('{')[0]).ToHashSet();

    /// <summary>Null: no such series.</summary>
    public double? this[string name] => series.TryGetValue(name, out var value) ? value : null;

    /// <summary>As an administrator.</summary>
    public static async Task<Scrape> OfAsync(ServerFixture server) => new(await server.Admin.GetStringAsync("/metrics"));

    public static Scrape Of(string text) => new(text);

    private static double Parse(string value) => value == "+Inf" ? double.PositiveInfinity : double.Parse(value, CultureInfo.InvariantCulture);

    [GeneratedRegex("""^# (?<what>HELP|TYPE) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<text>.+)$""")]
    private static partial Regex Comment();

    [GeneratedRegex("""^(?<series>(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"(,(?!\})|(?=\})))*\})?) (?<value>[-+]?(Inf|[0-9.]+(E[-+]?[0-9]+)?)|NaN)$""")]
    private static partial Regex Sample();
}
