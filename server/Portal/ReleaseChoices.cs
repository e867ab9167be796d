using Npgsql;
using OctoLogin.Access;
using OctoLogin.Channels;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.Versions;

namespace OctoLogin.Portal;

/// <summary>
/// What a new release of a project would be: its version, and the packages that a version is to be chosen of. Who may create one need not
/// see what it is made of: each part takes the permission that the API's own route for it takes.
/// </summary>
public sealed class ReleaseChoices(NpgsqlDataSource database, ReleaseStore releases, DeploymentProcessStore processes, ChannelStore channels, FeedVersions feeds)
{
    private const int MostVersions = 50;

    /// <param name="project">One that the caller sees, and so its channels.</param>
    public async Task<ReleaseChoice> ReadAsync(Project project, Caller caller, CancellationToken cancel)
    {
        var target = ProjectEndpoints.Target(project);
        var lines = (await channels.ListAsync(project.SpaceId, project.Id, Page.All, VisibleRows.Everything, cancel)).Items;
        return new(
            caller.May(Permission.ReleaseView, target) ? await NextVersionAsync(project.Id, cancel) : "", lines,
            caller.May(Permission.ProcessView, target) ? await PackagesAsync(project, caller, cancel) : null);
    }

    private async Task<string> NextVersionAsync(string projectId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        var highest = await releases.HighestVersionAsync(connection, projectId, cancel);
        return (highest is null ? SemanticVersion.First : SemanticVersion.TryParse(highest)?.Next())?.Text ?? "";
    }

    private async Task<IReadOnlyList<PackageChoice>> PackagesAsync(Project project, Caller caller, CancellationToken cancel)
    {
        var process = await processes.FindAsync(project.SpaceId, project.Id, cancel);
        var uses = PackageUse.Of(process?.Steps ?? []).Where(use => !use.Action.IsDisabled).ToList();
        var available = caller.May(Permission.FeedView, AccessTarget.Space(project.SpaceId))
            ? await AvailableAsync(project.SpaceId, uses.ConvertAll(use => use.Wanted), cancel)
            : null;
        return [.. uses.Select(use => (Use: use, Found: available?.Of(use.Wanted))).Select(one => new PackageChoice(
            one.Use.Example[..^":VERSION".Length], one.Use.Action.Name, one.Use.PackageId, one.Use.ReferenceName, [.. (one.Found?.Versions ?? []).Take(MostVersions)], one.Found?.Fault))];
    }

    private async Task<AvailableVersions> AvailableAsync(string spaceId, IReadOnlyList<FeedPackage> wanted, CancellationToken cancel)
    {
        var ofRegistries = await feeds.OfRegistriesAsync(spaceId, wanted, cancel);
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await feeds.WithBuiltInAsync(connection, spaceId, ofRegistries, wanted, cancel);
    }
}

/// <param name="Version">As the server would give it; empty: none can follow, or the caller may not see releases.</param>
/// <param name="Packages">Null: the caller may not see the process.</param>
public sealed record ReleaseChoice(string Version, IReadOnlyList<Channel> Channels, IReadOnlyList<PackageChoice>? Packages);

/// <param name="Target">How a pin names it.</param>
/// <param name="Reference">Empty: the action's primary one.</param>
/// <param name="Versions">Newest first; none, too, when the caller may not see feeds.</param>
/// <param name="Fault">Why there are none; null: there are some, or the caller may not see feeds.</param>
public sealed record PackageChoice(string Target, string Action, string PackageId, string Reference, IReadOnlyList<string> Versions, string? Fault);
