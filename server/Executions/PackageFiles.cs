using Npgsql;
using OctoLogin.Database;
using OctoLogin.Feeds;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.ServerTasks;

namespace OctoLogin.Executions;

/// <summary>Puts the packages of an action into the folder that its script is about to run in.</summary>
public sealed class PackageFiles(NpgsqlDataSource database, PackageStore packages, ActionImages images)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly UnpackLimits limits = new();

    /// <param name="folder">The script's own.</param>
    /// <param name="variables">Get to know where each package is.</param>
    /// <exception cref="TaskFailedException">A package is not there, or is not what may be unpacked.</exception>
    public async Task PlaceAsync(ActionUse use, string folder, Dictionary<string, string> variables, ActivityLog log, CancellationToken cancel)
    {
        foreach (var wanted in PackageValues.PackagesOf(use.Action, use.Run.Packages).Where(package => package.IsAcquired))
        {
            var id = use.Values.Expand(wanted.PackageId);
            if (await images.IsOneAsync(use.Run.Execution.SpaceId, wanted, cancel))
            {
                log.Verbose($"Package {Printable.Of(id)} is an image of a registry, which whoever runs it pulls.");
                continue;
            }
            var package = await Outage.WaitAsync(() => FindAsync(use, wanted, id, cancel), cancel);
            var place = PlaceOf(use, wanted, folder);
            log.Verbose($"Package {package.PackageId} {package.Version} ({package.SizeBytes} bytes, SHA-256 {package.Sha256})");
            // Unpacking leaves all or nothing, so it may be begun again.
            await Outage.WaitAsync(() => PlaceAsync(use, wanted, package, place, cancel), cancel);
            variables[$"{wanted.Prefix}.{(wanted.Extract ? "ExtractedPath" : "PackageFilePath")}"] = wanted.Extract ? place : Path.Combine(place, package.FileName);
            variables[$"{wanted.Prefix}.PackageFileName"] = package.FileName;
        }
    }

    /// <summary>The reference's name is part of a path: it must not lead elsewhere.</summary>
    private static string PlaceOf(ActionUse use, ActionPackage wanted, string folder) => wanted.Reference switch
    {
        "" => folder,
        "." or ".." => throw NoFolder(use, wanted),
        var name when name.AsSpan().IndexOfAny('/', '\\', '\0') >= 0 => throw NoFolder(use, wanted),
        var name => Path.Combine(folder, name),
    };

    private static TaskFailedException NoFolder(ActionUse use, ActionPackage wanted) =>
        new($"Step '{Printable.Of(use.Action.Name)}' calls a package '{Printable.Of(wanted.Reference)}', which cannot be the name of a folder.");

    private async Task<bool> PlaceAsync(ActionUse use, ActionPackage wanted, Package package, string place, CancellationToken cancel)
    {
        Directory.CreateDirectory(place, OwnerOnly);
        await using var content = new PackageStream(database, package);
        try
        {
            if (wanted.Extract)
            {
                await PackageArchive.ExtractAsync(content, package.FileExtension, place, limits, cancel);
                return true;
            }
            await using var file = new FileStream(Path.Combine(place, package.FileName), new FileStreamOptions
            {
                Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            await content.CopyToAsync(file, PackageContents.ChunkBytes, cancel);
            return true;
        }
        catch (UnpackException fault)
        {
            throw new TaskFailedException($"Step '{Printable.Of(use.Action.Name)}' cannot use package {package.PackageId} {package.Version}: {fault.Message}");
        }
    }

    private async Task<Package> FindAsync(ActionUse use, ActionPackage wanted, string id, CancellationToken cancel)
    {
        var step = Printable.Of(use.Action.Name);
        if (!wanted.IsInBuiltInFeed)
        {
            throw new TaskFailedException($"Step '{step}' uses package '{Printable.Of(id)}' of feed '{Printable.Of(wanted.FeedId)}', which is not there; its files are taken from the built-in feed ({Feed.BuiltInId}).");
        }
        if (wanted.Version is null)
        {
            throw new TaskFailedException($"Step '{step}' uses package '{Printable.Of(id)}', of which no version was selected.");
        }
        return await packages.FindAsync(use.Run.Execution.SpaceId, id, wanted.Version, cancel)
            ?? throw new TaskFailedException($"Step '{step}' uses package '{Printable.Of(id)}' {Printable.Of(wanted.Version)}, which is not in the built-in feed.");
    }
}
