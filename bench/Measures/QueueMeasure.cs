using System.Diagnostics;
using Npgsql;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Measures;

/// <summary>
/// How many tasks one node runs a second, and how soon a task begins that is queued on an idle node. The task is the smallest that the
/// server has: Retention with nothing to remove. Beside it, in turns and in the same PostgreSQL, the least that a queue can be.
/// </summary>
internal static class QueueMeasure
{
    private const int AtOnce = 5;

    public static async Task<IReadOnlyList<Row>> RunAsync(Setting setting)
    {
        using var server = await ServerUnderTest.StartAsync(setting);
        await using var database = NpgsqlDataSource.Create($"Host={server.PostgresSocket};Username=octologin;Database=octologin;Maximum Pool Size={AtOnce + 2}");
        await ExecuteAsync(database, "create table bench_queue (id bigint generated always as identity primary key, state text not null default 'Queued'); create index on bench_queue (id) where state = 'Queued'");
        var count = setting.Long ? 5000 : 1500;
        await TasksAsync(database, count);
        await BareAsync(database, count);
        var (tasks, bare) = (new List<double>(), new List<double>());
        for (var round = 0; round < setting.Rounds; round++)
        {
            bare.Add(await BareAsync(database, count));
            tasks.Add(await TasksAsync(database, count));
            Console.Error.WriteLine($"   tasks {Figures.Rate(tasks[^1])}, bare loop {Figures.Rate(bare[^1])}");
        }
        var (waits, commits) = await LatencyAsync(database, setting.Long ? 500 : 200);
        var (p50, p99) = (Percentile(waits, 0.5), Percentile(waits, 0.99));
        var (rate, reference) = (Figures.Median(tasks), Figures.Median(bare));
        return
        [
            new($"tasks, {AtOnce} at once on one node, {count} waiting", Figures.Rate(rate), $"bare loop, {AtOnce} connections: {Figures.Rate(reference)}", $"{rate / reference:0.00}"),
            new("– from queued to begun on an idle node, p50 / p99", $"{Figures.Milliseconds(p50)} / {Figures.Milliseconds(p99)}",
                $"a bare insert, committed: {Figures.Milliseconds(Percentile(commits, 0.5))} / {Figures.Milliseconds(Percentile(commits, 0.99))}", "", "p99 ≤ 100 ms", p99 <= 100),
        ];
    }

    private static async Task<double> TasksAsync(NpgsqlDataSource database, int count)
    {
        var watch = Stopwatch.StartNew();
        await ExecuteAsync(database,
            $"""
            insert into server_tasks (space_id, name, description, queue_time, last_updated_time)
            select 'Spaces-1', 'Retention', 'bench', clock_timestamp(), clock_timestamp() from generate_series(1, {count});
            select pg_notify('octologin_tasks', 'queued')
            """);
        await using var left = database.CreateCommand("select count(*) from server_tasks where completed_time is null");
        while ((long)(await left.ExecuteScalarAsync())! > 0)
        {
            await Task.Delay(20);
        }
        var took = watch.Elapsed.TotalSeconds;
        await ExecuteAsync(database, "do $$ begin if exists (select from server_tasks where state <> 'Success') then raise exception 'a task failed'; end if; end $$; delete from server_tasks");
        return count / took;
    }

    /// <summary>A row is taken and ended, each by one statement that is committed: no lease, no log, no fairness, no key.</summary>
    private static async Task<double> BareAsync(NpgsqlDataSource database, int count)
    {
        await ExecuteAsync(database, $"truncate bench_queue; insert into bench_queue (state) select 'Queued' from generate_series(1, {count})");
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var take = new NpgsqlCommand(
                "update bench_queue set state = 'Executing' where id = (select id from bench_queue where state = 'Queued' order by id limit 1 for update skip locked) returning id", connection);
            await using var end = new NpgsqlCommand("update bench_queue set state = 'Success' where id = $1", connection) { Parameters = { new() { Value = 0L } } };
            while (await take.ExecuteScalarAsync() is long id)
            {
                end.Parameters[0].Value = id;
                await end.ExecuteNonQueryAsync();
            }
        })));
        return count / watch.Elapsed.TotalSeconds;
    }

    private static async Task<(List<double> Waits, List<double> Commits)> LatencyAsync(NpgsqlDataSource database, int count)
    {
        var (waits, commits) = (new List<double>(), new List<double>());
        for (var i = 0; i < count; i++)
        {
            var watch = Stopwatch.StartNew();
            await ExecuteAsync(database, "insert into bench_queue (state) values ('Success')");
            commits.Add(watch.Elapsed.TotalMilliseconds);
            await ExecuteAsync(database,
                """
                insert into server_tasks (space_id, name, description, queue_time, last_updated_time) values ('Spaces-1', 'Retention', 'bench', clock_timestamp(), clock_timestamp());
                select pg_notify('octologin_tasks', 'queued')
                """);
            await using var ended = database.CreateCommand("select extract(epoch from start_time - queue_time) * 1000 from server_tasks where completed_time is not null");
            object? wait;
            while ((wait = await ended.ExecuteScalarAsync()) is null)
            {
                await Task.Delay(5);
            }
            waits.Add(Convert.ToDouble(wait, null));
            await ExecuteAsync(database, "delete from server_tasks");
        }
        return (waits, commits);
    }

    private static double Percentile(List<double> values, double part) => values.Order().ElementAt((int)(part * (values.Count - 1)));

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
