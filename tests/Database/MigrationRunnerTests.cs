using Dapper;
using OctoLogin.Database;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Database;

public sealed class MigrationRunnerTests : IAsyncLifetime
{
    private static readonly Migration First = new(1, "first", "create table a (x int); insert into a values (1);");
    private static readonly Migration Second = new(2, "second", "insert into a values (2); create table b (x int);");
    private static readonly Migration Third = new(3, "third", "insert into a values (3);");

    private readonly RecordedLog _log = new();
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateEmptyAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public void The_binarys_own_migrations_are_numbered_from_one_without_gaps() =>
        Migration.Embedded().Select(migration => migration.Version).ShouldBe(Enumerable.Range(1, Migration.Embedded().Count));

    [Fact]
    public async Task Applies_in_order_once_and_then_only_what_is_new()
    {
        (await RunAsync(First, Second)).ShouldBe(2);
        (await RunAsync(First, Second)).ShouldBe(0);
        (await RunAsync(First, Second, Third)).ShouldBe(1);
        (await RowsAsync()).ShouldBe([1, 2, 3]);
        (await RecordedAsync()).ShouldBe(["1 first", "2 second", "3 third"]);
    }

    [Fact]
    public async Task Two_servers_that_start_at_once_apply_each_migration_once()
    {
        await using var holder = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("select pg_advisory_xact_lock(x'4F63746F4C6F6769'::bigint)", transaction: transaction);
        var runners = new[] { RunAsync(First, Second, Third), RunAsync(First, Second, Third) };
        await Eventually.TrueAsync(async () => await ScalarAsync("select count(*) from pg_locks where locktype = 'advisory' and not granted") == 2, "both wait for the lock");
        await transaction.CommitAsync();
        (await Task.WhenAll(runners)).Sum().ShouldBe(3);
        (await RowsAsync()).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Refuses_a_database_that_a_newer_version_made()
    {
        await RunAsync(First, Second, Third);
        (await RefusalAsync(First)).ShouldBe(
            "The database is at migration 3 (third), made by a newer OctoLogin; this one knows migrations up to 1. "
            + "Start that newer version, or restore a backup from before its upgrade. Nothing was changed.");
    }

    [Fact]
    public async Task Refuses_a_migration_that_was_changed_after_it_was_applied()
    {
        await RunAsync(First, Second);
        var changed = Second with { Sql = Second.Sql + " -- only a comment" };
        (await RefusalAsync(First, changed, Third)).ShouldBe(
            $"Migration 0002_second.sql was changed after this database applied it (applied: sha256 {Second.Sha256}, in this OctoLogin: {changed.Sha256}). "
            + "A migration is never edited: restore its text and put the change into a new one. Nothing was changed.");
        (await RecordedAsync()).ShouldBe(["1 first", "2 second"]);
    }

    [Fact]
    public async Task Takes_no_offence_at_the_line_ends_of_a_checkout()
    {
        var unix = First with { Sql = "create table a\n(x int);\n" };
        await RunAsync(unix);
        (await RunAsync(unix with { Sql = unix.Sql.Replace("\n", "\r\n", StringComparison.Ordinal) })).ShouldBe(0);
    }

    [Fact]
    public async Task Refuses_a_database_of_another_line_of_versions()
    {
        await RunAsync(First, Third);
        (await RefusalAsync(First, Second, Third)).ShouldStartWith("The database has migration 3 (third) where this OctoLogin has 0002_second.sql");
        (await RowsAsync()).ShouldBe([1, 3]);
    }

    [Fact]
    public async Task Rolls_back_the_migration_that_fails_and_keeps_those_before_it()
    {
        var broken = Second with { Sql = "insert into a values (2); insert into nowhere values (1);" };
        (await RefusalAsync(First, broken)).ShouldStartWith("Migration 0002_second.sql failed and was rolled back: relation \"nowhere\" does not exist (SQLSTATE 42P01).");
        (await RowsAsync()).ShouldBe([1]);
        (await RunAsync(First, Second)).ShouldBe(1);
    }

    [Fact]
    public async Task Says_what_to_do_when_the_user_may_not_create_tables()
    {
        var user = $"reader_{Guid.NewGuid():N}";
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync($"create role {user} login");
        }

        await using var dataSource = DatabaseConnections.Create($"{_database.ConnectionString};Username={user};Pooling=false");
        var refusal = await Should.ThrowAsync<StartupException>(new MigrationRunner([First], TimeProvider.System, _log).RunAsync(dataSource, default));
        refusal.Message.ShouldStartWith("The user of ConnectionStrings:OctoLogin may not change the schema of database test_");
        refusal.Message.ShouldContain("permission denied for schema public");
    }

    [Fact]
    public void Refuses_a_database_server_older_than_15()
    {
        Should.Throw<StartupException>(() => MigrationRunner.RefuseOldServer(140012)).Message.ShouldBe(
            "The database server is PostgreSQL 14; OctoLogin needs PostgreSQL 15 or later. Upgrade it, or point ConnectionStrings:OctoLogin at a newer one.");
        MigrationRunner.RefuseOldServer(150000);
    }

    [Fact]
    public void Refuses_two_migrations_with_one_number() =>
        Should.Throw<ArgumentException>(() => new MigrationRunner([First, Third with { Version = 1 }], TimeProvider.System, _log)).Message.ShouldStartWith("0001_third.sql does not come after 0001_first.sql");

    private async Task<int> RunAsync(params Migration[] migrations) => await new MigrationRunner(migrations, TimeProvider.System, _log).RunAsync(_database.DataSource, default);

    private async Task<string> RefusalAsync(params Migration[] migrations) => (await Should.ThrowAsync<StartupException>(RunAsync(migrations))).Message;

    private async Task<long> ScalarAsync(string sql)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql);
    }

    private Task<List<int>> RowsAsync() => QueryAsync<int>("select x from a order by x");

    private Task<List<string>> RecordedAsync() => QueryAsync<string>("select version || ' ' || name from schema_migrations order by version");

    private async Task<List<T>> QueryAsync<T>(string sql)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(sql)).AsList();
    }
}
