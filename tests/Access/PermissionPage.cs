using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Access;

/// <summary>docs/permissions.md as data: what limits each permission, and which built-in roles have it.</summary>
public sealed class PermissionPage
{
    public const string Administrator = "System administrator", Viewer = "Project viewer";

    public PermissionPage()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "permissions.md")).Where(line => line.StartsWith('|') && !line.StartsWith("|---", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToList();
        Roles = rows.Where(row => row.Length == 3 && row[0].Length == 1).ToDictionary(row => row[1], row => row[0]);
        Permissions = rows.Where(row => row.Length == 4 && row[0].StartsWith('`'))
            .ToDictionary(row => row[0].Trim('`'), row => new PermissionRow(row[2].Split(", "), row[3] == "—" ? [] : row[3].Split(' ')));
    }

    /// <summary>The role's letter, by its name.</summary>
    public IReadOnlyDictionary<string, string> Roles { get; }

    public IReadOnlyDictionary<string, PermissionRow> Permissions { get; }

    public bool Has(string role, string permission) => role == Administrator || Permissions[permission].Roles.Contains(Roles[role]);
}

/// <param name="Limits">Of project, environment and tenant; or one of: nothing, unlimited roles, server.</param>
public sealed record PermissionRow(string[] Limits, string[] Roles);
