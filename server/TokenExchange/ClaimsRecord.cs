using System.Runtime.InteropServices;
using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

/// <summary>
/// A stranger's JSON made fit to be kept: bounded, and with nothing that grows when it is stored (<c>1e131071</c> is eight
/// characters in a token and 131,072 digits for whoever asks PostgreSQL for it as jsonb).
/// </summary>
public static class ClaimsRecord
{
    private const int MostMembers = 100;
    private const int MostNameCharacters = 100;
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
            if (!TryWritePlain(json, member))
            {
                WriteValue(json, Printable.Of(member.Name, MostNameCharacters), member.Value);
            }
        }
        json.WriteEndObject();
    }

    /// <summary>As it lies in the token, without a text made of it: short and of printable ASCII, as nearly every claim is.</summary>
    private static bool TryWritePlain(Utf8JsonWriter json, JsonProperty member)
    {
        if (member.Value.ValueKind != JsonValueKind.String)
        {
            return false;
        }
        var name = JsonMarshal.GetRawUtf8PropertyName(member);
        var value = JsonMarshal.GetRawUtf8Value(member.Value)[1..^1];
        if (name.Length > MostNameCharacters || value.Length > MostCharacters || !IsPlain(name) || !IsPlain(value))
        {
            return false;
        }
        json.WriteString(name, value);
        return true;
    }

    // A backslash begins an escape, behind which there may be anything.
    private static bool IsPlain(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)' ', (byte)'~') && !text.Contains((byte)'\\');

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
