using System.Text.Json;
using System.Text.Json.Nodes;

namespace OctoLogin.TokenExchange;

/// <summary>The claims of an event as a token had them, as far as <see cref="ClaimsRecord"/> kept them. Pure.</summary>
public static class RecordedClaims
{
    /// <summary>Lists and objects were kept as their text.</summary>
    public static JsonElement Restore(JsonElement recorded)
    {
        var restored = new JsonObject();
        foreach (var claim in recorded.EnumerateObject())
        {
            restored[claim.Name] = claim.Value.ValueKind == JsonValueKind.String && claim.Value.GetString() is ['[' or '{', ..] text && TryParse(text) is { } json
                ? json
                : JsonNode.Parse(claim.Value.GetRawText());
        }
        return JsonSerializer.SerializeToElement(restored);
    }

    private static JsonNode? TryParse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new() { MaxDepth = 32, AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
