using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Audit;
using OctoLogin.Tests.CommandLine;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Audit;

/// <summary>A server whose audit tests change by SQL, as somebody who can write the database; afterwards it is put back as it was.</summary>
public sealed class AuditTampering : IAsyncLifetime
{
    private static readonly string[] Tables = ["audit_events", "audit_chains", "audit_register"];

    private readonly TestDirectory directory = new();

    public ServerFixture Server { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        // What Arguments of the fixture has; as a file, for it is no argument of a verb.
        await File.WriteAllTextAsync(directory["key"], ServerFixture.MasterKey);
        var account = await Server.AddTrustedAccountAsync();
        for (var i = 0; i < 8; i++)
        {
            (await Server.ExchangeAsync(account.Audience, Server.GitHubToken(account.Audience))).Status.ShouldBe(200);
        }
        (await Server.ExchangeAsync(account.Audience, "refused")).Status.ShouldBe(400);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        directory.Dispose();
    }

    public async Task<AuditReport> VerifyAsync(IReadOnlyList<VerifiedChain>? expected = null) =>
        await Server.Services.GetRequiredService<AuditVerification>().RunAsync(expected ?? [], _ => { }, default);

    public Task<ProgramRun> VerbAsync(params string[] args) =>
        VerbFixture.RunAsync(Server.Database.ConnectionString, [$"--ServerUri={Server.Url}", $"--MasterKeyFile={directory["key"]}", "audit", "verify", .. args]);

    public string FileOf(string name, string text)
    {
        File.WriteAllText(directory[name], text);
        return directory[name];
    }

    /// <summary>Changes the audit, looks, and puts it back.</summary>
    public async Task<T> WithAsync<T>(string sql, Func<Task<T>> look)
    {
        await using var connection = await Server.Database.DataSource.OpenConnectionAsync();
        foreach (var table in Tables)
        {
            await connection.ExecuteAsync($"create table saved_{table} as table {table}");
        }
        try
        {
            await connection.ExecuteAsync(sql);
            return await look();
        }
        finally
        {
            foreach (var table in Tables)
            {
                await connection.ExecuteAsync($"truncate {table}; insert into {table} select * from saved_{table}; drop table saved_{table}");
            }
        }
    }

    public Task<AuditReport> VerifyWithAsync(string sql) => WithAsync(sql, () => VerifyAsync());

    /// <summary>The chain that the server's exchanges are in.</summary>
    public async Task<long> ExchangesAsync() => await ScalarAsync<long>("select max(id) from audit_chains where purpose = 'exchanges'");

    public async Task<long> NumberAsync(long chain, long position) =>
        await ScalarAsync<long>($"select number from audit_events where chain = {chain} and position = {position}");

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await Server.Database.DataSource.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    public static JsonElement Json(ProgramRun run) => JsonDocument.Parse(run.Output).RootElement;
}
