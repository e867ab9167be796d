using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace OctoLogin.Database;

/// <summary>One numbered SQL file. Once released its text never changes: databases remember its hash.</summary>
public sealed partial record Migration(int Version, string Name, string Sql)
{
    public string FileName => string.Create(CultureInfo.InvariantCulture, $"{Version:0000}_{Name}.sql");

    // Line ends are a matter of the checkout, not of the migration.
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>Those of this binary, in order.</summary>
    public static IReadOnlyList<Migration> Embedded() => FromResources(typeof(Migration).Assembly);

    private static List<Migration> FromResources(Assembly assembly)
    {
        var migrations = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            var match = ResourceName().Match(resource);
            if (match.Success)
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
                migrations.Add(new Migration(int.Parse(match.Groups["version"].ValueSpan, CultureInfo.InvariantCulture), match.Groups["name"].Value, reader.ReadToEnd()));
            }
        }

        return [.. migrations.OrderBy(migration => migration.Version)];
    }

    [GeneratedRegex(@"\.Migrations\.(?<version>[0-9]{4})_(?<name>[^.]+)\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex ResourceName();
}
