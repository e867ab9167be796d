using System.Globalization;
using Npgsql;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Soak;

/// <summary>What could leak, at one moment. The figures of the tables are rows.</summary>
internal sealed record SoakSample(
    TimeSpan At, long Jobs, long ResidentBytes, int Descriptors, int Threads, long Sessions, long Redeemed, long Revoked, long Events, long DatabaseBytes)
{
    public const string Head = "   minute       jobs    memory  files  threads  sessions   redeemed    revoked     events  database";

    public static async Task<SoakSample> TakeAsync(TimeSpan at, long jobs, ServerUnderTest server, NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            """
            select (select count(*) from pg_stat_activity where application_name like 'octologin%'), (select count(*) from redeemed_tokens),
              (select count(*) from revoked_tokens), (select count(*) from audit_events), pg_database_size(current_database())
            """);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new(at, jobs, server.ResidentBytes, server.Process.Descriptors, server.Process.Threads,
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
    }

    /// <summary>What ended (a revoked token: a minute after that) is made an hour older: no job comes back with it.</summary>
    public static async Task AgeAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            """
            update redeemed_tokens set expires_at = expires_at - interval '1 hour' where expires_at between now() - interval '1 hour' and now();
            update revoked_tokens set expires_at = now() - interval '1 hour' where revoked_at < now() - interval '1 minute' and expires_at > now() - interval '1 hour'
            """);
        await command.ExecuteNonQueryAsync();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"   {At.TotalMinutes,6:0.0} {Jobs,10:#,0} {ResidentBytes / 1e6,6:0} MB {Descriptors,6} {Threads,8} {Sessions,9} {Redeemed,10:#,0} {Revoked,10:#,0} {Events,10:#,0} {DatabaseBytes / 1e6,6:0} MB");
}
