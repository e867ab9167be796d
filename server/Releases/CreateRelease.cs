using System.Text.Json;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Channels;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.Variables;
using OctoLogin.Versions;

namespace OctoLogin.Releases;

/// <summary>
/// The command of every CI job: checks what was asked, gives the release its number, freezes process, variables and packages. In one transaction
/// that holds the project, so that of two jobs at the same moment each gets a version of its own.
/// </summary>
public sealed class CreateRelease(
    NpgsqlDataSource database, ProjectStore projects, DeploymentProcessStore processes, VariableSetStore variables, ChannelStore channels, FeedVersions feeds,
    ReleaseStore releases, AuditLog audit, IEnumerable<ReleaseCreated> followers, TimeProvider clock)
{
    public async Task<CreatedRelease> RunAsync(CreateReleaseCommand command, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.ReleaseCreate, space.Id);
        var validation = new Validation();
        var wanted = ReadCommand(command, space, validation);
        var project = await ProjectEndpoints.NamedAsync(command.ProjectName, Permission.ReleaseCreate, space, caller, projects, validation, cancel);
        if (project is null)
        {
            // Everything else depends on it.
            validation.ThrowIfAny();
        }
        caller.Demand(Permission.ReleaseCreate, ProjectEndpoints.Target(project!));
        var present = await processes.FindAsync(space.Id, project!.Id, cancel);
        var found = await feeds.OfRegistriesAsync(space.Id, PackageUse.Unpinned(present?.Steps ?? [], wanted.Packages), cancel);
        return await database.InTransactionAsync(async connection =>
        {
            var held = await projects.LockAsync(connection, project!, cancel) ?? throw ApiException.NotFound("project", project!.Id);
            return await CreateAsync(connection, command, wanted with { Found = found }, held, caller.Actor, validation, cancel);
        }, cancel);
    }

    private async Task<CreatedRelease> CreateAsync(
        NpgsqlConnection connection, CreateReleaseCommand command, Wanted wanted, Project project, AuditActor actor, Validation validation, CancellationToken cancel)
    {
        var existing = wanted.Version is null ? null : await releases.FindVersionAsync(connection, project.Id, wanted.Version.Text, cancel);
        if (existing is not null && command.IgnoreIfAlreadyExists == true)
        {
            validation.ThrowIfAny();
            return new(existing, IsNew: false);
        }
        validation.Check(existing is null, $"Release '{existing?.Version}' of project '{project.Name}' exists already. Give another version, or send IgnoreIfAlreadyExists to use it as it is.");
        validation.Check(!project.IsDisabled, $"Project '{project.Name}' is disabled: it takes no new releases.");
        var channel = await channels.FindNamedAsync(connection, project, wanted.ChannelName, cancel);
        validation.Check(channel is not null, $"Project '{project.Name}' has no channel '{Printable.Of(wanted.ChannelName)}'.");
        var process = await processes.FindAsync(connection, project.SpaceId, project.Id, cancel) ?? throw ApiException.NotFound("project", project.Id);
        var rules = new PackageRules(channel?.Id ?? "", channel?.Name ?? "", command.IgnoreChannelRules == true ? [] : channel?.Rules ?? []);
        var available = await feeds.WithBuiltInAsync(connection, project.SpaceId, wanted.Found, PackageUse.Unpinned(process.Steps, wanted.Packages), cancel);
        var packages = PackageSelection.Select(process.Steps, rules, wanted.Packages, available, validation);
        var version = wanted.Version ?? await NextVersionAsync(connection, project, validation, cancel);
        validation.ThrowIfAny();
        var release = Assemble(command, wanted, channel!, version!, packages) with
        {
            ProcessSnapshotId = await processes.SnapshotAsync(connection, process, cancel),
            VariableSetSnapshotId = await variables.SnapshotAsync(connection, project.SpaceId, project.Id, cancel),
        };
        var created = await releases.InsertAsync(connection, release, cancel);
        foreach (var follow in followers)
        {
            await follow(connection, project, created, cancel);
        }
        await audit.AppendAsync(connection, Describe(actor, created, project, channel!), cancel);
        return new(created, IsNew: true);
    }

    private Release Assemble(CreateReleaseCommand command, Wanted wanted, Channel channel, SemanticVersion version, List<SelectedPackage> packages) => new()
    {
        Id = "",
        SpaceId = channel.SpaceId,
        ProjectId = channel.ProjectId,
        ChannelId = channel.Id,
        Version = version.Text,
        VersionKey = version.SortKey,
        ReleaseNotes = wanted.ReleaseNotes,
        IgnoreChannelRules = command.IgnoreChannelRules ?? false,
        SelectedPackagesJson = JsonSerializer.Serialize(packages, Json.Options),
        CustomFieldsJson = JsonSerializer.Serialize(command.CustomFields ?? [], Json.Options),
        Assembled = clock.GetUtcNow(),
    };

    private static Wanted ReadCommand(CreateReleaseCommand command, SpaceContext space, Validation validation)
    {
        validation.Fault(space.Mismatch("SpaceId", command.SpaceId));
        validation.Fault(space.Mismatch("SpaceIdOrName", command.SpaceIdOrName));
        var text = validation.Optional("ReleaseVersion", command.ReleaseVersion, SemanticVersion.MostCharacters);
        var version = SemanticVersion.TryParse(text);
        validation.Check(text is null || version is not null,
            $"ReleaseVersion '{Printable.Of(text)}' is not a version: 1 to 4 numbers, then perhaps a pre-release and metadata, such as 1.4.0, 2024.11.20.3 or 1.4.0-beta.2+build.7.");
        var packageVersion = validation.Optional("PackageVersion", command.PackageVersion);
        validation.Check(packageVersion is null || PackagePin.IsVersion(packageVersion), $"PackageVersion '{Printable.Of(packageVersion)}' is not a version.");
        return new(version, validation.Optional("ChannelName", command.ChannelName),
            new PackageWishes(packageVersion, [.. (command.Packages ?? []).Select(pin => PackagePin.Read(pin, validation)).OfType<PackagePin>()]),
            validation.OptionalText("ReleaseNotes", command.ReleaseNotes));
    }

    private async Task<SemanticVersion?> NextVersionAsync(NpgsqlConnection connection, Project project, Validation validation, CancellationToken cancel)
    {
        var highest = await releases.HighestVersionAsync(connection, project.Id, cancel);
        var next = highest is null ? SemanticVersion.First : SemanticVersion.TryParse(highest)?.Next();
        validation.Check(next is not null, $"No version can come after '{highest}', the highest of project '{project.Name}'. Give a ReleaseVersion.");
        return next;
    }

    private static AuditEvent Describe(AuditActor actor, Release release, Project project, Channel channel) =>
        AuditEvent.Created(actor, "Release", release.Id, $"{release.Version} of project {project.Name}", release.SpaceId) with
        {
            RelatedDocumentIds = [release.Id, project.Id, channel.Id],
            Details = JsonSerializer.Serialize(new { release.Version, Channel = channel.Name, release.ProcessSnapshotId, release.VariableSetSnapshotId, release.SelectedPackages }, Json.Options),
        };

    private sealed record Wanted(SemanticVersion? Version, string? ChannelName, PackageWishes Packages, string? ReleaseNotes)
    {
        /// <summary>What registries have of the packages that nobody pinned.</summary>
        public IReadOnlyList<FoundVersions> Found { get; init; } = [];
    }
}

/// <summary>What a client sends. <c>GitRef</c> and <c>GitCommit</c> mean nothing to a project whose process is in the database, and are not read.</summary>
public sealed record CreateReleaseCommand(
    string? SpaceId, string? SpaceIdOrName, string? ProjectName, string? ChannelName, string? ReleaseVersion, string? PackageVersion,
    string?[]? Packages, string? ReleaseNotes, bool? IgnoreIfAlreadyExists, bool? IgnoreChannelRules, Dictionary<string, string?>? CustomFields);

/// <summary>What a later slice does in the transaction that creates a release.</summary>
public delegate Task ReleaseCreated(NpgsqlConnection connection, Project project, Release release, CancellationToken cancel);

public sealed record CreatedRelease(Release Release, bool IsNew);
