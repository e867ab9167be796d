using Dapper;
using Npgsql;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.ServerTasks;

namespace OctoLogin.Artifacts;

public sealed class ArtifactStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        a.id, a.space_id, a.filename, a.source, a.task_id, a.created, a.log_correlation_id, a.size_bytes, a.sha256, a.content_number,
        t.project_id, t.environment_id, t.tenant_id, p.project_group_id
        """;

    private const string From = "artifacts a join server_tasks t on t.id = a.task_id left join projects p on p.id = t.project_id";

    public async Task<Artifact?> FindAsync(string spaceId, string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Artifact>(new CommandDefinition(
            $"select {Columns} from {From} where a.space_id = @spaceId and a.id = @id", new { spaceId, id }, cancellationToken: cancel));
    }

    /// <summary>Newest first. <paramref name="page"/>'s name is looked for in the file's.</summary>
    /// <param name="regarding">Ids of tasks, projects, environments or tenants, of which any must be the task's; null: of every task.</param>
    public async Task<Slice<Artifact>> ListAsync(string[]? regarding, VisibleTargets visible, Page page, CancellationToken cancel)
    {
        var from =
            $"""
            from {From} where {visible.Condition("t", "p")}
              and (@regarding::text[] is null or t.id = any(@regarding) or t.project_id = any(@regarding) or t.environment_id = any(@regarding) or t.tenant_id = any(@regarding))
              and (@Ids::text[] is null or a.id = any(@Ids)) and (@NameLike::text is null or a.filename ilike @NameLike)
            """;
        var parameters = new DynamicParameters(visible.Parameters);
        parameters.AddDynamicParams(new { regarding, page.Ids, page.NameLike, page.Take, page.Skip });
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) {from};
            select {Columns} {from} order by a.number desc limit @Take offset @Skip
            """, parameters, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Artifact>()).AsList());
    }

    public async Task<long> NextNumberAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition("select nextval('artifacts_seq')", cancellationToken: cancel));
    }

    /// <summary>False: it is there already, as the answer to an earlier try was lost; or the node has lost the task, and has no say in it any more.</summary>
    public async Task<bool> InsertAsync(NpgsqlConnection connection, ServerTask task, long number, NewArtifact artifact, WrittenContent content, DateTimeOffset now, CancellationToken cancel) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into artifacts (number, space_id, task_id, filename, source, log_correlation_id, size_bytes, sha256, content_number, created)
            select @number, t.space_id, t.id, @Filename, @Source, @LogCorrelationId, @SizeBytes, @Sha256, @contentNumber, @now
            from server_tasks t where t.id = @Id and t.lease = @Lease
            on conflict (number) do nothing
            """,
            new
            {
                number, task.Id, task.Lease, artifact.Filename, artifact.Source, artifact.LogCorrelationId, content.SizeBytes, content.Sha256, contentNumber = content.Number, now,
            }, cancellationToken: cancel)) > 0;

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, Artifact artifact, CancellationToken cancel) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from artifacts where space_id = @SpaceId and id = @Id", new { artifact.SpaceId, artifact.Id }, cancellationToken: cancel)) > 0;

    /// <summary>Those of tasks whose logs are removed.</summary>
    public Task DeleteOfTasksAsync(NpgsqlConnection connection, long[] taskNumbers, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            "delete from artifacts a using server_tasks t where t.id = a.task_id and t.number = any(@taskNumbers)", new { taskNumbers }, cancellationToken: cancel));
}

/// <summary>What a script's file is kept as.</summary>
public sealed record NewArtifact(string Filename, string Source, string LogCorrelationId);
