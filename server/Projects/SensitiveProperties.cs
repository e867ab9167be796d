using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Projects;

/// <summary>
/// Properties of steps and actions that must not be read back. A client sends <c>{ "HasValue": true, "NewValue": "…" }</c>, or without
/// <c>NewValue</c> to keep what is there, and reads <c>{ "HasValue": true }</c>. At rest the value is encrypted, for that property of that action.
/// </summary>
public sealed class SensitiveProperties(Secrets secrets)
{
    /// <param name="present">The steps as stored, where kept values are.</param>
    public DeploymentStep[] Seal(string processId, IReadOnlyList<DeploymentStep> steps, IReadOnlyList<DeploymentStep> present, Validation validation)
    {
        var stored = All(present);
        validation.Check(!steps.Any(HidesOne), "A sensitive value (NewValue) is possible only directly in the Properties of a step or an action.");
        return Map(steps, (id, name, value) =>
        {
            if (Sensitive.Read(value) is not { } sensitive)
            {
                return value;
            }
            if (sensitive.NewValue is null && sensitive.HasValue)
            {
                var kept = stored.TryGetValue((id, name), out var there) ? Sensitive.Read(there)?.Sealed : null;
                validation.Check(kept is not null, $"Property '{Printable.Of(name)}' keeps a sensitive value, but has none yet; send it as NewValue.");
                return new Sensitive(true, null, sensitive.Hint, kept).Write();
            }
            return sensitive.NewValue is null
                ? new Sensitive(false, null, null, null).Write()
                : new Sensitive(true, null, sensitive.Hint, secrets.Protect(Purpose(processId, id, name), Encoding.UTF8.GetBytes(sensitive.NewValue))).Write();
        });
    }

    /// <summary>The process as clients may read it.</summary>
    public static DeploymentProcess Hide(DeploymentProcess process) => process with
    {
        StepsJson = DeploymentProcess.Write(Map(process.Steps, (_, _, value) =>
            Sensitive.Read(value) is { } sensitive ? (sensitive with { NewValue = null, Sealed = null }).Write() : value)),
    };

    /// <summary>Whether it is itself a sensitive value that would be kept as it came: readable.</summary>
    public static bool HoldsNewValue(JsonElement value) => Sensitive.Read(value)?.NewValue is not null;

    /// <summary>The value of a sensitive property; null: it is not sensitive, or has none.</summary>
    /// <param name="ownerId">The action's Id, or <c>step:</c> and the step's.</param>
    public string? Open(string processId, string ownerId, string property, JsonElement value) =>
        Sensitive.Read(value)?.Sealed is { } stored ? Encoding.UTF8.GetString(secrets.Unprotect(Purpose(processId, ownerId, property), stored)) : null;

    // Anywhere else it would be kept as it came: readable.
    private static bool HidesOne(DeploymentStep step) =>
        Hides(step.Others?.Values) || step.Actions.Any(action => Hides(action.Others?.Values) || Hides(action.Container.Others?.Values)
            || action.Packages.Any(package => Hides(package.Properties.Values) || Hides(package.Others?.Values)));

    private static bool Hides(IEnumerable<JsonElement>? values) => values is not null && values.Any(value => value.ValueKind switch
    {
        JsonValueKind.Object => HoldsNewValue(value) || Hides(value.EnumerateObject().Select(part => part.Value)),
        JsonValueKind.Array => Hides(value.EnumerateArray()),
        _ => false,
    });

    private static string Purpose(string processId, string ownerId, string property) => $"deployment_processes.steps:{processId}:{ownerId}:{property}";

    private static Dictionary<(string Id, string Name), JsonElement> All(IReadOnlyList<DeploymentStep> steps)
    {
        var all = new Dictionary<(string, string), JsonElement>();
        Map(steps, (id, name, value) => all[(id, name)] = value);
        return all;
    }

    private static DeploymentStep[] Map(IReadOnlyList<DeploymentStep> steps, Func<string, string, JsonElement, JsonElement> change) =>
        [.. steps.Select(step => step with
        {
            Properties = Each("step:" + step.Id, step.Properties, change),
            Actions = [.. step.Actions.Select(action => action with { Properties = Each(action.Id, action.Properties, change) })],
        })];

    private static Dictionary<string, JsonElement> Each(
        string id, Dictionary<string, JsonElement> properties, Func<string, string, JsonElement, JsonElement> change) =>
        properties.ToDictionary(property => property.Key, property => change(id, property.Key, property.Value));

    /// <summary>A value that must not be read back, as it is sent and (with <c>Sealed</c>) as it is stored.</summary>
    public sealed record Sensitive(bool HasValue, string? NewValue, string? Hint, byte[]? Sealed)
    {
        private const int MostCharacters = 20_000;

        private static readonly JsonSerializerOptions Written = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

        /// <summary>Null: an ordinary value. Case is ignored, else <c>newvalue</c> would be a way to store a secret in the clear.</summary>
        public static Sensitive? Read(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                return null;
            }
            var parts = value.EnumerateObject().GroupBy(part => part.Name, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(part => part.Key, part => part.Last().Value, StringComparer.OrdinalIgnoreCase);
            return parts.ContainsKey(nameof(HasValue)) || parts.ContainsKey(nameof(NewValue))
                ? new(parts.GetValueOrDefault(nameof(HasValue)).ValueKind == JsonValueKind.True, Text(nameof(NewValue)), Text(nameof(Hint)),
                    Text(nameof(Sealed)) is { } sealedText ? Bytes(sealedText) : null)
                : null;

            string? Text(string name) => parts.GetValueOrDefault(name).ToString() is { Length: > 0 } text ? text : null;
        }

        /// <summary>What a client sends for a secret of its own: a new one, or null, which keeps what is there. Cleared: it is taken away.</summary>
        public static (string? NewValue, bool IsCleared) Take(string property, JsonElement? sent, Validation validation)
        {
            if (sent is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value || (value.ValueKind == JsonValueKind.String && value.GetString()!.Length == 0))
            {
                return (null, false);
            }
            var secret = Read(value);
            validation.Check(secret is not null, $"{property} must be a sensitive value: {{ \"HasValue\": true, \"NewValue\": \"…\" }}.");
            validation.Check(secret?.NewValue is null or { Length: <= MostCharacters }, $"{property} may have at most {MostCharacters} characters.");
            return (secret?.NewValue, secret is { NewValue: null, HasValue: false });
        }

        public JsonElement Write() => JsonSerializer.SerializeToElement(this, Written);

        private static byte[]? Bytes(string base64)
        {
            var bytes = new byte[base64.Length];
            return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
        }
    }
}
