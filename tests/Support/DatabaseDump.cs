using System.Text;
using Dapper;

namespace OctoLogin.Tests.Support;

public static class DatabaseDump
{
    /// <summary>Every row of every table as text, for tests that look for what must not be there.</summary>
    public static async Task<string> DumpAsync(this ServerFixture server)
    {
        var dump = new StringBuilder();
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        foreach (var table in await connection.QueryAsync<string>("select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"))
        {
            dump.AppendJoin('\n', await connection.QueryAsync<string>($"select t::text from \"{table}\" t")).Append('\n');
        }
        return dump.ToString();
    }
}
