using System.Net;
using System.Text;
using System.Text.Json;

namespace OctoLogin.Action;

/// <summary>A whole answer, read to its end.</summary>
internal sealed record HttpAnswer(string Asked, HttpStatusCode Status, string? ContentType, string? CorrelationId, byte[] Body)
{
    public bool IsSuccess => (int)Status is >= 200 and <= 299;

    public string StatusLine => $"{(int)Status} {Status}";

    /// <summary>The body as a JSON object, or null: proxies and sign-in pages answer in HTML whatever they were asked.</summary>
    public JsonElement? Json()
    {
        try
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What came instead of what was asked for: status, content type, the beginning; an object's values are left out, one may be a token.</summary>
    public string Description()
    {
        var beginning = Json() is { } json
            ? $"a JSON object with the members [{PlainText.OneLine(string.Join(", ", json.EnumerateObject().Select(member => member.Name)), 200)}]"
            : Body.Length == 0 ? "an empty body" : $"{PlainText.OneLine(ContentType ?? "no content type", 80)} that begins '{PlainText.Excerpt(Encoding.UTF8.GetString(Body))}'";
        return $"{Asked} answered {StatusLine} with {beginning}.";
    }
}
