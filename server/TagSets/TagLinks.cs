using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.TagSets;

/// <summary>
/// The tags that a thing has: a table of its own (<paramref name="Table"/>) with the thing's Id in <paramref name="OwnerColumn"/>
/// and the tag's in <c>tag_id</c>. Held by the store that writes that table.
/// </summary>
public sealed record TagLinks(string Table, string OwnerColumn)
{
    /// <summary>The canonical names as a column <c>tenant_tags</c>, in the order of sets and tags.</summary>
    /// <param name="owner">The thing's Id in the statement, such as <c>t.id</c>.</param>
    public string Column(string owner) =>
        $"""
        array(select g.canonical_name from {Table} x join tags g on g.id = x.tag_id join tag_sets s on s.id = g.tag_set_id
          where x.{OwnerColumn} = {owner} order by s.sort_order, lower(s.name), g.sort_order, lower(g.name)) as tenant_tags
        """;

    /// <param name="canonicalNames">As <see cref="TagChecks"/> found them.</param>
    public async Task WriteAsync(NpgsqlConnection connection, string spaceId, string ownerId, string[] canonicalNames, CancellationToken cancel)
    {
        await connection.ExecuteAsync(new CommandDefinition($"delete from {Table} where {OwnerColumn} = @ownerId", new { ownerId }, cancellationToken: cancel));
        // "For share": a tag cannot be renamed or deleted between its being found here and this commit.
        var written = await connection.ExecuteAsync(new CommandDefinition(
            $"""
            insert into {Table} (space_id, {OwnerColumn}, tag_id)
            select space_id, @ownerId, id from tags where space_id = @spaceId and canonical_name = any(@canonicalNames) for share
            """, new { spaceId, ownerId, canonicalNames }, cancellationToken: cancel));
        if (written != canonicalNames.Length)
        {
            throw ApiException.Conflict("A tag that is named was renamed or deleted at this moment; read the tag sets again.");
        }
    }
}

/// <summary>Finds the tags that somebody names.</summary>
public static class TagChecks
{
    public const int MostTags = 1000;

    /// <summary>The tags' canonical names as they are written, each once; a fault for each that does not exist.</summary>
    public static async Task<string[]> CheckTagsAsync(
        this TagSetStore sets, string spaceId, string property, IReadOnlyList<string?> named, Validation validation, CancellationToken cancel)
    {
        validation.Check(named.Count <= MostTags, $"{property} may have at most {MostTags} entries, not {named.Count}.");
        var asked = named.Take(MostTags).Select(name => name?.Trim() ?? "").Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var found = asked.Count == 0 ? [] : await sets.CanonicalNamesAsync(spaceId, asked, cancel);
        foreach (var unknown in asked.Except(found, StringComparer.OrdinalIgnoreCase))
        {
            validation.Check(false, $"{property} names '{Printable.Of(unknown)}', which is not a tag of this space; a tag is named Set/Tag.");
        }
        return [.. found];
    }
}
