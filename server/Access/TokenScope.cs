using OctoLogin.Http;

namespace OctoLogin.Access;

/// <summary>
/// The <c>scope</c> of an access token (RFC 8693 section 2.1): words separated by spaces that narrow what its account may do.
/// A word is a permission (<c>ReleaseCreate</c>) or a limit (<c>space:Spaces-1</c>, <c>project:Projects-3</c>,
/// <c>environment:Environments-2</c>). Words of one kind add up; kinds narrow each other. It can only ever take away.
/// </summary>
public sealed record TokenScope
{
    public const int MostWords = 64;

    /// <summary>Null: every permission of the account.</summary>
    public IReadOnlySet<Permission>? Permissions { get; init; }

    /// <summary>Null in this and the next two: not limited.</summary>
    public string[]? SpaceIds { get; init; }
    public string[]? ProjectIds { get; init; }
    public string[]? EnvironmentIds { get; init; }

    public bool Allows(Permission permission, AccessTarget target) =>
        (Permissions is null || Permissions.Contains(permission))
        && (SpaceIds is null || Contains(SpaceIds, target.SpaceId))
        && Within(ProjectIds, target.ProjectId, permission, Reach.Project)
        && Within(EnvironmentIds, target.EnvironmentId, permission, Reach.Environment);

    /// <summary>Leaves the permission for at least something in the space.</summary>
    public bool AllowsSomewhere(Permission permission, string spaceId) =>
        (Permissions is null || Permissions.Contains(permission))
        && (SpaceIds is null || Contains(SpaceIds, spaceId))
        && (permission.Reach() != Reach.Unlimited || (ProjectIds is null && EnvironmentIds is null));

    /// <summary>Null when <paramref name="text"/> is a scope; otherwise what is wrong with it.</summary>
    public static string? TryParse(string? text, out TokenScope? scope)
    {
        scope = null;
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > MostWords)
        {
            return $"scope must have 1 to {MostWords} words, not {words.Length}";
        }
        var permissions = new HashSet<Permission>();
        var limits = new Dictionary<string, List<string>> { ["space"] = [], ["project"] = [], ["environment"] = [] };
        foreach (var word in words)
        {
            var colon = word.IndexOf(':');
            if (colon > 0 && limits.TryGetValue(word[..colon], out var ids) && colon + 1 < word.Length)
            {
                ids.Add(word[(colon + 1)..]);
            }
            else if (Access.Permissions.Find(word) is { } permission)
            {
                permissions.Add(permission);
            }
            else
            {
                return $"scope '{Printable.Of(word, 60)}' is neither a permission such as ReleaseCreate nor space:ID, project:ID or environment:ID";
            }
        }
        scope = new TokenScope
        {
            Permissions = permissions.Count == 0 ? null : permissions,
            SpaceIds = NullIfEmpty(limits["space"]),
            ProjectIds = NullIfEmpty(limits["project"]),
            EnvironmentIds = NullIfEmpty(limits["environment"]),
        };
        return null;
    }

    // A token for one project may still read what all projects share, and push packages; it may not change shared things.
    private static bool Within(string[]? ids, string? id, Permission permission, Reach limit) =>
        ids is null || (permission.Reach().HasFlag(limit) ? Contains(ids, id) : permission.Reach() != Reach.Unlimited);

    private static string[]? NullIfEmpty(List<string> ids) => ids.Count == 0 ? null : [.. ids];

    private static bool Contains(string[] ids, string? id) => id is not null && ids.Contains(id, StringComparer.Ordinal);
}
