using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Releases;

public sealed class ReleaseStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        r.id, r.space_id, r.project_id, r.channel_id, r.version, r.version_key, r.release_notes, r.ignore_channel_rules, r.assembled,
        r.process_snapshot_id, r.variable_set_snapshot_id, r.selected_packages::text as selected_packages_json, r.custom_fields::text as custom_fields_json
        """;

    public async Task<Release?> FindAsync(string spaceId, string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Release>(new CommandDefinition(
            $"select {Columns} from releases r where r.space_id = @spaceId and r.id = @id", new { spaceId, id }, cancellationToken: cancel));
    }

    public async Task<Release?> FindVersionAsync(string projectId, string version, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await FindVersionAsync(connection, projectId, version, cancel);
    }

    public Task<Release?> FindVersionAsync(NpgsqlConnection connection, string projectId, string version, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<Release>(new CommandDefinition(
            $"select {Columns} from releases r where r.project_id = @projectId and lower(r.version) = lower(@version)",
            new { projectId, version }, cancellationToken: cancel));

    /// <summary>Null: the project has no release yet.</summary>
    public Task<string?> HighestVersionAsync(NpgsqlConnection connection, string projectId, CancellationToken cancel) =>
        connection.QueryFirstOrDefaultAsync<string?>(new CommandDefinition(
            "select version from releases where project_id = @projectId order by version_key desc limit 1", new { projectId }, cancellationToken: cancel));

    /// <summary>Newest first. <paramref name="page"/>'s name is looked for in the version; what it comes after is a release's number.</summary>
    /// <param name="projectId">Null: of every project that is visible.</param>
    public async Task<Slice<Release>> ListAsync(string spaceId, string? projectId, Page page, VisibleRows visible, CancellationToken cancel)
    {
        const string From =
            """
            from releases r join projects p on p.id = r.project_id
            where r.space_id = @spaceId and (@projectId::text is null or r.project_id = @projectId)
              and (@All or p.id = any(@Visible) or p.project_group_id = any(@ProjectGroupIds))
              and (@Narrowed::text[] is null or p.id = any(@Narrowed))
              and (@Ids::text[] is null or r.id = any(@Ids)) and (@NameLike::text is null or r.version ilike @NameLike)
              and (@After::bigint is null or r.number < @After::bigint)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) {From} and @IsCounted;
            select {Columns} {From} order by r.number desc limit @Take offset @Skip
            """,
            new
            {
                spaceId, projectId, visible.All, Visible = visible.Ids, visible.ProjectGroupIds, visible.Narrowed, page.Ids, page.NameLike, page.After, page.IsCounted, page.Take, page.Skip,
            },
            cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Release>()).AsList());
    }

    public async Task<Release> InsertAsync(NpgsqlConnection connection, Release release, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleAsync<Release>(new CommandDefinition(
                $"""
                insert into releases as r (space_id, project_id, channel_id, version, version_key, release_notes, ignore_channel_rules,
                    process_snapshot_id, variable_set_snapshot_id, selected_packages, custom_fields, assembled)
                values (@SpaceId, @ProjectId, @ChannelId, @Version, @VersionKey, @ReleaseNotes, @IgnoreChannelRules,
                    @ProcessSnapshotId, @VariableSetSnapshotId, @SelectedPackagesJson::jsonb, @CustomFieldsJson::jsonb, @Assembled)
                returning {Columns}
                """, release, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("releases_channel_fkey"))
        {
            throw ApiException.Conflict("The release's channel was deleted at this moment.");
        }
    }

    public async Task<Release?> UpdateAsync(NpgsqlConnection connection, Release release, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<Release>(new CommandDefinition(
            $"""
            update releases r set release_notes = @ReleaseNotes, custom_fields = @CustomFieldsJson::jsonb
            where r.space_id = @SpaceId and r.id = @Id returning {Columns}
            """, release, cancellationToken: cancel));

    /// <summary>The release takes these variables in the place of those that it has.</summary>
    public async Task<Release?> SetVariablesAsync(NpgsqlConnection connection, Release release, string snapshotId, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<Release>(new CommandDefinition(
            $"update releases r set variable_set_snapshot_id = @snapshotId where r.space_id = @SpaceId and r.id = @Id returning {Columns}",
            new { release.SpaceId, release.Id, snapshotId }, cancellationToken: cancel));

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, Release release, CancellationToken cancel) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from releases where space_id = @SpaceId and id = @Id", release, cancellationToken: cancel)) > 0;
}
