using System.Text;
using System.Text.Json;

namespace OctoLogin.Tests.Support;

/// <summary>
/// Looks for a token in everything that a server keeps: every column of every table, its log, its tasks' logs as people read them, its folders.
/// Whole or in part, as text or encoded. The header, which all tokens of a key share, is no part of this.
/// </summary>
public static class TokenTraces
{
    /// <param name="folders">Where the server or its scripts may have left something.</param>
    public static async Task ShouldBeNowhereAsync(this ServerFixture server, IEnumerable<string> tokens, params string[] folders)
    {
        var needles = tokens.SelectMany(Needles).Distinct().ToArray();
        needles.ShouldNotBeEmpty("a check without a token finds nothing");
        (await FindAsync(server, needles, folders)).ShouldBeEmpty();
    }

    /// <summary>Where they are, each as a sentence.</summary>
    public static async Task<List<string>> FindAsync(ServerFixture server, string[] needles, params string[] folders)
    {
        var found = new List<string>();
        found.AddRange((await server.RowsAsync()).Where(table => table.Value.Any(row => Holds(row, needles))).Select(table => $"table {table.Key}"));
        found.AddRange(server.Log.Lines.Where(line => Holds(line, needles)).Select(line => $"the server's log: {line[..Math.Min(line.Length, 80)]}"));
        foreach (var task in (await server.Admin.SeeAsync("/api/tasks?take=1000")).Names("Id"))
        {
            foreach (var part in (string[])["", "/raw", "/details"])
            {
                if (Holds((await server.Admin.SeeAsync($"/api/tasks/{task}{part}")).Text, needles))
                {
                    found.Add($"{task}{part}");
                }
            }
        }
        if (Holds((await server.Admin.SeeAsync("/api/events?take=1000")).Text, needles))
        {
            found.Add("the audit");
        }
        found.AddRange(folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
            .Where(file => Holds(Encoding.Latin1.GetString(File.ReadAllBytes(file)), needles)));
        return found;
    }

    /// <summary>The whole, what is its own of it, and these once more encoded.</summary>
    public static IEnumerable<string> Needles(string token)
    {
        var parts = token.Split('.') is [_, var payload, var signature] ? new[] { token, payload, signature } : [token];
        return parts.Where(part => part.Length >= 16).SelectMany(part => (string[])[part, Convert.ToBase64String(Encoding.UTF8.GetBytes(part)), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(part)), JsonSerializer.Serialize(part).Trim('"')]);
    }

    private static bool Holds(string text, string[] needles) => needles.Any(needle => text.Contains(needle, StringComparison.Ordinal));
}
