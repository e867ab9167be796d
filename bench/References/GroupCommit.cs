using System.Security.Cryptography;
using System.Threading.Channels;
using Npgsql;

namespace OctoLogin.Bench.References;

/// <summary>
/// The least that makes an exchange durable: one row under a unique key, with the text of a small event; one writer commits what has
/// gathered. No check of what was trusted, no chain, no index but the key's.
/// </summary>
internal sealed class GroupCommit
{
    public const string ConnectionVariable = "OCTOLOGIN_BENCH_DATABASE";

    private const int MostInOneCommit = 256;

    private static readonly string Event = new('x', 300);

    private readonly Channel<TaskCompletionSource> waiting = Channel.CreateUnbounded<TaskCompletionSource>(new() { SingleReader = true });
    private readonly NpgsqlDataSource database;

    private GroupCommit(NpgsqlDataSource database) => this.database = database;

    public static async Task<GroupCommit> StartAsync(string connectionString)
    {
        var database = NpgsqlDataSource.Create(connectionString + ";Write Buffer Size=262144");
        await using var create = database.CreateCommand("create table bench_redeemed (token_key bytea primary key, event text not null)");
        await create.ExecuteNonQueryAsync();
        var started = new GroupCommit(database);
        _ = Task.Run(started.WriteAsync);
        return started;
    }

    /// <summary>Ends when it is on disk.</summary>
    public Task AddAsync()
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Writer.TryWrite(written);
        return written.Task;
    }

    private async Task WriteAsync()
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var insert = new NpgsqlCommand("insert into bench_redeemed select * from unnest($1, $2) on conflict do nothing", connection);
        var (keys, events) = (new NpgsqlParameter<byte[][]>(), new NpgsqlParameter<string[]>());
        insert.Parameters.AddRange(new NpgsqlParameter[] { keys, events });
        while (await waiting.Reader.WaitToReadAsync())
        {
            // Behind what is ready to run, as the server's writer does.
            await Task.Yield();
            var batch = new List<TaskCompletionSource>();
            while (batch.Count < MostInOneCommit && waiting.Reader.TryRead(out var one))
            {
                batch.Add(one);
            }
            (keys.TypedValue, events.TypedValue) = ([.. batch.Select(_ => RandomNumberGenerator.GetBytes(32))], [.. batch.Select(_ => Event)]);
            await insert.PrepareAsync();
            await insert.ExecuteNonQueryAsync();
            batch.ForEach(one => one.SetResult());
        }
    }
}
