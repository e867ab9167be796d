using System.Text.Json;

namespace OctoLogin.Feeds;

/// <summary>What registries and their clouds write, read without trust in its shape.</summary>
internal static class RegistryJson
{
    public static async Task<JsonDocument> ReadAsync(HttpResponseMessage response, CancellationToken cancel) =>
        // It was read as a whole, within limits, before it came here.
        JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel), new JsonDocumentOptions { MaxDepth = 16 });

    /// <summary>Null: it has none, or no text.</summary>
    public static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>Why not, in the registry's words (OCI distribution specification, "error codes"); null: it does not say.</summary>
    public static string? Refusal(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0
            ? $"{Text(errors[0], "code")} {Text(errors[0], "message")}".Trim()
            : Text(json, "details") ?? Text(json, "error");
}
