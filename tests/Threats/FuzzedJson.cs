using System.Text;

namespace OctoLogin.Tests.Threats;

/// <summary>
/// JSON values at random, that never are, nor as a list have, what the identity under attack accepts: no <c>true</c>, no 3, and only
/// texts that begin with an x.
/// </summary>
internal static class FuzzedJson
{
    private static readonly string[] Numbers =
        ["0", "-0", "1", "-1", "2", "1.9", "3.0000000000000000001", "2.9999999999999999999999", "30", "3e1", "1e400", "-1e400", "1e999999999999", "0e0", "4294967299", "9223372036854775807", "9223372036854775808", "18446744073709551619", "1E-99", "0.3e2"];

    private static readonly string[] Texts =
        ["", "true", "3", "\\u0000", "\\ud800", "\\udc00x", "\\ud83d\\ude00", "\\n", "\\r\\n", "\\u001b[2J", "\\u202e", "' or 1=1 --", "../../..", "${jndi:ldap://x}", "*", "?", "%00", "\\\\", "\\\"", "\\/", "\u00e9", "\u0130", "\ufeff"];

    public static string Value(Random random, int depth = 0) => random.Next(depth > 3 ? 5 : 8) switch
    {
        0 => "null",
        1 => "false",
        2 => Pick(random, Numbers),
        3 => $"\"x{Pick(random, Texts)}\"",
        4 => $"\"x{Text(random)}\"",
        5 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1)))}]",
        6 => $"{{{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(i => $"\"{i}{Pick(random, Texts)}\":{Value(random, depth + 1)}"))}}}",
        _ => $"{new string('[', random.Next(1, 200))}",
    };

    public static T Pick<T>(Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];

    /// <summary>Characters of all planes, those that JSON escapes escaped.</summary>
    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var left = random.Next(random.Next(10) == 0 ? 3000 : 20); left > 0; left--)
        {
            text.Append(random.Next(4) == 0 ? $"\\u{random.Next(0x10000):x4}" : ((char)random.Next('a', 'z' + 1)).ToString());
        }
        return text.ToString();
    }
}
