using System.Text.Json;

namespace OctoLogin.ServiceAccounts;

/// <summary>
/// JSON numbers compared by their value, digit by digit: 1.0 is 1, and 9007199254740993 is not 9007199254740992, which a double
/// takes for the same. Pure.
/// </summary>
public static class ExactNumber
{
    /// <summary>Of an exponent; no number that anybody means has one of a million.</summary>
    private const int MostExponentCharacters = 6;

    public static bool AreEqual(string expected, JsonElement number) =>
        Read(expected) is { } wanted && IsComparable(number) && JsonElement.DeepEquals(wanted, number);

    /// <summary>The text is a number as JSON writes it, and one that can be compared.</summary>
    public static bool IsNumber(string text) => Read(text) is not null;

    private static JsonElement? Read(string text)
    {
        try
        {
            return JsonElement.Parse(text) is { ValueKind: JsonValueKind.Number } number && IsComparable(number) ? number : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The library throws at an exponent that is out of its range, which a token may have.
    private static bool IsComparable(JsonElement number)
    {
        var text = number.GetRawText();
        var exponent = text.AsSpan().IndexOfAny('e', 'E');
        return exponent < 0 || text.Length - exponent - 1 <= MostExponentCharacters;
    }
}
