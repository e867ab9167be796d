using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Database;

public sealed class DatabaseConnectionsTests : IAsyncLifetime
{
    private readonly RecordedLog _log = new();
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateEmptyAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task Reads_and_writes_instants_in_UTC_and_columns_with_underscores()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        var instant = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2));
        var row = await connection.QuerySingleAsync<Row>("select @instant as created_at, null::timestamptz as deleted_at, array['a', 'b'] as some_names", new { instant });
        row.CreatedAt.ShouldBe(instant);
        row.CreatedAt.Offset.ShouldBe(TimeSpan.Zero);
        row.DeletedAt.ShouldBeNull();
        row.SomeNames.ShouldBe(["a", "b"]);
        DateTimeOffset? none = null;
        DateTimeOffset? some = instant;
        (await connection.ExecuteScalarAsync<bool>("select @none::timestamptz is null and @some = @instant", new { none, some, instant })).ShouldBeTrue();
        (await connection.QuerySingleAsync<DateTimeOffset>("select @instant", new { instant })).ShouldBe(instant);
        (await connection.ExecuteScalarAsync<DateTimeOffset?>("select null::timestamptz")).ShouldBeNull();
    }

    [Fact]
    public void Sets_limits_where_the_connection_string_sets_none()
    {
        using var dataSource = DatabaseConnections.Create("Host=db");
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        (settings.CommandTimeout, settings.Timeout, settings.ApplicationName, settings.MaxPoolSize).ShouldBe((15, 5, "octologin", 45));
        using var own = DatabaseConnections.Create("Host=db;CommandTimeout=3;Timeout=4;Application Name=mine;MaxPoolSize=7");
        settings = new NpgsqlConnectionStringBuilder(own.ConnectionString);
        (settings.CommandTimeout, settings.Timeout, settings.ApplicationName, settings.MaxPoolSize).ShouldBe((3, 4, "mine", 7));
    }

    [Fact]
    public void The_journal_has_few_connections_whatever_the_connection_string_gives_the_rest()
    {
        using var journal = DatabaseConnections.CreateForJournal("Host=db;CommandTimeout=3;MinPoolSize=5;MaxPoolSize=7");
        var settings = new NpgsqlConnectionStringBuilder(journal.ConnectionString);
        (settings.CommandTimeout, settings.Timeout, settings.ApplicationName, settings.MinPoolSize, settings.MaxPoolSize).ShouldBe((3, 5, "octologin-journal", 2, 2));
    }

    [Fact]
    public async Task Gives_up_on_a_database_that_cannot_be_reached_and_says_why_at_every_attempt()
    {
        var refusal = await RefusalAsync("Host=127.0.0.1;Port=1;Username=octologin;Password=hunter2;Database=logins", TimeSpan.FromMilliseconds(500));
        refusal.Message.ShouldBe(
            "PostgreSQL at host 127.0.0.1, port 1, database logins (ConnectionStrings:OctoLogin) did not accept a connection within 0.5 s (Database:StartTimeout), 2 attempts: Connection refused. "
            + "Check that it runs and can be reached from here, or raise Database:StartTimeout.");
        _log.Lines.ShouldContain("Warning: PostgreSQL at host 127.0.0.1, port 1, database logins cannot be reached yet (attempt 1): Connection refused");
        (refusal + string.Concat(_log.Lines)).ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Waits_for_a_database_that_starts_later_than_the_server()
    {
        using var directory = new TestDirectory();
        // A database that is not there is no reason to wait, so it is made before.
        await (await EmbeddedPostgres.StartAsync(new DatabaseOptions { DataDirectory = directory.Path }, _log, default)).DisposeAsync();
        var opening = DatabaseStartup.OpenAsync(
            new DatabaseOptions { ConnectionString = $"Host={directory["socket"]};Username=octologin;Database=octologin", DataDirectory = directory["own"] }, TimeProvider.System, _log, attach: false, default);
        await Eventually.TrueAsync(() => _log.Lines.Any(line => line.Contains("cannot be reached yet (attempt 1)", StringComparison.Ordinal)), "it tried once");
        await using var postgres = await EmbeddedPostgres.StartAsync(new DatabaseOptions { DataDirectory = directory.Path }, _log, default);
        await using var database = await opening;
        database.MigrationsApplied.ShouldBe(Migration.Embedded().Count);
    }

    [Fact]
    public async Task Does_not_wait_for_a_database_that_is_not_there()
    {
        var refusal = await RefusalAsync($"{_database.ConnectionString};Database=nosuch;Password=hunter2", TimeSpan.FromHours(1));
        refusal.Message.ShouldContain("database nosuch refused the connection of ConnectionStrings:OctoLogin: database \"nosuch\" does not exist. Mend the connection string, or create the user and the database.");
        refusal.ToString().ShouldNotContain("hunter2");
    }

    private Task<StartupException> RefusalAsync(string connectionString, TimeSpan timeout) => Should.ThrowAsync<StartupException>(
        DatabaseStartup.OpenAsync(new DatabaseOptions { ConnectionString = connectionString, StartTimeout = timeout }, TimeProvider.System, _log, attach: false, default));

    private sealed record Row
    {
        public required DateTimeOffset CreatedAt { get; init; }

        public required DateTimeOffset? DeletedAt { get; init; }

        public required string[] SomeNames { get; init; }
    }
}
