using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Variables;

/// <summary>Writes <c>variable_sets</c> with the accounts that they name, and the snapshots that releases and runbooks' snapshots are made with.</summary>
public sealed class VariableSetStore(NpgsqlDataSource database)
{
    private const string Columns = "v.id, v.space_id, v.project_id, v.version, v.variables::text as variables_json";

    public async Task<VariableSet?> FindAsync(string spaceId, string projectId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await FindAsync(connection, spaceId, projectId, cancel);
    }

    public Task<VariableSet?> FindAsync(NpgsqlConnection connection, string spaceId, string projectId, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<VariableSet>(new CommandDefinition(
            $"select {Columns} from variable_sets v where v.space_id = @spaceId and v.project_id = @projectId",
            new { spaceId, projectId }, cancellationToken: cancel));

    /// <summary>A set or a snapshot.</summary>
    public async Task<VariableSet?> FindByIdAsync(string spaceId, string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<VariableSet>(new CommandDefinition(
            $"""
            select {Columns} from variable_sets v where v.space_id = @spaceId and v.id = @id
            union all
            select {Columns} from variable_set_snapshots v where v.space_id = @spaceId and v.id = @id
            """, new { spaceId, id }, cancellationToken: cancel));
    }

    /// <summary>The next version, if the present one is still the one that the change was made from; null if not.</summary>
    /// <param name="accountIds">That its variables name.</param>
    public async Task<VariableSet?> UpdateAsync(NpgsqlConnection connection, VariableSet set, string[] accountIds, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleOrDefaultAsync<VariableSet>(new CommandDefinition(
                $"""
                with written as (
                  update variable_sets v set variables = @VariablesJson::json, version = version + 1
                  where v.space_id = @SpaceId and v.id = @Id and v.version = @Version
                  returning {Columns}),
                gone as (
                  delete from variable_set_accounts where variable_set_id in (select id from written) and not account_id = any(@accountIds)),
                named as (
                  insert into variable_set_accounts (space_id, variable_set_id, account_id) select space_id, id, unnest(@accountIds) from written on conflict do nothing)
                select * from written
                """, new { set.SpaceId, set.Id, set.Version, set.VariablesJson, accountIds }, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("variable_set_accounts_account_fkey"))
        {
            throw ApiException.Conflict("An account that a variable names was deleted at this moment; read the accounts again.");
        }
    }

    /// <summary>The Id of a snapshot of the project's variables as they are now; made by the first that needs one of this version.</summary>
    public async Task<string> SnapshotAsync(NpgsqlConnection connection, string spaceId, string projectId, CancellationToken cancel) =>
        await connection.QuerySingleAsync<string>(new CommandDefinition(
            """
            with present as (
              select v.id || '-s-' || v.version as id, v.space_id, v.project_id, v.version, v.variables
              from variable_sets v where v.space_id = @spaceId and v.project_id = @projectId),
            made as (
              insert into variable_set_snapshots (id, space_id, project_id, version, variables)
              select id, space_id, project_id, version, variables from present
              on conflict on constraint variable_set_snapshots_version_key do nothing)
            select id from present
            """, new { spaceId, projectId }, cancellationToken: cancel));
}
