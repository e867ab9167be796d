using System.Text.Json;
using System.Text.RegularExpressions;
using OctoLogin.Http;
using OctoLogin.Projects;

namespace OctoLogin.Variables;

/// <summary>Makes variables of what a client sent, or says everything that is wrong with them.</summary>
public sealed partial class VariableRules(VariableSet present, ScopeRules scopes, AccountVariables accounts, SealedValues values, Validation validation)
{
    private const int MostCharacters = 1_000_000;
    private readonly Dictionary<string, Variable> before = present.Variables.ToDictionary(variable => variable.Id);

    public Variable[] Apply(IReadOnlyList<VariableInput?> sent)
    {
        var variables = sent.Select((variable, i) => Apply(variable ?? new VariableInput(), $"Variables[{i}]")).ToArray();
        foreach (var twice in variables.GroupBy(variable => variable.Id).Where(group => group.Count() > 1))
        {
            validation.Check(false, $"There is more than one variable with the Id '{Printable.Of(twice.Key)}'; each needs its own.");
        }
        return variables;
    }

    private Variable Apply(VariableInput sent, string at)
    {
        var id = validation.Optional($"{at}.Id", sent.Id, 100) ?? Guid.NewGuid().ToString();
        var type = validation.Optional($"{at}.Type", sent.Type, 100) ?? (sent.IsSensitive == true ? Variable.Sensitive : Variable.Text);
        validation.Check(TypeForm().IsMatch(type), $"{at}.Type is '{Printable.Of(type)}', which is not the name of a type, such as String, Sensitive or AzureAccount.");
        var sensitive = sent.IsSensitive == true || type.Equals(Variable.Sensitive, StringComparison.OrdinalIgnoreCase);
        var there = before.GetValueOrDefault(id);
        var value = Read(sent.Value, $"{at}.Value");
        validation.Check(sensitive || !value.IsSecret, $"{at}.Value is a sensitive value (NewValue), but the variable is not sensitive: send IsSensitive true and Type {Variable.Sensitive}.");
        if (!sensitive)
        {
            accounts.Check(type, value.Text, there, $"{at}.Value", validation);
        }
        return new Variable
        {
            Id = id,
            Name = validation.Required($"{at}.Name", sent.Name, 500),
            Value = sensitive ? null : value.Text,
            Sealed = sensitive ? Sealed(id, value, there) : null,
            Description = validation.OptionalText($"{at}.Description", sent.Description),
            Type = sensitive ? Variable.Sensitive : type,
            IsEditable = sent.IsEditable ?? true,
            IsSensitive = sensitive,
            Prompt = sent.Prompt is null ? null : Apply(sent.Prompt, $"{at}.Prompt"),
            Scope = scopes.Apply(sent.Scope ?? VariableScope.Anywhere, there?.Scope ?? VariableScope.Anywhere, $"{at}.Scope"),
        };
    }

    // A client reads null, and some write that back as "": neither takes the value away.
    private byte[]? Sealed(string id, SentValue value, Variable? there) =>
        !string.IsNullOrEmpty(value.Text) ? values.Seal(present.ProjectId, id, value.Text)
        : value.IsCleared ? null
        : there?.Sealed;

    private VariablePrompt Apply(VariablePrompt sent, string at) => sent with
    {
        Label = validation.Optional($"{at}.Label", sent.Label),
        Description = validation.OptionalText($"{at}.Description", sent.Description),
    };

    /// <summary>A text, null, or <c>{ "HasValue", "NewValue" }</c> as for sensitive properties.</summary>
    private SentValue Read(JsonElement? sent, string at)
    {
        switch (sent?.ValueKind)
        {
            case null or JsonValueKind.Null or JsonValueKind.Undefined:
                return new(null);
            case JsonValueKind.String:
                return new(Bounded(sent.Value.GetString()!, at));
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return new(sent.Value.ToString());
            case JsonValueKind.Object when SensitiveProperties.Sensitive.Read(sent.Value) is { } secret:
                return new(secret.NewValue is null ? null : Bounded(secret.NewValue, at), IsSecret: true, IsCleared: !secret.HasValue);
            default:
                validation.Check(false, $"{at} must be a text, or a sensitive value with HasValue and NewValue.");
                return new(null);
        }
    }

    private string Bounded(string text, string at)
    {
        validation.Check(text.Length <= MostCharacters, $"{at} may have at most {MostCharacters} characters, not {text.Length}.");
        validation.Check(!text.Contains('\0'), $"{at} may not hold a NUL character.");
        return text;
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9._-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex TypeForm();

    private sealed record SentValue(string? Text, bool IsSecret = false, bool IsCleared = false);
}

/// <summary>What a client sends of a variable.</summary>
/// <param name="Value">A sensitive one that is absent, null or empty keeps the value that is there.</param>
public sealed record VariableInput(
    string? Id = null, string? Name = null, JsonElement? Value = null, string? Description = null, string? Type = null, bool? IsEditable = null,
    bool? IsSensitive = null, VariablePrompt? Prompt = null, VariableScope? Scope = null);

/// <summary>What a client sends.</summary>
/// <param name="Version">The version that the change was made from.</param>
public sealed record VariableSetInput(int? Version, VariableInput?[]? Variables, string? OwnerId, string? SpaceId);
