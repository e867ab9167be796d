namespace OctoLogin.Tests.Access;

/// <summary>
/// What each route demands, written by hand and not read from the server: the answer that a caller must get follows from this table and
/// from docs/permissions.md (what limits a permission, which built-in role has it).
/// <para>A line is: method, path, demand, thing. In a demand <c>+</c> is "and", <c>or</c> is "or", and:
/// <c>ProjectView</c> the permission for the very thing; <c>any ProjectView</c> for at least something in the space; <c>somewhere VariableView</c>
/// for the thing's project in at least some environment; <c>some TeamView</c> for
/// at least something in some space or on the server; <c>member</c> any role in the thing's space; <c>own</c> it is the caller's own;
/// <c>key</c> the caller came with an API key; <c>whole</c> not with a narrowed access token;
/// <c>rights</c> every right that a Project viewer has in the thing's space, as the team that it is about has them; <c>signed in</c>; <c>anyone</c>.</para>
/// <para>A thing is what <see cref="RouteThings"/> has inside and outside of each limit. <c>list of project</c>: the answer has those
/// projects for which the demand (without <c>any</c> and <c>some</c>) holds, and no other.</para>
/// </summary>
public static partial class RoutePermissions
{
    public static IReadOnlyList<RoutePermission> All { get; } =
    [
        .. Read(InSpace).Select(row => row with { IsInSpace = true })
            .SelectMany(row => (RoutePermission[])[row with { Path = $"/api/{{space}}{row.Path}" }, row with { Path = $"/api{row.Path}" }]),
        .. Read(OnServer).Select(row => row with { Path = $"/api{row.Path}".TrimEnd('/') }),
    ];

    private static IEnumerable<RoutePermission> Read(string table) => table.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .Select(cells => new RoutePermission(cells[0], cells[1], cells[1], cells[2], cells[3].Replace("list of ", "", StringComparison.Ordinal), cells[3].StartsWith("list of ", StringComparison.Ordinal)));
}

/// <param name="Row">The path as the table has it: the same for a route in a space and its twin that means the default space.</param>
public sealed record RoutePermission(string Method, string Path, string Row, string Demand, string Thing, bool IsList)
{
    public string Name => $"{Method} {Path}";

    /// <summary>Of a space, whether or not the path names it.</summary>
    public bool IsInSpace { get; init; }

    /// <summary>Mapped to the same method as the route that names the space, and means the default space.</summary>
    public bool IsTwin => IsInSpace && !HasSpace;

    public bool HasSpace => Path.StartsWith("/api/{space}", StringComparison.Ordinal);
}
