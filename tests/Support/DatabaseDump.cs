using Dapper;

namespace OctoLogin.Tests.Support;

public static class DatabaseDump
{
    /// <summary>Every row of every table as text, for tests that look for what must not be there.</summary>
    public static async Task<string> DumpAsync(this ServerFixture server) => string.Join('\n', (await server.RowsAsync()).SelectMany(table => table.Value));

    /// <summary>The rows of each table as text, which has each of their columns; a <c>bytea</c> as hexadecimal.</summary>
    public static async Task<Dictionary<string, List<string>>> RowsAsync(this ServerFixture server)
    {
        var tables = new Dictionary<string, List<string>>();
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        foreach (var table in await connection.QueryAsync<string>("select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"))
        {
            tables[table] = (await connection.QueryAsync<string>($"select t::text from \"{table}\" t")).AsList();
        }
        return tables;
    }
}
