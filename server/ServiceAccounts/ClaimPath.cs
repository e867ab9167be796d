using System.Text.Json;

namespace OctoLogin.ServiceAccounts;

/// <summary>What stands at a claim's place in a token.</summary>
public enum ClaimPlace
{
    /// <summary>A value, be it null.</summary>
    There,

    /// <summary>The object, or the list, where it would be has no such member.</summary>
    Missing,

    /// <summary>Where an object or a list should be on the way there is something else; so nothing can be said of it, not even that it is absent.</summary>
    Misshapen,
}

/// <summary>
/// Names a claim: a member of the token by its exact name (<c>oidc.circleci.com/vcs-origin</c>), or with a <c>/</c> first a JSON
/// pointer to a nested one (RFC 6901, <c>/kubernetes.io/namespace</c>; <c>~1</c> for a slash in a name, <c>~0</c> for a tilde). Pure.
/// </summary>
public static class ClaimPath
{
    /// <summary>A token is not read any deeper.</summary>
    public const int MostSteps = 16;

    public static ClaimPlace Find(JsonElement claims, string path, out JsonElement value)
    {
        value = claims;
        if (!path.StartsWith('/'))
        {
            return claims.TryGetProperty(path, out value) ? ClaimPlace.There : ClaimPlace.Missing;
        }
        foreach (var step in path[1..].Split('/'))
        {
            var (place, next) = Step(value, Unescape(step));
            if (place != ClaimPlace.There)
            {
                return place;
            }
            value = next;
        }
        return ClaimPlace.There;
    }

    /// <summary>What is wrong with the path, to end a sentence that begins with its name; null when nothing is.</summary>
    public static string? Fault(string path)
    {
        if (!path.StartsWith('/'))
        {
            return null;
        }
        var steps = path.Split('/').Length - 1;
        return steps > MostSteps ? $"has {steps} steps; at most {MostSteps} are followed"
            : path.Split('~').Skip(1).Any(after => !after.StartsWith('0') && !after.StartsWith('1')) ? "is a JSON pointer (RFC 6901) with a '~' alone; write ~0 for a tilde in a name and ~1 for a slash"
            : null;
    }

    private static (ClaimPlace, JsonElement) Step(JsonElement within, string name)
    {
        switch (within.ValueKind)
        {
            case JsonValueKind.Object:
                return within.TryGetProperty(name, out var member) ? (ClaimPlace.There, member) : (ClaimPlace.Missing, default);
            case JsonValueKind.Array when Index(name) is { } index:
                return index < within.GetArrayLength() ? (ClaimPlace.There, within[index]) : (ClaimPlace.Missing, default);
            default:
                return (ClaimPlace.Misshapen, default);
        }
    }

    /// <summary>RFC 6901 section 4: digits without leading zeros.</summary>
    private static int? Index(string name) =>
        name.Length is > 0 and <= 6 && name.All(char.IsAsciiDigit) && (name.Length == 1 || name[0] != '0')
            ? int.Parse(name, System.Globalization.CultureInfo.InvariantCulture) : null;

    // In this order: ~01 is a tilde and a 1, and no slash.
    private static string Unescape(string step) => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
