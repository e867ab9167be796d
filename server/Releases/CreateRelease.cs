using System.Text.Json;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Channels;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.Variables;

namespace OctoLogin.Releases;

/// <summary>
/// The command of every CI job: checks what was asked, gives the release its number, freezes process, variables and packages. In one transaction
/// that holds the project, so that of two jobs at the same moment each gets a version of its own.
/// </summary>
public sealed class CreateRelease(
    NpgsqlDataSource database, ProjectStore projects, DeploymentProcessStore processes, VariableSetStore variables, ChannelStore channels, ReleaseStore releases,
    AuditLog audit, TimeProvider clock)
{
    public async Task<CreatedRelease> RunAsync(CreateReleaseCommand command, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.ReleaseCreate, space.Id);
        var validation = new Validation();
        var wanted = ReadCommand(command, space, validation);
        var project = await FindProjectAsync(command, space, caller, validation, cancel);
        if (project is null)
        {
            // Everything else depends on it.
            validation.ThrowIfAny();
        }
        caller.Demand(Permission.ReleaseCreate, ProjectEndpoints.Target(project!));
        return await database.InTransactionAsync(async connection =>
        {
            var held = await projects.LockAsync(connection, project!, cancel) ?? throw ApiException.NotFound("project", project!.Id);
            return await CreateAsync(connection, command, wanted, held, caller.Actor, validation, cancel);
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
        var packages = PackageSelection.Select(process.Steps, channel?.Id ?? "", wanted.PackageVersion, wanted.Pins, validation);
        validation.Check(packages.Count == 0 || command.IgnoreChannelRules == true || channel is not { Rules.Count: > 0 },
            $"Channel '{channel?.Name}' of project '{project.Name}' has version rules, which this server keeps but does not evaluate. Send IgnoreChannelRules, or use a channel without rules.");
        var version = wanted.Version ?? await NextVersionAsync(connection, project, validation, cancel);
        validation.ThrowIfAny();
        var release = Assemble(command, wanted, channel!, version!, packages) with
        {
            ProcessSnapshotId = await processes.SnapshotAsync(connection, process, cancel),
            VariableSetSnapshotId = await variables.SnapshotAsync(connection, project.SpaceId, project.Id, cancel),
        };
        var created = await releases.InsertAsync(connection, release, cancel);
        await audit.AppendAsync(connection, Describe(actor, created, project, channel!), cancel);
        return new(created, IsNew: true);
    }

    private Release Assemble(CreateReleaseCommand command, Wanted wanted, Channel channel, ReleaseVersion version, List<SelectedPackage> packages) => new()
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
        var text = validation.Optional("ReleaseVersion", command.ReleaseVersion, ReleaseVersion.MostCharacters);
        var version = ReleaseVersion.TryParse(text);
        validation.Check(text is null || version is not null,
            $"ReleaseVersion '{Printable.Of(text)}' is not a version: 1 to 4 numbers, then perhaps a pre-release and metadata, such as 1.4.0, 2024.11.20.3 or 1.4.0-beta.2+build.7.");
        var packageVersion = validation.Optional("PackageVersion", command.PackageVersion);
        validation.Check(packageVersion is null || PackagePin.IsVersion(packageVersion), $"PackageVersion '{Printable.Of(packageVersion)}' is not a version.");
        return new(version, validation.Optional("ChannelName", command.ChannelName), packageVersion,
            [.. (command.Packages ?? []).Select(pin => PackagePin.Read(pin, validation)).OfType<PackagePin>()],
            validation.OptionalText("ReleaseNotes", command.ReleaseNotes));
    }

    /// <summary>Null, with a fault: none that the caller may know of.</summary>
    private async Task<Project?> FindProjectAsync(CreateReleaseCommand command, SpaceContext space, Caller caller, Validation validation, CancellationToken cancel)
    {
        var name = validation.Required("ProjectName", command.ProjectName);
        var project = name.Length == 0 ? null : await projects.FindNamedAsync(space.Id, name, cancel);
        var known = project is not null
            && (caller.May(Permission.ProjectView, ProjectEndpoints.Target(project)) || caller.May(Permission.ReleaseCreate, ProjectEndpoints.Target(project)));
        validation.Check(known || name.Length == 0, $"There is no project '{Printable.Of(name)}' in space '{space.Space.Name}' ({space.Id}).");
        return known ? project : null;
    }

    private async Task<ReleaseVersion?> NextVersionAsync(NpgsqlConnection connection, Project project, Validation validation, CancellationToken cancel)
    {
        var highest = await releases.HighestVersionAsync(connection, project.Id, cancel);
        var next = highest is null ? ReleaseVersion.First : ReleaseVersion.TryParse(highest)?.Next();
        validation.Check(next is not null, $"No version can come after '{highest}', the highest of project '{project.Name}'. Give a ReleaseVersion.");
        return next;
    }

    private static AuditEvent Describe(AuditActor actor, Release release, Project project, Channel channel) =>
        AuditEvent.Created(actor, "Release", release.Id, $"{release.Version} of project {project.Name}", release.SpaceId) with
        {
            RelatedDocumentIds = [release.Id, project.Id, channel.Id],
            Details = JsonSerializer.Serialize(new { release.Version, Channel = channel.Name, release.ProcessSnapshotId, release.VariableSetSnapshotId, release.SelectedPackages }, Json.Options),
        };

    private sealed record Wanted(
        ReleaseVersion? Version, string? ChannelName, string? PackageVersion, IReadOnlyList<PackagePin> Pins, string? ReleaseNotes);
}

/// <summary>What a client sends. <c>GitRef</c> and <c>GitCommit</c> mean nothing to a project whose process is in the database, and are not read.</summary>
public sealed record CreateReleaseCommand(
    string? SpaceId, string? SpaceIdOrName, string? ProjectName, string? ChannelName, string? ReleaseVersion, string? PackageVersion,
    string?[]? Packages, string? ReleaseNotes, bool? IgnoreIfAlreadyExists, bool? IgnoreChannelRules, Dictionary<string, string?>? CustomFields);

public sealed record CreatedRelease(Release Release, bool IsNew);
