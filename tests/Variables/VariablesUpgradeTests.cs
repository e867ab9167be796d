using Dapper;
using OctoLogin.Database;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Variables;

/// <summary>A database of a version that had projects and releases, and no variables.</summary>
public sealed class VariablesUpgradeTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateEmptyAsync();

    public async ValueTask DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Gives_projects_an_empty_set_and_keeps_processes_and_releases()
    {
        await MigrateAsync(migration => migration.Version < 11);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into spaces (id, name, slug) values ('Spaces-7', 'S', 's');
            insert into project_groups (id, space_id, name, slug) values ('ProjectGroups-7', 'Spaces-7', 'G', 'g');
            insert into lifecycles (id, space_id, name, slug) values ('Lifecycles-7', 'Spaces-7', 'L', 'l');
            insert into projects (id, space_id, name, slug, project_group_id, lifecycle_id) values ('Projects-7', 'Spaces-7', 'P', 'p', 'ProjectGroups-7', 'Lifecycles-7');
            insert into channels (id, space_id, project_id, name, slug, is_default) values ('Channels-7', 'Spaces-7', 'Projects-7', 'Default', 'default', true);
            insert into deployment_processes (id, space_id, project_id, version) values ('deploymentprocess-Projects-7', 'Spaces-7', 'Projects-7', 3);
            insert into deployment_process_snapshots (id, space_id, project_id, version, steps) values ('deploymentprocess-Projects-7-s-3', 'Spaces-7', 'Projects-7', 3, '[]');
            insert into releases (number, space_id, project_id, channel_id, version, version_key, process_snapshot_id, assembled)
            values (7, 'Spaces-7', 'Projects-7', 'Channels-7', '1.0', 'k', 'deploymentprocess-Projects-7-s-3', now());
            """);
        await MigrateAsync(_ => true);

        (await connection.QuerySingleAsync<(string, int, string)>("select id, version, variables::text from variable_sets")).ShouldBe(("variableset-Projects-7", 0, "[]"));
        (await connection.QuerySingleAsync<(string, string?)>("select process_snapshot_id, variable_set_snapshot_id from releases")).ShouldBe(("deploymentprocess-Projects-7-s-3", null));
        (await connection.QuerySingleAsync<int>("select version from deployment_processes where runbook_id is null")).ShouldBe(3);
        (await connection.ExecuteAsync("delete from projects")).ShouldBe(1);
        (await connection.ExecuteScalarAsync<long>("select count(*) from deployment_process_snapshots")).ShouldBe(0);
    }

    private async Task MigrateAsync(Func<Migration, bool> which)
    {
        using var log = new RecordedLog();
        await new MigrationRunner([.. Migration.Embedded().Where(which)], TimeProvider.System, log).RunAsync(database.DataSource, CancellationToken.None);
    }
}
