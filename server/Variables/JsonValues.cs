using System.Text.Json;

namespace OctoLogin.Variables;

/// <summary>Parts of a variable's value that is JSON, by the names and indexes after the variable's own. Pure.</summary>
public static class JsonValues
{
    /// <param name="path">Such as <c>.Name[0]</c>.</param>
    /// <returns>Null: it is not JSON, or has no such part.</returns>
    public static string? Find(string json, string path) => Read<string?>(json, root =>
    {
        var here = root;
        foreach (var step in StepsOf(path))
        {
            if (Step(here, step) is not { } next)
            {
                return null;
            }
            here = next;
        }
        return Text(here);
    });

    /// <summary>The elements of an array, the members of an object with their names; null: it is neither.</summary>
    public static List<(string? Key, string Value)>? ItemsOf(string json) => Read(json, root => root.ValueKind switch
    {
        JsonValueKind.Array => root.EnumerateArray().Select((item, i) => ((string?)null, Text(item))).ToList(),
        JsonValueKind.Object => root.EnumerateObject().Select(member => ((string?)member.Name, Text(member.Value))).ToList(),
        _ => null,
    });

    private static T? Read<T>(string json, Func<JsonElement, T?> read)
    {
        var start = json.AsSpan().TrimStart();
        if (start.Length == 0 || start[0] is not ('{' or '['))
        {
            return default;
        }
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static JsonElement? Step(JsonElement here, string step) => here.ValueKind switch
    {
        JsonValueKind.Array => int.TryParse(step, out var index) && index >= 0 && index < here.GetArrayLength() ? here[index] : null,
        JsonValueKind.Object => here.EnumerateObject().Where(member => member.Name.Equals(step, StringComparison.OrdinalIgnoreCase))
            .Select(member => (JsonElement?)member.Value).FirstOrDefault(),
        _ => null,
    };

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    private static IEnumerable<string> StepsOf(string path)
    {
        for (var at = 0; at < path.Length;)
        {
            var isIndex = path[at] == '[';
            var end = isIndex ? SubstitutionSource.ClosingBracket(path, at) : path.IndexOfAny(['.', '['], at + 1);
            end = end < 0 ? path.Length : end;
            yield return path[(at + 1)..end];
            at = isIndex ? end + 1 : end;
        }
    }
}
