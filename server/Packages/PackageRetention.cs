using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;

namespace OctoLogin.Packages;

/// <summary>Removes packages that are older than <c>Packages:RetentionDays</c> and that no release uses.</summary>
public sealed class PackageRetention(
    NpgsqlDataSource database, PackageStore packages, PackageContents contents, PackageOptions options, AuditLog audit, TimeProvider clock)
{
    /// <summary>Says how many it removed; 0 also when packages are kept for ever.</summary>
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        if (options.RetentionDays is not { } days)
        {
            return 0;
        }
        for (var all = 0; ;)
        {
            var removed = await RemoveSomeAsync(clock.GetUtcNow().AddDays(-days), days, cancel);
            if (removed == 0)
            {
                return all;
            }
            all += removed;
        }
    }

    private Task<int> RemoveSomeAsync(DateTimeOffset before, int days, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var removed = await packages.DeleteUnusedAsync(connection, before, cancel);
        await contents.DiscardAsync(connection, [.. removed.Select(package => package.ContentNumber)], cancel);
        foreach (var package in removed)
        {
            var happened = AuditEvent.Deleted(AuditActor.System, "Package", package.Id, package.FileName, package.SpaceId);
            await audit.AppendAsync(connection, happened with { Details = AuditDetails.Of(new { package.Published, RetentionDays = days }) }, cancel);
        }
        return removed.Count;
    }, cancel);
}
