using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Runbooks;

public sealed class RunbookSnapshotStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        s.id, s.space_id, s.project_id, s.runbook_id, s.name, s.notes, s.process_snapshot_id, s.variable_set_snapshot_id,
        s.selected_packages::text as selected_packages_json, s.assembled
        """;

    public async Task<RunbookSnapshot?> FindAsync(string spaceId, string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<RunbookSnapshot>(new CommandDefinition(
            $"select {Columns} from runbook_snapshots s where s.space_id = @spaceId and s.id = @id", new { spaceId, id }, cancellationToken: cancel));
    }

    /// <summary>As a command names it: Id or name, without case, in that order.</summary>
    public async Task<RunbookSnapshot?> FindNamedAsync(Runbook runbook, string named, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<RunbookSnapshot>(new CommandDefinition(
            $"""
            select {Columns} from runbook_snapshots s where s.space_id = @SpaceId and s.runbook_id = @Id and lower(@named) in (lower(s.id), lower(s.name))
            order by lower(s.id) = lower(@named) desc limit 1
            """, new { runbook.SpaceId, runbook.Id, named }, cancellationToken: cancel));
    }

    /// <summary>Newest first.</summary>
    /// <param name="projectId">Null: of every project that is visible.</param>
    /// <param name="runbookId">Null: of every runbook.</param>
    public async Task<Slice<RunbookSnapshot>> ListAsync(
        string spaceId, string? projectId, string? runbookId, Page page, VisibleRows visible, CancellationToken cancel)
    {
        const string From =
            """
            from runbook_snapshots s join projects p on p.id = s.project_id
            where s.space_id = @spaceId and (@projectId::text is null or s.project_id = @projectId)
              and (@runbookId::text is null or s.runbook_id = @runbookId)
              and (@All or p.id = any(@Visible) or p.project_group_id = any(@ProjectGroupIds))
              and (@Narrowed::text[] is null or p.id = any(@Narrowed))
              and (@Ids::text[] is null or s.id = any(@Ids)) and (@NameLike::text is null or s.name ilike @NameLike)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) {From};
            select {Columns} {From} order by s.number desc limit @Take offset @Skip
            """,
            new
            {
                spaceId, projectId, runbookId, visible.All, Visible = visible.Ids, visible.ProjectGroupIds, visible.Narrowed, page.Ids, page.NameLike, page.Take, page.Skip,
            }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<RunbookSnapshot>()).AsList());
    }

    public async Task<RunbookSnapshot> InsertAsync(NpgsqlConnection connection, RunbookSnapshot snapshot, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleAsync<RunbookSnapshot>(new CommandDefinition(
                $"""
                insert into runbook_snapshots as s (space_id, project_id, runbook_id, name, notes, process_snapshot_id, variable_set_snapshot_id, selected_packages, assembled)
                values (@SpaceId, @ProjectId, @RunbookId, @Name, @Notes, @ProcessSnapshotId, @VariableSetSnapshotId, @SelectedPackagesJson::jsonb, @Assembled)
                returning {Columns}
                """, snapshot, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("runbook_snapshots_name_key"))
        {
            throw ApiException.Conflict($"The runbook has a snapshot with the name '{snapshot.Name}' already.");
        }
        catch (PostgresException fault) when (fault.Violates("runbook_snapshots_runbook_fkey"))
        {
            throw ApiException.Conflict("The runbook was deleted at this moment.");
        }
    }
}
