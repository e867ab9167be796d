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
        return options;
    }
}
