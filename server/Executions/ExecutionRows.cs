using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.Executions;

/// <summary>Reads a page of deployments or of runs, newest first.</summary>
/// <param name="Columns">Of <c>x</c>, the execution, and what is joined to it.</param>
/// <param name="From">The execution as <c>x</c>, its project as <c>p</c> and its task as <c>t</c>.</param>
public sealed record ExecutionRows<T>(string Columns, string From) where T : Execution
{
    private const string Narrowed =
        """
        (@Ids::text[] is null or x.id = any(@Ids)) and (@NameLike::text is null or x.name ilike @NameLike)
          and (@Projects::text[] is null or x.project_id = any(@Projects))
          and (@Environments::text[] is null or x.environment_id = any(@Environments))
          and (@Tenants::text[] is null or x.tenant_id = any(@Tenants))
          and (@TaskStates::text[] is null or t.state = any(@TaskStates))
        """;

    public async Task<T?> FindAsync(NpgsqlDataSource database, string spaceId, string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(
            $"select {Columns} from {From} where x.space_id = @spaceId and x.id = @id", new { spaceId, id }, cancellationToken: cancel));
    }

    /// <param name="condition">More of it, which may use the query's values.</param>
    /// <param name="values">Those that it needs beside them.</param>
    public async Task<Slice<T>> ListAsync(
        NpgsqlDataSource database, ExecutionQuery query, VisibleTargets visible, Page page, string condition, object values, CancellationToken cancel)
    {
        var from = $"from {From} where {visible.Condition("x", "p")} and {Narrowed} and {condition}";
        var parameters = new DynamicParameters(query);
        parameters.AddDynamicParams(visible.Parameters);
        parameters.AddDynamicParams(values);
        parameters.AddDynamicParams(new { page.Ids, page.NameLike, page.Take, page.Skip });
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) {from};
            select {Columns} {from} order by x.number desc limit @Take offset @Skip
            """, parameters, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<T>()).AsList());
    }
}
