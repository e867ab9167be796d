using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Projects;

namespace OctoLogin.Machines;

/// <summary>
/// What may be kept of an endpoint. It is stored and shown as it came, so it must not hold a secret: those belong to an account,
/// which the endpoint names by <c>AccountId</c>. Pure.
/// </summary>
public static class MachineEndpoint
{
    private const int MostCharacters = 100_000;

    /// <summary>Ends of the names of properties whose text is a secret in some kind of endpoint. A token's path is none.</summary>
    private static readonly string[] SecretNames = ["Password", "Passphrase", "Secret", "SecretKey", "PrivateKey", "ApiKey", "AccessKey", "Token"];

    public static string? AccountId(JsonElement endpoint) =>
        Part(endpoint, "AccountId") ?? (Property(endpoint, "Authentication") is { } authentication ? Part(authentication, "AccountId") : null);

    /// <summary>The endpoint as it is stored; without one, a target that is only a name (a cloud region).</summary>
    public static string Check(JsonElement? sent, string present, Validation validation)
    {
        if (sent is not { ValueKind: not JsonValueKind.Null } endpoint)
        {
            return present;
        }
        var text = endpoint.GetRawText();
        validation.Check(text.Length <= MostCharacters, $"Endpoint may have at most {MostCharacters} characters.");
        validation.Check(endpoint.ValueKind == JsonValueKind.Object && Part(endpoint, "CommunicationStyle") is not null,
            "Endpoint must be an object with a CommunicationStyle, such as { \"CommunicationStyle\": \"None\" }.");
        CheckPart(endpoint, "Endpoint", validation);
        // The same in another form is no change: what is known of its health stays.
        return JsonElement.DeepEquals(endpoint, JsonSerializer.Deserialize<JsonElement>(present, Json.Options)) ? present : text;
    }

    private static void CheckPart(JsonElement value, string at, Validation validation)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                validation.Check(!SensitiveProperties.HoldsNewValue(value), $"{at} holds a sensitive value (NewValue), which is not kept here. {UseAccount}");
                foreach (var property in value.EnumerateObject())
                {
                    var path = $"{at}.{Printable.Of(property.Name, 60)}";
                    validation.Check(!property.Name.Contains('\0'), $"{path} may not hold a NUL character.");
                    validation.Check(!IsSecret(property), $"{path} holds a secret in clear text, which is not kept here. {UseAccount}");
                    CheckPart(property.Value, path, validation);
                }
                break;
            case JsonValueKind.Array:
                foreach (var (i, item) in value.EnumerateArray().Index())
                {
                    CheckPart(item, $"{at}[{i}]", validation);
                }
                break;
            case JsonValueKind.String:
                validation.Check(!value.GetString()!.Contains('\0'), $"{at} may not hold a NUL character.");
                validation.Check(!(Uri.TryCreate(value.GetString(), UriKind.Absolute, out var uri) && uri.UserInfo.Contains(':')),
                    $"{at} is an address with a password in it, which is not kept here. {UseAccount}");
                break;
        }
    }

    private const string UseAccount = "Put it into an account, and name that by AccountId.";

    private static bool IsSecret(JsonProperty property) => property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number
        && property.Value.ToString().Length > 0 && SecretNames.Any(name => property.Name.EndsWith(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>A text of an endpoint, or of an object in it; null: there is none.</summary>
    public static string? Part(JsonElement value, string name) =>
        Property(value, name) is { ValueKind: JsonValueKind.String } part && part.GetString() is { Length: > 0 } text ? text : null;

    public static JsonElement? Property(JsonElement value, string name)
    {
        foreach (var property in value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : default)
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return property.Value;
            }
        }
        return null;
    }
}
