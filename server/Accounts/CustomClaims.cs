using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using OctoLogin.Http;

namespace OctoLogin.Accounts;

/// <summary>
/// Claims that an account adds to its ID tokens, such as AWS session tags. They never stand in the place of a claim that has a meaning of its
/// own in a token. Variables go only into texts, also within JSON: no value can change what the JSON around it says. Pure.
/// </summary>
public static partial class CustomClaims
{
    private const int MostClaims = 50;
    private const int MostBytes = 8000;
    private const int MostDepth = 8;

    /// <summary>RFC 7519 section 4.1, OpenID Connect Core sections 2 and 3, RFC 8693, RFC 7800: what others would read with that meaning.</summary>
    private static readonly string[] Reserved =
    [
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "auth_time", "nonce", "acr", "amr", "at_hash", "c_hash", "s_hash", "sid", "client_id", "scope", "scp", "act", "may_act", "cnf", "typ",
    ];

    public static Dictionary<string, JsonElement> Check(Dictionary<string, JsonElement> claims, Validation validation)
    {
        validation.Check(claims.Count <= MostClaims, $"CustomClaims may have at most {MostClaims} claims, not {claims.Count}.");
        var bytes = JsonSerializer.SerializeToUtf8Bytes(claims).Length;
        validation.Check(bytes <= MostBytes, $"CustomClaims may have at most {MostBytes} bytes of JSON, not {bytes}: clouds take only short tokens.");
        foreach (var (name, value) in claims.Take(MostClaims))
        {
            validation.Check(name.Trim().Length is > 0 and <= 255 && !name.Any(char.IsControl), $"CustomClaims has the name '{Printable.Of(name, 60)}'; a claim's name has 1 to 255 characters.");
            validation.Check(!Reserved.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase), $"CustomClaims may not have '{Printable.Of(name)}': that claim is set by this server.");
            validation.Fault(ValueFault($"CustomClaims['{Printable.Of(name, 60)}']", Structure(value)));
        }
        return claims;
    }

    /// <summary>The claims as a token has them.</summary>
    /// <param name="variable">The value of what stands within <c>#{…}</c>, null if it has none; itself null: there are no variables here, and claims that need some are left out.</param>
    /// <exception cref="IdTokenException">A variable has no value here, or the claims are too long with their values.</exception>
    public static IReadOnlyDictionary<string, JsonElement> Resolve(IReadOnlyDictionary<string, JsonElement> claims, Func<string, string?>? variable)
    {
        var resolved = new Dictionary<string, JsonElement>();
        foreach (var (name, value) in claims)
        {
            if (variable is not null || !Variables().IsMatch(value.GetRawText()))
            {
                resolved[name] = Resolve(name, Structure(value), variable);
            }
        }
        var bytes = JsonSerializer.SerializeToUtf8Bytes(resolved).Length;
        return bytes <= MostBytes ? resolved : throw new IdTokenException($"The account's custom claims have {bytes} bytes of JSON with their values, and may have at most {MostBytes}.");
    }

    private static JsonElement Resolve(string claim, JsonElement value, Func<string, string?>? variable)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, value, text => Variables().Replace(text, match => variable?.Invoke(match.Groups[1].Value.Trim())
                ?? throw new IdTokenException($"The custom claim '{Printable.Of(claim)}' needs the variable '{Printable.Of(match.Groups[1].Value)}', which has no value here.")));
        }
        return JsonSerializer.Deserialize<JsonElement>(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, JsonElement value, Func<string, string> replace)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value, replace);
                }
                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item, replace);
                }
                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                json.WriteStringValue(replace(value.GetString()!));
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    /// <summary>A text that is a JSON object or array is that: existing clients can send only texts.</summary>
    private static JsonElement Structure(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String || value.GetString()!.TrimStart() is not ['{' or '[', ..])
        {
            return value;
        }
        try
        {
            using var parsed = JsonDocument.Parse(value.GetString()!);
            Json.RequireText(parsed.RootElement);
            return parsed.RootElement.Clone();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // #{Octopus.Project.Name} and the like.
            return value;
        }
    }

    private static string? ValueFault(string at, JsonElement value, int depth = 1) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => $"{at} has no value.",
        JsonValueKind.Object or JsonValueKind.Array when depth > MostDepth => $"{at} is nested more than {MostDepth} deep.",
        // Which of two counts, each reader decides for itself.
        JsonValueKind.Object when value.EnumerateObject().GroupBy(property => property.Name).FirstOrDefault(group => group.Count() > 1) is { } twice =>
            $"{at} has '{Printable.Of(twice.Key, 60)}' more than once.",
        JsonValueKind.Object => value.EnumerateObject().Select(property => ValueFault(at, property.Value, depth + 1)).FirstOrDefault(fault => fault is not null),
        JsonValueKind.Array => value.EnumerateArray().Select(item => ValueFault(at, item, depth + 1)).FirstOrDefault(fault => fault is not null),
        _ => null,
    };

    [GeneratedRegex(@"#\{([^{}]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Variables();
}
