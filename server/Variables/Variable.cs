using System.Text.Json;
using System.Text.Json.Serialization;

namespace OctoLogin.Variables;

/// <summary>One value of a name, and where it holds. Read by clients as it is, once <see cref="SealedValues"/> has taken out what is not for them.</summary>
public sealed record Variable
{
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>Null of a sensitive one, whose value is in <see cref="Sealed"/>, and of one without a value.</summary>
    public string? Value { get; init; }
    public string? Description { get; init; }
    public string Type { get; init; } = Text;
    public bool IsEditable { get; init; } = true;
    public bool IsSensitive { get; init; }

    /// <summary>Null: nobody is asked for it.</summary>
    public VariablePrompt? Prompt { get; init; }
    public VariableScope Scope { get; init => field = value ?? VariableScope.Anywhere; } = VariableScope.Anywhere;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Sealed { get; init; }

    public const string Text = "String";
    public const string Sensitive = "Sensitive";
}

/// <summary>How who deploys is asked for the value.</summary>
public sealed record VariablePrompt
{
    public string? Label { get; init; }
    public string? Description { get; init; }
    public bool Required { get; init; }

    /// <summary>Kept for clients: <c>Octopus.ControlType</c>, <c>Octopus.SelectOptions</c>.</summary>
    public Dictionary<string, JsonElement> DisplaySettings { get; init => field = value ?? []; } = [];
}
