using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.ServerTasks;

/// <summary>Table <c>server_task_logs</c>.</summary>
public sealed class TaskLogStore(NpgsqlDataSource database)
{
    public const int PageSize = 1000;

    private const string Columns = "number, activity, kind, occurred_at, parent, category, status, percentage, message, detail";

    /// <summary>
    /// Adds them, and tells who reads the log if asked to. One that is there already is left as it is: the answer to an earlier try was lost.
    /// Nothing is added for a node that has lost the task.
    /// </summary>
    public async Task AppendAsync(ServerTask task, IReadOnlyList<LogEntry> entries, bool tell, CancellationToken cancel)
    {
        await using var command = database.CreateCommand(
            $"""
            with added as (
              insert into server_task_logs (task_number, {Columns})
              select $1, u.* from unnest($3::int[], $4::int[], $5::text[], $6::timestamptz[], $7::int[], $8::text[], $9::text[], $10::int[], $11::text[], $12::text[]) u
              where exists (select from server_tasks t where t.number = $1 and t.lease = $2)
              on conflict do nothing)
            select case when $13 then pg_notify('octologin_tasks', 'log ServerTasks-' || $1) end
            """);
        command.Parameters.Add(new() { Value = task.Number });
        command.Parameters.Add(new() { Value = task.Lease!.Value });
        Add(entry => entry.Number);
        Add(entry => entry.Activity);
        Add(entry => entry.Kind.ToString());
        Add(entry => entry.OccurredAt);
        Add(entry => entry.Parent);
        Add(entry => entry.Category?.ToString());
        Add(entry => entry.Status?.ToString());
        Add(entry => entry.Percentage);
        Add(entry => entry.Message);
        Add(entry => entry.Detail);
        command.Parameters.Add(new() { Value = tell });
        await command.ExecuteNonQueryAsync(cancel);

        void Add<T>(Func<LogEntry, T> value) => command.Parameters.Add(new() { Value = entries.Select(value).ToArray() });
    }

    /// <summary>At most <see cref="PageSize"/> of those after a number.</summary>
    public async Task<IReadOnlyList<LogEntry>> ReadAsync(ServerTask task, int after, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<LogEntry>(new CommandDefinition(
            $"select {Columns} from server_task_logs where task_number = @Number and number > @after order by number limit {PageSize}",
            new { task.Number, after }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The last lines that are wanted, with the beginnings and ends of the tree's elements.</summary>
    public async Task<LogTail> TailAsync(ServerTask task, LogFilter wanted, int most, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        // First: what is added meanwhile is news, which whoever follows the log asks for after this number.
        var last = await connection.QuerySingleAsync<int>(new CommandDefinition(
            "select coalesce(max(number), 0) from server_task_logs where task_number = @Number", new { task.Number }, cancellationToken: cancel));
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select {Columns} from server_task_logs where task_number = @Number and number <= @last and kind in ('Begin', 'End') order by number limit {LogTail.MostElements};
            select {Columns} from server_task_logs
            where task_number = @Number and number <= @last and kind = 'Line' and (@Categories::text[] is null or category = any(@Categories))
              and (@Like::text is null or message ilike @Like or detail ilike @Like)
            order by number desc limit @most + 1
            """, new { task.Number, last, Categories = wanted.Names, Like = LikeText.Containing(wanted.Text), most }, cancellationToken: cancel));
        var elements = (await results.ReadAsync<LogEntry>()).AsList();
        var lines = (await results.ReadAsync<LogEntry>()).AsList();
        return new([.. elements.Concat(lines.Take(most)).OrderBy(entry => entry.Number)], last, lines.Count > most);
    }

    /// <summary>The whole log, read page by page.</summary>
    public async IAsyncEnumerable<LogEntry> ReadAllAsync(ServerTask task, [EnumeratorCancellation] CancellationToken cancel)
    {
        var page = await ReadAsync(task, 0, cancel);
        while (page.Count > 0)
        {
            foreach (var entry in page)
            {
                yield return entry;
            }
            page = page.Count < PageSize ? [] : await ReadAsync(task, page[^1].Number, cancel);
        }
    }

    public async Task RemoveAsync(NpgsqlConnection connection, long[] taskNumbers, CancellationToken cancel) =>
        await connection.ExecuteAsync(new CommandDefinition("delete from server_task_logs where task_number = any(@taskNumbers)", new { taskNumbers }, cancellationToken: cancel));
}
