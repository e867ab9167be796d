using Dapper;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;

namespace OctoLogin.Deployments;

/// <summary>Of projects, the last deployment to each environment: what a dashboard shows.</summary>
public sealed class LatestDeployments(NpgsqlDataSource database)
{
    /// <summary>Of those that the caller sees, whatever came of them and for whichever tenant.</summary>
    public async Task<IReadOnlyList<LatestDeployment>> ReadAsync(IEnumerable<string> projectIds, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        if (!caller.MaySomewhere(Permission.DeploymentView, space.Id))
        {
            return [];
        }
        var visible = caller.VisibleTargets(Permission.DeploymentView, space.Id);
        var parameters = new DynamicParameters(visible.Parameters);
        parameters.AddDynamicParams(new { spaceId = space.Id, projects = projectIds.ToArray() });
        await using var connection = await database.OpenConnectionAsync(cancel);
        // A look into the index for each place, however many deployments were made there.
        var found = await connection.QueryAsync<LatestDeployment>(new CommandDefinition(
            $"""
            select x.id, x.project_id, p.project_group_id, x.environment_id, x.tenant_id, x.release_id, r.version, x.task_id, t.state, x.created
            from projects p cross join environments e cross join lateral (
              select * from deployments x where x.project_id = p.id and x.environment_id = e.id and {visible.Condition("x", "p")} order by x.number desc limit 1) x
            join releases r on r.id = x.release_id join server_tasks t on t.id = x.task_id
            where p.space_id = @spaceId and p.id = any(@projects) and e.space_id = @spaceId
            """, parameters, cancellationToken: cancel));
        return [.. found.Select(one => caller.May(Permission.TaskView, one.Target(space.Id)) ? one : one with { State = null })];
    }
}

public sealed record LatestDeployment
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }
    public required string ProjectGroupId { get; init; }
    public required string EnvironmentId { get; init; }
    public string? TenantId { get; init; }
    public required string ReleaseId { get; init; }
    public required string Version { get; init; }
    public required string TaskId { get; init; }

    /// <summary>Null: the task is not for the caller to see.</summary>
    public TaskState? State { get; init; }
    public required DateTimeOffset Created { get; init; }

    internal AccessTarget Target(string spaceId) => new(spaceId, ProjectId, ProjectGroupId, EnvironmentId, TenantId);
}
