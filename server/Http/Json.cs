using System.Text.Json;
using System.Text.Json.Serialization;

namespace OctoLogin.Http;

/// <summary>
/// The JSON of the API: PascalCase out, names without case in, unknown properties ignored, enums as text.
/// </summary>
public static class Json
{
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = null;
        options.DictionaryKeyPolicy = null;
        options.PropertyNameCaseInsensitive = true;
        options.NumberHandling = JsonNumberHandling.AllowReadingFromString;
        options.MaxDepth = 64;
        options.Converters.Add(new JsonStringEnumConverter());
        options.Converters.Add(new ElementConverter());
        return options;
    }

    /// <summary>An escaped lone surrogate (<c>\ud800</c>) is valid JSON and no text: whoever read it later would fail. Throws what that reader would.</summary>
    public static void RequireText(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    RequireText(item);
                }
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    RequireText(member.Value);
                }
                break;
        }
    }

    /// <summary>What a body has that no type of ours describes; its texts are read as it is bound, as those of our types are.</summary>
    private sealed class ElementConverter : JsonConverter<JsonElement>
    {
        public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var element = JsonElement.ParseValue(ref reader);
            RequireText(element);
            return element;
        }

        public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => value.WriteTo(writer);
    }
}
