using System.Text;
using System.Text.RegularExpressions;

namespace OctoLogin.Scripts;

/// <summary>What a script tells the server by a line such as <c>##octopus[setVariable name='Zm9v' value='YmFy']</c>; values are base64 of UTF-8.</summary>
internal sealed partial record ServiceMessage(string Name, IReadOnlyDictionary<string, string> Values)
{
    public string? this[string name] => Values.GetValueOrDefault(name);

    /// <param name="text">What stands between the brackets.</param>
    /// <returns>Null when it is not of that form, as Octopus has it.</returns>
    public static ServiceMessage? Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            return null;
        }
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < match.Groups["key"].Captures.Count; i++)
        {
            if (Decode(match.Groups["value"].Captures[i].Value) is not { } value || !values.TryAdd(match.Groups["key"].Captures[i].Value, value))
            {
                return null;
            }
        }
        return new ServiceMessage(match.Groups["name"].Value, values);
    }

    private static string? Decode(string base64)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    // Each part begins with another character than the one before may have, so that there is one way to match only.
    [GeneratedRegex(@"\A\s*(?<name>[A-Za-z][A-Za-z0-9-]*)(?:\s+(?<key>[A-Za-z][A-Za-z0-9-]*)\s*=\s*(?:'(?<value>[^']*)'|""(?<value>[^""]*)""))*\s*\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
