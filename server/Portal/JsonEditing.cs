using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.Portal;

/// <summary>What a page has that edits a thing as the JSON of the API (<c>_JsonForm</c>).</summary>
public interface IJsonEditing
{
    JsonForm Input { get; }
    string Label { get; }
    string Hint { get; }

    /// <summary>Where to look at it as it is now, and to go back to.</summary>
    string BackUrl { get; }

    /// <summary>Somebody changed it since the form was opened: to this. Null: nobody did.</summary>
    int? Newer { get; }
}

public sealed record JsonForm
{
    public string? Text { get; set; }

    /// <summary>What was read and changed; null: the thing has no versions.</summary>
    public int? Version { get; set; }

    /// <summary>Said after a conflict: replace that one.</summary>
    public int? Over { get; set; }

    public static JsonForm Of(object thing, int? version) => new() { Text = JsonSerializer.Serialize(thing, Indented), Version = version };

    // Pages encode for HTML; within the text people want to read < and &.
    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text as the API would bind it; a fault says at which line.</summary>
    public T Read<T>() where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Text ?? "", Json.Options) ?? throw ApiException.BadRequest("Text is null; an object is expected.");
        }
        catch (JsonException fault)
        {
            var where = fault.LineNumber is { } line
                ? string.Create(CultureInfo.InvariantCulture, $" at line {line + 1}, character {fault.BytePositionInLine + 1}{(string.IsNullOrEmpty(fault.Path) || fault.Path == "$" ? "" : $" ({fault.Path})")}")
                : "";
            throw ApiException.BadRequest($"Text is not what is expected{Printable.Of(where)}: {Reason(fault)}");
        }
    }

    // The serializer names our types, which say nothing to who reads this.
    private static string Reason(JsonException fault) =>
        fault.Message.Contains("could not be converted", StringComparison.Ordinal) ? "a value of another kind must stand there."
        : Printable.Of(fault.Message.Split(" Path:")[0].Split(" LineNumber:")[0], 300);
}
