using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

/// <summary>
/// A stranger's JSON made fit to be kept: bounded, and with nothing that grows when it is stored (<c>1e131071</c> is eight
/// characters in a token and 131,072 digits in PostgreSQL's jsonb).
/// </summary>
public static class ClaimsRecord
{
    private const int MostMembers = 100;
    private const int MostCharacters = 500;

    public static void Write(Utf8JsonWriter json, string name, JsonElement members)
    {
        json.WriteStartObject(name);
        var written = 0;
        foreach (var member in members.EnumerateObject())
        {
            if (++written > MostMembers)
            {
                json.WriteString("…", "more members were left out");
                break;
            }
            WriteValue(json, Printable.Of(member.Name, 100), member.Value);
        }
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                json.WriteString(name, Printable.Of(value.GetString(), MostCharacters));
                break;
            case JsonValueKind.Number when value.TryGetInt64(out var number):
                json.WriteNumber(name, number);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                json.WriteBoolean(name, value.GetBoolean());
                break;
            case JsonValueKind.Null:
                json.WriteNull(name);
                break;
            default:
                // Other numbers, lists and objects as their text.
                json.WriteString(name, Printable.Of(value.GetRawText(), MostCharacters));
                break;
        }
    }
}
