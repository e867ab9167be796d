using System.Text.Json;

namespace OctoLogin.Executions;

public static class StepProperties
{
    /// <summary>A property of a step or an action as text; null: there is none, or it is sensitive.</summary>
    public static string? Text(this IReadOnlyDictionary<string, JsonElement> properties, string name) => properties.GetValueOrDefault(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } other => other.GetRawText(),
        _ => null,
    };
}
