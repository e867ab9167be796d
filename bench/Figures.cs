using System.Globalization;

namespace OctoLogin.Bench;

/// <summary>One row of the table. <paramref name="Met"/> null: no target.</summary>
internal sealed record Row(string Figure, string Value, string Reference = "", string Ratio = "", string Target = "", bool? Met = null)
{
    public static Row Rate(string figure, double perSecond, string referenceName, double reference, double least) =>
        new(figure, Figures.Rate(perSecond), $"{referenceName}: {Figures.Rate(reference)}", $"{perSecond / reference:0.00}", $"≥ {least:0.0} × reference", perSecond / reference >= least);
}

internal static class Figures
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    public static string Rate(double perSecond) => perSecond.ToString("#,0", CultureInfo.InvariantCulture) + "/s";
    public static string Milliseconds(double value) => value.ToString(value < 10 ? "0.00" : "0", CultureInfo.InvariantCulture) + " ms";
    public static string Megabytes(double bytes) => (bytes / 1_000_000).ToString("0", CultureInfo.InvariantCulture) + " MB";

    public static void Write(IEnumerable<Row> rows)
    {
        Console.WriteLine("| figure | this server | reference | ratio | target | met |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var row in rows)
        {
            Console.WriteLine($"| {row.Figure} | {row.Value} | {row.Reference} | {row.Ratio} | {row.Target} | {(row.Met is { } met ? met ? "yes" : "**no**" : "")} |");
        }
    }
}
