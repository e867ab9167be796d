using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.ProjectGroups;

public sealed class ProjectGroupStore(NpgsqlDataSource database)
{
    private const string Columns = "id, space_id, name, slug, description";

    public async Task<ProjectGroup?> FindAsync(string spaceId, string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<ProjectGroup>(new CommandDefinition(
            $"""
            select {Columns} from project_groups where space_id = @spaceId and (id = @idOrSlug or slug = lower(@idOrSlug))
            order by id = @idOrSlug desc limit 1
            """, new { spaceId, idOrSlug }, cancellationToken: cancel));
    }

    public async Task<Slice<ProjectGroup>> ListAsync(string spaceId, Page page, CancellationToken cancel)
    {
        const string Where =
            """
            where space_id = @spaceId and (@Ids::text[] is null or id = any(@Ids)) and (@NameLike::text is null or name ilike @NameLike)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from project_groups {Where};
            select {Columns} from project_groups {Where} order by lower(name) limit @Take offset @Skip
            """, new { spaceId, page.Ids, page.NameLike, page.Take, page.Skip }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<ProjectGroup>()).AsList());
    }

    /// <summary><see cref="ProjectGroup.Id"/> is given by the database; the slug gets a number when it is taken.</summary>
    public async Task<ProjectGroup> InsertAsync(NpgsqlConnection connection, ProjectGroup group, CancellationToken cancel)
    {
        var slug = await FreeSlug.TakeAsync(
            connection, group.SpaceId, "select slug from project_groups where space_id = @scope", group.SpaceId, group.Slug, cancel);
        try
        {
            return await connection.QuerySingleAsync<ProjectGroup>(new CommandDefinition(
                $"""
                insert into project_groups (space_id, name, slug, description) values (@SpaceId, @Name, @Slug, @Description)
                returning {Columns}
                """, group with { Slug = slug }, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("project_groups_name_key"))
        {
            throw Taken(group);
        }
    }

    public async Task<ProjectGroup?> UpdateAsync(NpgsqlConnection connection, ProjectGroup group, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleOrDefaultAsync<ProjectGroup>(new CommandDefinition(
                $"""
                update project_groups set name = @Name, slug = @Slug, description = @Description
                where space_id = @SpaceId and id = @Id returning {Columns}
                """, group, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("project_groups_name_key") || fault.Violates("project_groups_slug_key"))
        {
            throw Taken(group);
        }
    }

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, ProjectGroup group, CancellationToken cancel)
    {
        var projects = (await connection.QueryAsync<string>(new CommandDefinition(
            "select name from projects where space_id = @SpaceId and project_group_id = @Id order by lower(name) limit 5", group, cancellationToken: cancel))).AsList();
        try
        {
            return projects.Count == 0
                ? await connection.ExecuteAsync(new CommandDefinition(
                    "delete from project_groups where space_id = @SpaceId and id = @Id", group, cancellationToken: cancel)) > 0
                : throw ApiException.Conflict($"Project group '{group.Name}' still holds projects: {Names.List(projects)}. Move or delete them first.");
        }
        catch (PostgresException fault) when (fault.Violates("projects_group_fkey"))
        {
            throw ApiException.Conflict($"Project group '{group.Name}' has just got a project. Move or delete it first.");
        }
    }

    private static ApiException Taken(ProjectGroup group) =>
        ApiException.Conflict($"There is a project group with the name '{group.Name}' or the slug '{group.Slug}' in this space already.");
}
