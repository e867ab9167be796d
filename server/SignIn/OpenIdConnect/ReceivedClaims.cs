using System.Text.Json;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>What a provider said of a person, by ID token and userinfo. Pure.</summary>
public sealed record ReceivedClaims
{
    /// <summary>More is no list of somebody's groups any more; then none counts.</summary>
    public const int MostGroups = 5000;
    private const int MostGroupCharacters = 200;

    public required string Subject { get; init; }
    public string? Email { get; init; }

    /// <summary>The provider says that nobody has checked the address. What says nothing about it is believed: it is the company's own provider.</summary>
    public required bool IsEmailUnverified { get; init; }
    public string? Username { get; init; }
    public string? Name { get; init; }

    /// <summary>The role claim's values, exactly as they came.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>Everything that came, for those who must find out what a provider sends.</summary>
    public required IReadOnlyDictionary<string, JsonElement> All { get; init; }

    /// <summary>A claim that would be kept and has what PostgreSQL has in no text; null: none. A group with it is no group.</summary>
    public string? Unstorable { get; init; }

    /// <summary>The claims that decide, by name: of these the audit has types and values.</summary>
    public required IReadOnlyList<string> Deciding { get; init; }

    /// <param name="userInfo">What the ID token lacks; null: the endpoint was not asked.</param>
    public static ReceivedClaims Of(JsonElement idToken, JsonElement? userInfo, ProviderSettings settings)
    {
        var all = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var claim in idToken.EnumerateObject())
        {
            all[claim.Name] = claim.Value.Clone();
        }
        // Whether an address was verified is said by who says the address.
        if (!all.ContainsKey("email") && userInfo is { } other && other.TryGetProperty("email", out _))
        {
            all.Remove("email_verified");
        }
        foreach (var claim in userInfo is { ValueKind: JsonValueKind.Object } more ? more.EnumerateObject().ToList() : [])
        {
            all.TryAdd(claim.Name, claim.Value.Clone());
        }
        return new()
        {
            // Exactly as it came (OpenID Connect Core section 2): one with a space at its end is another person.
            Subject = all.TryGetValue("sub", out var subject) && subject.ValueKind == JsonValueKind.String ? subject.GetString()! : "",
            Email = Text(all, "email"),
            IsEmailUnverified = all.TryGetValue("email_verified", out var verified) && !IsTrue(verified),
            Username = Text(all, settings.UsernameClaimType),
            Name = Text(all, "name"),
            Groups = ReadGroups(all, settings.RoleClaimType),
            All = all,
            Unstorable = new[] { "email", settings.UsernameClaimType, "name", "sid" }.FirstOrDefault(name => Text(all, name)?.Contains('\0') == true),
            Deciding = [.. new[] { "sub", "email", "email_verified", settings.UsernameClaimType, settings.RoleClaimType }.Distinct(StringComparer.Ordinal)],
        };
    }

    /// <summary>Whether the ID token leaves open what the userinfo endpoint may know (OpenID Connect Core section 5.3).</summary>
    public bool LacksAny(ProviderSettings settings) => Email is null || Username is null || !All.ContainsKey(settings.RoleClaimType);

    /// <summary>A text, or an array of which the texts count; anything else is no group.</summary>
    private static IReadOnlyList<string> ReadGroups(Dictionary<string, JsonElement> all, string name)
    {
        if (!all.TryGetValue(name, out var claim))
        {
            return [];
        }
        var values = claim.ValueKind switch
        {
            JsonValueKind.String => [claim.GetString()!],
            JsonValueKind.Array => claim.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!).ToList(),
            _ => [],
        };
        var usable = values.Where(value => value.Length is > 0 and <= MostGroupCharacters && !value.Contains('\0')).Distinct(StringComparer.Ordinal).ToList();
        return usable.Count <= MostGroups ? usable : [];
    }

    private static bool IsTrue(JsonElement value) => value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && value.ValueEquals("true"));

    private static string? Text(Dictionary<string, JsonElement> all, string name) =>
        all.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()?.Trim() is { Length: > 0 } text ? text : null;
}
