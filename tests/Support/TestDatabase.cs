using Npgsql;
using OctoLogin.Database;

namespace OctoLogin.Tests.Support;

/// <summary>A fresh database for a test class, on the PostgreSQL of the test run. Disposing it drops it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TestPostgres _postgres;
    private readonly string _name;

    private TestDatabase(TestPostgres postgres, string name)
    {
        (_postgres, _name) = (postgres, name);
        ConnectionString = postgres.ConnectionString(name);
        DataSource = DatabaseConnections.Create(ConnectionString);
    }

    public string ConnectionString { get; }

    /// <summary>Of the tests; a server under test makes its own from <see cref="ConnectionString"/>.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>With every migration of the server applied.</summary>
    public static Task<TestDatabase> CreateAsync() => CreateAsync(TestPostgres.Template);

    public static Task<TestDatabase> CreateEmptyAsync() => CreateAsync("template0");

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _postgres.ExecuteAsync($"drop database if exists {_name} with (force)");
    }

    private static async Task<TestDatabase> CreateAsync(string template)
    {
        var postgres = await TestPostgres.SharedAsync();
        var name = $"test_{Guid.NewGuid():N}";
        await postgres.ExecuteAsync($"create database {name} template {template}");
        return new TestDatabase(postgres, name);
    }
}
