using Dapper;
using Npgsql;

namespace OctoLogin.Feeds;

/// <summary>Which processes name a feed, and which releases and runbooks' snapshots were made from one that did.</summary>
public sealed class FeedUses
{
    /// <summary>Each text once, by project; the present processes first.</summary>
    public async Task<IReadOnlyList<FeedUse>> OfAsync(NpgsqlConnection connection, Feed feed, CancellationToken cancel) =>
        (await connection.QueryAsync<FeedUse>(new CommandDefinition(
            """
            select u.project_id, p.project_group_id, u.kind || ' of project ''' || p.name || '''' as text
            from (
              select c.project_id, coalesce('the runbook ''' || b.name || '''', 'the deployment process') as kind, c.steps, 1 as place
              from deployment_processes c left join runbooks b on b.id = c.runbook_id where c.space_id = @SpaceId
              union all
              select r.project_id, 'release ' || r.version, s.steps, 2
              from releases r join deployment_process_snapshots s on s.id = r.process_snapshot_id where r.space_id = @SpaceId
              union all
              select n.project_id, 'snapshot ''' || n.name || ''' of runbook ''' || b.name || '''', s.steps, 3
              from runbook_snapshots n join deployment_process_snapshots s on s.id = n.process_snapshot_id join runbooks b on b.id = n.runbook_id where n.space_id = @SpaceId
            ) u join projects p on p.id = u.project_id
            where u.steps::text ~* @named
            order by lower(p.name), u.place, u.kind limit 1000
            """, new
            {
                feed.SpaceId,
                // As a container's, a package's or a property's FeedId. What a slug and an Id are made of means itself in an expression.
                named = $"""FeedId"\s*:\s*"({feed.Id}|{feed.Slug})\s*" """.TrimEnd(),
            }, cancellationToken: cancel))).AsList();
}

/// <param name="Text">Such as <c>release 1.0.0 of project 'Web'</c>.</param>
public sealed record FeedUse
{
    public required string ProjectId { get; init; }
    public required string ProjectGroupId { get; init; }
    public required string Text { get; init; }
}
