using System.Globalization;

namespace OctoLogin.Variables;

/// <summary>The filter <c>Format</c>: numbers and dates in .NET's formats, always as the invariant culture writes them. Pure.</summary>
public static class Formats
{
    /// <param name="options">A format, or a type (Int, Double, Decimal, Date, DateTimeOffset) and a format.</param>
    public static string? Apply(string value, string[] options) => options switch
    {
        [var format] when IsSmall(format) => Try(() => Decimal(value, format) ?? Offset(value, format)),
        [var type, var format] when IsSmall(format) => Try(() => type.ToUpperInvariant() switch
        {
            "INT" or "INT32" => int.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number.ToString(format, CultureInfo.InvariantCulture) : null,
            "DOUBLE" => double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number.ToString(format, CultureInfo.InvariantCulture) : null,
            "DECIMAL" => Decimal(value, format),
            "DATE" or "DATETIME" => DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var date)
                ? date.ToString(format, CultureInfo.InvariantCulture) : null,
            "DATETIMEOFFSET" => Offset(value, format),
            _ => null,
        }),
        _ => null,
    };

    /// <param name="options">A format, or none.</param>
    public static string? Date(DateTime date, string[] options) =>
        options.Length == 0 ? date.ToString("O", CultureInfo.InvariantCulture)
        : IsSmall(options[0]) ? Try(() => date.ToString(options[0], CultureInfo.InvariantCulture))
        : null;

    private static string? Decimal(string value, string format) =>
        decimal.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number.ToString(format, CultureInfo.InvariantCulture) : null;

    private static string? Offset(string value, string format) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date.ToString(format, CultureInfo.InvariantCulture) : null;

    private static string? Try(Func<string?> format)
    {
        try
        {
            return format();
        }
        catch (FormatException)
        {
            return null;
        }
    }

    // "N999999999" asks for a gigabyte.
    private static bool IsSmall(string format) => format.Length is > 0 and <= 100 && !(format.Length > 3 && char.IsAsciiLetter(format[0]) && format.Skip(1).All(char.IsAsciiDigit));
}
