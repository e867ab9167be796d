using Dapper;
using Npgsql;

namespace OctoLogin.Projects;

/// <summary>Writes <c>deployment_processes</c>, those of runbooks too, and the snapshots that releases and runs are made from.</summary>
public sealed class DeploymentProcessStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        p.id, p.space_id, p.project_id, p.runbook_id, p.version, p.steps::text as steps_json,
        (select s.id from deployment_process_snapshots s where s.project_id = p.project_id and s.runbook_id is not distinct from p.runbook_id
         order by s.version desc limit 1) as last_snapshot_id
        """;

    public async Task<DeploymentProcess?> FindAsync(string spaceId, string projectId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await FindAsync(connection, spaceId, projectId, cancel);
    }

    public Task<DeploymentProcess?> FindAsync(NpgsqlConnection connection, string spaceId, string projectId, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<DeploymentProcess>(new CommandDefinition(
            $"select {Columns} from deployment_processes p where p.space_id = @spaceId and p.project_id = @projectId and p.runbook_id is null",
            new { spaceId, projectId }, cancellationToken: cancel));

    /// <summary>The project's own and those of its runbooks.</summary>
    public async Task<IReadOnlyList<DeploymentProcess>> ListAsync(string spaceId, string projectId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<DeploymentProcess>(new CommandDefinition(
            $"select {Columns} from deployment_processes p where p.space_id = @spaceId and p.project_id = @projectId order by p.runbook_id nulls first",
            new { spaceId, projectId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>A process or a snapshot.</summary>
    public async Task<DeploymentProcess?> FindByIdAsync(string spaceId, string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await FindByIdAsync(connection, spaceId, id, cancel);
    }

    public Task<DeploymentProcess?> FindByIdAsync(NpgsqlConnection connection, string spaceId, string id, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<DeploymentProcess>(new CommandDefinition(
            $"""
            select {Columns} from deployment_processes p where p.space_id = @spaceId and p.id = @id
            union all
            select {Columns} from deployment_process_snapshots p where p.space_id = @spaceId and p.id = @id
            """, new { spaceId, id }, cancellationToken: cancel));

    /// <summary>The next version, if the present one is still the one that the change was made from; null if not.</summary>
    public async Task<DeploymentProcess?> UpdateAsync(NpgsqlConnection connection, DeploymentProcess process, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<DeploymentProcess>(new CommandDefinition(
            $"""
            update deployment_processes p set steps = @StepsJson::json, version = version + 1
            where p.space_id = @SpaceId and p.id = @Id and p.version = @Version
            returning {Columns}
            """, process, cancellationToken: cancel));

    /// <summary>The Id of the snapshot of this version; made by the first release, or snapshot of the runbook, from it.</summary>
    public async Task<string> SnapshotAsync(NpgsqlConnection connection, DeploymentProcess process, CancellationToken cancel)
    {
        var id = process.SnapshotId();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into deployment_process_snapshots (id, space_id, project_id, runbook_id, version, steps)
            values (@id, @SpaceId, @ProjectId, @RunbookId, @Version, @StepsJson::json)
            on conflict (id) do nothing
            """, new { id, process.SpaceId, process.ProjectId, process.RunbookId, process.Version, process.StepsJson }, cancellationToken: cancel));
        return id;
    }
}
