using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.TagSets;

/// <summary>
/// The <c>tags</c> of a set, written together. Tenants, channels, deployment targets and accounts refer to a tag by its Id and follow a new name by
/// themselves; the steps of a process and the scopes of variables name it in their JSON, so a tag that one of them names keeps its name until it lets it go.
/// </summary>
internal static class TagRows
{
    private sealed record Row
    {
        public required string Id { get; init; }
        public required string CanonicalName { get; init; }
    }

    private sealed record Use
    {
        public required string Tag { get; init; }
        public required string By { get; init; }
    }

    /// <summary>Makes the set's tags those that it lists: others are deleted, those without an Id are new.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, TagSet set, CancellationToken cancel)
    {
        var present = (await connection.QueryAsync<Row>(new CommandDefinition(
            "select id, canonical_name from tags where tag_set_id = @Id order by id for update", set, cancellationToken: cancel))).AsList();
        var kept = set.Tags.Where(tag => tag.Id.Length > 0).ToDictionary(tag => tag.Id);
        var gone = present.Where(row => !kept.ContainsKey(row.Id)).ToList();
        var renamed = present.Where(row => kept.TryGetValue(row.Id, out var tag) && !tag.CanonicalTagName.Equals(row.CanonicalName, StringComparison.OrdinalIgnoreCase)).ToList();
        await DemandUnusedAsync(connection, set.SpaceId, gone, renamed, cancel);
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                delete from tags where tag_set_id = @Id and id = any(@gone);
                -- Two tags may exchange their names: first each has one that none can have.
                update tags set name = id where tag_set_id = @Id;
                update tags t set name = n.name, color = n.color, description = n.description, sort_order = n.sort_order, canonical_name = n.canonical_name
                from jsonb_to_recordset(@tags::jsonb) as n (id text, name text, color text, description text, sort_order int, canonical_name text)
                where t.tag_set_id = @Id and t.id = n.id;
                insert into tags (id, space_id, tag_set_id, name, color, description, sort_order, canonical_name)
                select @Id || '/Tags-' || nextval('tags_seq'), @SpaceId, @Id, n.name, n.color, n.description, n.sort_order, n.canonical_name
                from jsonb_to_recordset(@tags::jsonb) as n (id text, name text, color text, description text, sort_order int, canonical_name text)
                where n.id = ''
                """, new { set.Id, set.SpaceId, gone = gone.ConvertAll(row => row.Id).ToArray(), tags = Rows(set) }, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw ApiException.Conflict($"A tag of '{set.Name}' that would be deleted has just come into use. Take it from what has it first.");
        }
        catch (PostgresException fault) when (fault.ConstraintName == "tags_name_key")
        {
            throw ApiException.Conflict($"Tag set '{set.Name}' was changed at this moment; read it again and repeat your change.");
        }
    }

    private static string Rows(TagSet set) => System.Text.Json.JsonSerializer.Serialize(set.Tags.Select(tag => new
    {
        id = tag.Id, name = tag.Name, color = tag.Color, description = tag.Description, sort_order = tag.SortOrder, canonical_name = tag.CanonicalTagName,
    }));

    private static async Task DemandUnusedAsync(NpgsqlConnection connection, string spaceId, List<Row> gone, List<Row> renamed, CancellationToken cancel)
    {
        if (gone.Count + renamed.Count == 0)
        {
            return;
        }
        var uses = (await connection.QueryAsync<Use>(new CommandDefinition(
            """
            select g.canonical_name as tag, u.by from tags g join (
              select x.tag_id, 'tenant ' || t.name as by from tenant_tags x join tenants t on t.id = x.tenant_id
              union all
              select x.tag_id, 'channel ' || c.name || ' of project ' || p.name from channel_tags x join channels c on c.id = x.channel_id join projects p on p.id = c.project_id
              union all
              select x.tag_id, 'deployment target ' || m.name from machine_tags x join machines m on m.id = x.machine_id
              union all
              select x.tag_id, 'account ' || a.name from account_tags x join accounts a on a.id = x.account_id
            ) u on u.tag_id = g.id where g.id = any(@gone)
            union
            select tag, 'action ' || (a ->> 'Name') || ' of project ' || p.name from deployment_processes d join projects p on p.id = d.project_id
              -- Only text may hold an escaped NUL, and reading a part of JSON makes text of all of it.
              cross join lateral json_array_elements(replace(d.steps::text, '\u0000', '\u0001')::json) s cross join lateral json_array_elements(s -> 'Actions') a
              cross join lateral json_array_elements_text(a -> 'TenantTags') tag
            where d.space_id = @spaceId and lower(tag) in (select lower(n) from unnest(@names) n)
            union
            select tag, 'variable ' || (v ->> 'Name') || ' of project ' || p.name from variable_sets d join projects p on p.id = d.project_id
              cross join lateral json_array_elements(replace(d.variables::text, '\u0000', '\u0001')::json) v cross join lateral json_array_elements_text(v -> 'Scope' -> 'TenantTag') tag
            where d.space_id = @spaceId and lower(tag) in (select lower(n) from unnest(@names) n)
            order by 1, 2 limit 5
            """,
            new { spaceId, gone = gone.ConvertAll(row => row.Id).ToArray(), names = gone.Concat(renamed).Select(row => row.CanonicalName).ToArray() }, cancellationToken: cancel))).AsList();
        if (uses.Count > 0)
        {
            var named = string.Join(", ", uses.Select(use => $"'{Printable.Of(use.Tag)}' ({Printable.Of(use.By)})"));
            throw ApiException.Conflict(gone.Count > 0
                ? $"Tags in use cannot be deleted, and those that a process names cannot be renamed: {named}. Take them from these first."
                : $"Tags that a process names cannot be renamed: {named}. Take them out of it first, and put them in again under the new name.");
        }
    }
}
