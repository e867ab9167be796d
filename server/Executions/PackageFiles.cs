using Npgsql;
using OctoLogin.Feeds;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.ServerTasks;

namespace OctoLogin.Executions;

/// <summary>Puts the packages of an action into the folder that its script is about to run in.</summary>
public sealed class PackageFiles(NpgsqlDataSource database, PackageStore packages)
{
    /// <param name="folder">The script's own.</param>
    /// <param name="variables">Get to know where each package is.</param>
    /// <exception cref="TaskFailedException">A package is not there, or is not what may be unpacked.</exception>
    public async Task PlaceAsync(ActionUse use, string folder, Dictionary<string, string> variables, ActivityLog log, CancellationToken cancel)
    {
        foreach (var wanted in PackageValues.PackagesOf(use.Action, use.Run.Packages).Where(package => package.IsAcquired))
        {
            var id = use.Values.Expand(wanted.PackageId);
            var package = await FindAsync(use, wanted, id, cancel);
            var place = wanted.Reference.Length == 0 ? folder : Path.Combine(folder, wanted.Reference);
            await using var content = new PackageStream(database, package);
            if (wanted.Extract)
            {
                variables[$"{wanted.Prefix}.ExtractedPath"] = place;
            }
            variables[$"{wanted.Prefix}.FileName"] = package.FileName;
            log.Verbose($"Package {package.PackageId} {package.Version} ({package.SizeBytes} bytes, SHA-256 {package.Sha256})");
        }
    }

    private async Task<Package> FindAsync(ActionUse use, ActionPackage wanted, string id, CancellationToken cancel)
    {
        var step = Printable.Of(use.Action.Name);
        if (wanted.Version is null)
        {
            throw new TaskFailedException($"Step '{step}' uses package '{Printable.Of(id)}', of which no version was selected.");
        }
        return await packages.FindAsync(use.Run.Execution.SpaceId, id, wanted.Version, cancel)
            ?? throw new TaskFailedException($"Step '{step}' uses package '{Printable.Of(id)}' {Printable.Of(wanted.Version)}, which is not in the built-in feed.");
    }
}
