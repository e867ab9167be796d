using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;

namespace OctoLogin.Runbooks;

/// <summary>Removes the records of runs that their runbook no longer keeps, counted for each environment and tenant. Their tasks stay, as those of deployments.</summary>
public sealed class RunRetention(NpgsqlDataSource database, SpaceStore spaces, RunbookStore runbooks, RunbookRunStore runs, AuditLog audit, TimeProvider clock)
{
    /// <summary>Of one transaction, so that none is long.</summary>
    private const int Batch = 100;

    public async Task RunAsync(ActivityLog log, CancellationToken cancel)
    {
        foreach (var space in await spaces.AllAsync(cancel))
        {
            foreach (var runbook in (await runbooks.ListAsync(space.Id, null, Page.All, VisibleRows.Everything, cancel)).Items.Where(runbook => !runbook.RunRetentionPolicy.KeepsAll))
            {
                var all = 0;
                while (await RemoveAsync(runbook, cancel) is > 0 and var count)
                {
                    all += count;
                }
                if (all > 0)
                {
                    log.Info($"Of runbook {runbook.Name} {all} runs were removed that it no longer keeps.");
                }
            }
        }
    }

    private Task<int> RemoveAsync(Runbook runbook, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var removed = await runs.DeleteOldAsync(connection, runbook, clock.GetUtcNow(), Batch, cancel);
        if (removed.Count > 0)
        {
            var happened = AuditEvent.Deleted(AuditActor.System, "Runbook runs", runbook.Id, $"of runbook {runbook.Name}", runbook.SpaceId);
            await audit.AppendAsync(connection, happened with { Message = $"{removed.Count} old runs of runbook {runbook.Name} were removed", RelatedDocumentIds = [runbook.Id, runbook.ProjectId], Details = AuditDetails.Of(new { Removed = removed, Because = "The runbook's retention policy" }) }, cancel);
        }
        return removed.Count;
    }, cancel);
}
