using System.Text.RegularExpressions;
using OctoLogin.Http;
using OctoLogin.Versions;

namespace OctoLogin.Packages;

/// <summary>
/// Id, version and kind of a package, which its file's name says: <c>Acme.Web.1.2.3-rc.1+5.nupkg</c>. As in Octopus the Id ends at the
/// first dot after which everything is a version, so <c>Acme.2.1.0.zip</c> is version 2.1.0 of Acme. Pure.
/// </summary>
/// <param name="Extension">With its dot, in lower case.</param>
public sealed partial record PackageFileName(string PackageId, SemanticVersion Version, string Extension)
{
    public const int MostIdCharacters = 100;

    /// <summary>The longer one before the one that it ends with.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
        [".nupkg", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".tar", ".jar", ".war", ".ear", ".rar"];

    private const string Good = "A good name is Acme.Web.1.2.3.zip or Acme.Web.1.2.3-rc.1+5.nupkg: an Id, a dot, a version (1 to 4 numbers, then perhaps a pre-release and metadata), and an extension.";

    /// <summary>Null, with the fault: not the name of a package.</summary>
    /// <param name="fileName">As a client sends it, perhaps with folders before it.</param>
    public static PackageFileName? Parse(string fileName, out string? fault)
    {
        var name = fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        var extension = Extensions.FirstOrDefault(extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
        if (extension is null)
        {
            fault = $"The file's name '{Printable.Of(name)}' has none of a package's extensions ({string.Join(", ", Extensions)}). {Good}";
            return null;
        }
        var stem = name[..^extension.Length];
        for (var dot = stem.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = stem.IndexOf('.', dot + 1))
        {
            if (SemanticVersion.TryParse(stem[(dot + 1)..]) is { } version)
            {
                var id = stem[..dot];
                fault = IdFault(id);
                return fault is null ? new PackageFileName(id, version, extension) : null;
            }
        }
        fault = $"The file's name '{Printable.Of(name)}' has no version. {Good}";
        return null;
    }

    /// <summary>What is wrong with a package's Id; null: nothing.</summary>
    public static string? IdFault(string id) => id.Length > MostIdCharacters ? $"A package's Id may have at most {MostIdCharacters} characters, not {id.Length}."
        : IdForm().IsMatch(id) && id.Any(char.IsAsciiLetter) ? null
        : $"'{Printable.Of(id)}' is not a package's Id: it may hold A-Z, a-z, 0-9 and '_', one letter at least, and between them single '.', '-' or '_'. {Good}";

    [GeneratedRegex(@"\A[A-Za-z0-9_]+([._-][A-Za-z0-9_]+)*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IdForm();
}
