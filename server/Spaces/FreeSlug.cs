using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.Spaces;

/// <summary>Chooses the slug of a new thing in a space, so that two made at the same moment get two.</summary>
public static class FreeSlug
{
    /// <summary>Segments that stand where a slug could: routes of ours below a resource.</summary>
    private static readonly string[] Reserved = ["all", "sortorder", "tag-test", "v2", "variables-missing"];

    /// <param name="slugs">A statement that gives the slugs taken in <c>@scope</c>.</param>
    public static async Task<string> TakeAsync(
        NpgsqlConnection connection, string spaceId, string slugs, string scope, string wanted, CancellationToken cancel)
    {
        // Others who make something in this space wait here; "no key" lets them refer to the space meanwhile.
        await connection.ExecuteAsync(new CommandDefinition(
            "select from spaces where id = @spaceId for no key update", new { spaceId }, cancellationToken: cancel));
        var taken = await connection.QueryAsync<string>(new CommandDefinition(slugs, new { scope }, cancellationToken: cancel));
        return Slug.FirstFree(wanted, taken.Concat(Reserved).ToHashSet());
    }
}
