using System.Text.Json;

namespace OctoLogin.Action;

/// <summary>
/// An error in the words of OAuth (`error`, `error_description`, RFC 6749 section 5.2), of the Octopus API (`ErrorMessage`, `Errors`) or of both.
/// </summary>
internal sealed record OAuthError(string? Code, string Description)
{
    public static OAuthError? In(HttpAnswer answer)
    {
        if (answer.Json() is not { } json)
        {
            return null;
        }
        var code = Text(json, "error");
        // `Errors` often says more than `ErrorMessage`, which may be only "There was a problem with your request."
        var description = Text(json, "error_description") ?? Lines(json, "Errors") ?? Text(json, "ErrorMessage") ?? code;
        if (description is null)
        {
            return null;
        }
        description = PlainText.OneLine(description, 2000);
        // Support needs the id to find the attempt in the server's audit.
        return answer.CorrelationId is { } id && !description.Contains(id, StringComparison.OrdinalIgnoreCase)
            ? new OAuthError(code, $"{description} (correlation id {PlainText.OneLine(id, 100)})")
            : new OAuthError(code, description);
    }

    public override string ToString() => Code is null || Code == Description ? Description : $"{PlainText.OneLine(Code, 100)}: {Description}";

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static string? Lines(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        var lines = value.EnumerateArray().Where(line => line.ValueKind == JsonValueKind.String).Select(line => line.GetString());
        return string.Join(" ", lines) is { Length: > 0 } text ? text : null;
    }
}
