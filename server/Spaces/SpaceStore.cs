using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Spaces;

public sealed class SpaceStore(NpgsqlDataSource database)
{
    private const string Columns = "id, name, slug, description, is_default";

    /// <summary>First segments of routes below <c>/api</c>: a space with such a slug could not be addressed.</summary>
    internal static readonly HashSet<string> Reserved =
    [
        "accesstokens", "accounts", "all", "api", "artifacts", "build-information", "channels", "configuration", "deploymentprocesses", "deployments",
        "docs", "environments", "events", "feeds", "issuer", "issuers", "lifecycles", "machineroles", "machines", "packages", "permissions", "projectgroups",
        "projects", "releases", "runbook-runs", "runbookprocesses", "runbookruns", "runbooks", "runbooksnapshots", "scopeduserroles", "serverstatus",
        "serviceaccounts", "spaces", "tagsets", "tasks", "teams", "tenants", "token", "userroles", "users", "variables",
    ];

    public async Task<Space?> FindAsync(string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Space>(new CommandDefinition(
            // A space named "Spaces 2" has the slug spaces-2: the Id of another goes first.
            $"select {Columns} from spaces where id = @idOrSlug or slug = lower(@idOrSlug) order by id = @idOrSlug desc limit 1", new { idOrSlug }, cancellationToken: cancel));
    }

    public async Task<Space?> FindDefaultAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Space>(new CommandDefinition(
            $"select {Columns} from spaces where is_default", cancellationToken: cancel));
    }

    public async Task<IReadOnlyList<Space>> AllAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<Space>(new CommandDefinition(
            $"select {Columns} from spaces order by lower(name)", cancellationToken: cancel))).AsList();
    }

    public async Task<Space> InsertAsync(NpgsqlConnection connection, string name, string? slug, string? description, bool isDefault, CancellationToken cancel)
    {
        var taken = (await connection.QueryAsync<string>(new CommandDefinition("select slug from spaces", cancellationToken: cancel))).Concat(Reserved).ToHashSet();
        try
        {
            // Born with a project group and a lifecycle: clients take the first of each, and a project cannot be made without them;
            // and with the feed that packages are pushed to. In one statement and not in these slices' stores, which come after
            // spaces and cannot be known here.
            return await connection.QuerySingleAsync<Space>(new CommandDefinition(
                $"""
                with space as (
                  insert into spaces (name, slug, description, is_default) values (@name, @slug, @description, @isDefault)
                  returning {Columns}),
                project_group as (
                  insert into project_groups (space_id, name, slug) select id, 'Default', 'default' from space),
                lifecycle as (
                  insert into lifecycles (space_id, name, slug) select id, 'Default', 'default' from space),
                feed as (
                  insert into feeds (space_id, id, name, slug, feed_type)
                  select id, 'feeds-builtin', 'Octopus Server (built-in)', 'octopus-server-built-in', 'BuiltIn' from space)
                select {Columns} from space
                """,
                new { name, slug = Slug.FirstFree(slug ?? Slug.From(name), taken), description, isDefault }, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("spaces_name_key"))
        {
            throw ApiException.Conflict($"There is a space named '{name}' already.");
        }
    }

    public async Task<Space?> UpdateAsync(NpgsqlConnection connection, Space space, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleOrDefaultAsync<Space>(new CommandDefinition(
                $"update spaces set name = @Name, slug = @Slug, description = @Description where id = @Id returning {Columns}",
                space, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("spaces_name_key") || fault.Violates("spaces_slug_key"))
        {
            throw ApiException.Conflict($"There is a space with the name '{space.Name}' or the slug '{space.Slug}' already.");
        }
    }

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, string id, CancellationToken cancel)
    {
        try
        {
            return await connection.ExecuteAsync(new CommandDefinition(
                "delete from spaces where id = @id", new { id }, cancellationToken: cancel)) > 0;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw ApiException.Conflict($"Space {id} still holds projects, environments or other things; delete them first.");
        }
    }
}
