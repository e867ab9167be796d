using Npgsql;
using OctoLogin.Channels;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.Versions;

namespace OctoLogin.Portal;

/// <summary>What a new release of a project would be: its version, and the packages that a version is to be chosen of.</summary>
public sealed class ReleaseChoices(NpgsqlDataSource database, ReleaseStore releases, DeploymentProcessStore processes, ChannelStore channels, FeedVersions feeds)
{
    private const int MostVersions = 50;

    public async Task<ReleaseChoice> ReadAsync(Project project, CancellationToken cancel)
    {
        var process = await processes.FindAsync(project.SpaceId, project.Id, cancel);
        var uses = PackageUse.Of(process?.Steps ?? []).Where(use => !use.Action.IsDisabled).ToList();
        var ofRegistries = await feeds.OfRegistriesAsync(project.SpaceId, uses.Select(use => use.Wanted), cancel);
        await using var connection = await database.OpenConnectionAsync(cancel);
        var available = await feeds.WithBuiltInAsync(connection, project.SpaceId, ofRegistries, uses.Select(use => use.Wanted), cancel);
        var highest = await releases.HighestVersionAsync(connection, project.Id, cancel);
        var lines = (await channels.ListAsync(project.SpaceId, project.Id, Page.All, VisibleRows.Everything, cancel)).Items;
        return new(
            (highest is null ? SemanticVersion.First : SemanticVersion.TryParse(highest)?.Next())?.Text ?? "", lines,
            [.. uses.Select(use => (Use: use, Found: available.Of(use.Wanted))).Select(one => new PackageChoice(
                one.Use.Example[..^":VERSION".Length], one.Use.Action.Name, one.Use.PackageId, one.Use.ReferenceName, [.. one.Found.Versions.Take(MostVersions)], one.Found.Fault))]);
    }
}

/// <param name="Version">As the server would give it; empty: none can follow.</param>
public sealed record ReleaseChoice(string Version, IReadOnlyList<Channel> Channels, IReadOnlyList<PackageChoice> Packages);

/// <param name="Target">How a pin names it.</param>
/// <param name="Reference">Empty: the action's primary one.</param>
/// <param name="Versions">Newest first.</param>
/// <param name="Fault">Why there are none; null: there are some.</param>
public sealed record PackageChoice(string Target, string Action, string PackageId, string Reference, IReadOnlyList<string> Versions, string? Fault);
