using Dapper;
using OctoLogin.Database;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TagSets;

/// <summary>Channels named tags before there were any: on an upgrade these come to be, so that no channel becomes one for every tenant.</summary>
public sealed class ChannelTagsMigrationTests : IAsyncLifetime
{
    private readonly RecordedLog log = new();
    private TestDatabase database = null!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateEmptyAsync();

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        log.Dispose();
    }

    [Fact]
    public async Task What_channels_named_becomes_tag_sets_and_tags()
    {
        var migrations = Migration.Embedded();
        await RunAsync([.. migrations.Where(migration => migration.Version < 10)]);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            with s as (insert into spaces (name, slug, is_default) values ('One', 'one', true), ('Two', 'two', false) returning id),
            g as (insert into project_groups (space_id, name, slug) select id, 'g', 'g' from s returning id, space_id),
            l as (insert into lifecycles (space_id, name, slug) select id, 'l', 'l' from s returning id, space_id),
            p as (insert into projects (space_id, name, slug, project_group_id, lifecycle_id) select g.space_id, 'p', 'p', g.id, l.id from g join l on l.space_id = g.space_id returning id, space_id)
            insert into channels (space_id, project_id, name, slug, tenant_tags)
            select p.space_id, p.id, c.name, c.name, c.tags from p cross join (values
              ('a', array['Ring/Early', 'Land/DE']), ('b', array['ring/early', 'Ring/Late', 'nonsense', '/x', 'a/b/c', ' / ']), ('c', array[]::text[])) as c (name, tags)
            """);
        await RunAsync(migrations);
        (await connection.QueryAsync<string>(
            """
            select c.space_id || ' ' || c.name || ' ' || coalesce((select string_agg(lower(t.canonical_name), ',' order by lower(t.canonical_name))
              from channel_tags x join tags t on t.id = x.tag_id where x.channel_id = c.id and t.space_id = c.space_id), '') from channels c order by 1
            """)).ShouldBe([
                "Spaces-1 a land/de,ring/early", "Spaces-1 b ring/early,ring/late", "Spaces-1 c ",
                "Spaces-2 a land/de,ring/early", "Spaces-2 b ring/early,ring/late", "Spaces-2 c "]);
        (await connection.QueryAsync<string>("select space_id || ' ' || lower(name) || ' ' || slug || ' ' || sort_order from tag_sets order by 1")).ShouldBe([
            "Spaces-1 land tag-set-1 0", "Spaces-1 ring tag-set-2 1", "Spaces-2 land tag-set-1 0", "Spaces-2 ring tag-set-2 1"]);
        (await connection.ExecuteScalarAsync<bool>("select bool_and(id ~ ('^' || tag_set_id || '/Tags-[0-9]+$')) from tags")).ShouldBeTrue();
    }

    private Task<int> RunAsync(IReadOnlyList<Migration> migrations) => new MigrationRunner(migrations, TimeProvider.System, log).RunAsync(database.DataSource, default);
}
