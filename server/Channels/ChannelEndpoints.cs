using System.Text.Json;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.TagSets;

namespace OctoLogin.Channels;

public static class ChannelEndpoints
{
    private const string Kind = "Channel";

    public static IServiceCollection AddChannels(this IServiceCollection services) => services.AddSingleton<ChannelStore>();

    public static void MapChannels(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("channels", group =>
        {
            group.MapGet("", List);
            group.MapGet("/all", All);
            group.MapGet("/{id}", Get);
            group.MapPost("", Create);
            group.MapPut("/{id}", Update);
            group.MapDelete("/{id}", Delete);
        });
        routes.MapSpaceRoutes("projects/{projectId}/channels", group =>
        {
            group.MapGet("", ListOfProject);
            group.MapGet("/{id}", GetOfProject);
            group.MapPost("", CreateInProject);
        });
    }

    internal static async Task<ResourceCollection<Channel>> List(Page page, SpaceContext space, Caller caller, ChannelStore channels, CancellationToken cancel)
    {
        var slice = await channels.ListAsync(space.Id, null, page, caller.Visible(Permission.ProjectView, space.Id), cancel);
        return ResourceCollection<Channel>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<IReadOnlyList<Channel>> All(SpaceContext space, Caller caller, ChannelStore channels, CancellationToken cancel) =>
        (await List(Page.All, space, caller, channels, cancel)).Items;

    internal static async Task<ResourceCollection<Channel>> ListOfProject(
        string projectId, Page page, SpaceContext space, Caller caller, ProjectStore projects, ChannelStore channels, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(projectId, space, caller, projects, cancel);
        var slice = await channels.ListAsync(space.Id, project.Id, page, VisibleRows.Everything, cancel);
        return ResourceCollection<Channel>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<Channel> Get(
        string id, SpaceContext space, Caller caller, ProjectStore projects, ChannelStore channels, CancellationToken cancel) =>
        (await SeenAsync(id, space, caller, projects, channels, cancel)).Channel;

    internal static async Task<Channel> GetOfProject(
        string projectId, string id, SpaceContext space, Caller caller, ProjectStore projects, ChannelStore channels, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(projectId, space, caller, projects, cancel);
        return await channels.FindAsync(space.Id, project.Id, id, cancel) ?? throw ApiException.NotFound("channel", id);
    }

    internal static async Task<IResult> Create(
        ChannelInput input, SpaceContext space, Caller caller, ProjectStore projects, ChannelStore channels, LifecycleStore lifecycles,
        TagSetStore sets, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.ProjectEdit, space.Id);
        var project = input.ProjectId is { Length: > 0 } id && await projects.FindAsync(space.Id, id, cancel) is { } found
            && caller.May(Permission.ProjectView, ProjectEndpoints.Target(found))
            ? found
            : throw ApiException.BadRequest($"ProjectId names '{Printable.Of(input.ProjectId)}', which is not a project of this space.");
        caller.Demand(Permission.ProjectEdit, ProjectEndpoints.Target(project));
        var blank = new Channel { Id = "", SpaceId = space.Id, ProjectId = project.Id, Name = "", Slug = "", IsDefault = false };
        var channel = await CheckAsync(input, blank, space, lifecycles, sets, cancel);
        var created = await database.InTransactionAsync(async connection =>
        {
            var made = await channels.InsertAsync(connection, channel, cancel);
            await audit.AppendAsync(connection, Regarding(AuditEvent.Created(caller.Actor, Kind, made.Id, $"{made.Name} of project {project.Name}", space.Id), made), cancel);
            return made;
        }, cancel);
        return Results.Created($"/api/{space.Id}/channels/{created.Id}", created);
    }

    private static Task<IResult> CreateInProject(
        string projectId, ChannelInput input, SpaceContext space, Caller caller, ProjectStore projects, ChannelStore channels, LifecycleStore lifecycles,
        TagSetStore sets, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel) =>
        Create(input with { ProjectId = projectId }, space, caller, projects, channels, lifecycles, sets, database, audit, cancel);

    internal static async Task<Channel> Update(
        string id, ChannelInput input, SpaceContext space, Caller caller, ProjectStore projects, ChannelStore channels, LifecycleStore lifecycles,
        TagSetStore sets, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel)
    {
        var (present, project) = await SeenAsync(id, space, caller, projects, channels, cancel);
        caller.Demand(Permission.ProjectEdit, ProjectEndpoints.Target(project));
        var channel = await CheckAsync(input, present, space, lifecycles, sets, cancel);
        return await database.InTransactionAsync(async connection =>
        {
            var changed = await channels.UpdateAsync(connection, channel, cancel) ?? throw ApiException.NotFound("channel", id);
            await audit.AppendAsync(connection, Regarding(AuditEvent.Modified(caller.Actor, Kind, changed.Id, $"{changed.Name} of project {project.Name}", space.Id), changed), cancel);
            return changed;
        }, cancel);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, ProjectStore projects, ChannelStore channels, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel)
    {
        var (present, project) = await SeenAsync(id, space, caller, projects, channels, cancel);
        caller.Demand(Permission.ProjectEdit, ProjectEndpoints.Target(project));
        if (present.IsDefault)
        {
            throw ApiException.BadRequest($"Channel '{present.Name}' is the default of project '{project.Name}' and cannot be deleted; make another one the default first.");
        }
        await database.InTransactionAsync(async connection =>
        {
            if (!await channels.DeleteAsync(connection, present, cancel))
            {
                throw ApiException.NotFound("channel", id);
            }
            await audit.AppendAsync(connection, Regarding(AuditEvent.Deleted(caller.Actor, Kind, present.Id, $"{present.Name} of project {project.Name}", space.Id), present), cancel);
        }, cancel);
        return Results.Ok();
    }

    /// <summary>A channel is seen by who sees its project.</summary>
    internal static async Task<(Channel Channel, Project Project)> SeenAsync(
        string id, SpaceContext space, Caller caller, ProjectStore projects, ChannelStore channels, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.ProjectView, space.Id);
        return await channels.FindAsync(space.Id, null, id, cancel) is { } channel
            && await projects.FindAsync(space.Id, channel.ProjectId, cancel) is { } project && caller.May(Permission.ProjectView, ProjectEndpoints.Target(project))
            ? (channel, project)
            : throw ApiException.NotFound("channel", id);
    }

    private static AuditEvent Regarding(AuditEvent happened, Channel channel) => happened with { RelatedDocumentIds = [channel.Id, channel.ProjectId] };

    private static async Task<Channel> CheckAsync(ChannelInput input, Channel present, SpaceContext space, LifecycleStore lifecycles, TagSetStore sets, CancellationToken cancel)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        // Empty and not absent: the project's again.
        var lifecycle = string.IsNullOrEmpty(input.LifecycleId) ? null : await lifecycles.FindAsync(space.Id, input.LifecycleId, cancel);
        validation.Check(string.IsNullOrEmpty(input.LifecycleId) || lifecycle is not null, $"LifecycleId names '{Printable.Of(input.LifecycleId)}', which is not a lifecycle of this space.");
        validation.Check(present.Id.Length == 0 || string.IsNullOrEmpty(input.ProjectId) || input.ProjectId == present.ProjectId,
            $"ProjectId cannot be changed: the channel belongs to {present.ProjectId}.");
        validation.Check(!present.IsDefault || input.IsDefault != false, "IsDefault cannot be taken away: a project needs a default channel. Make another one the default instead.");
        var name = validation.Required("Name", input.Name ?? present.Name);
        var rules = input.Rules?.Select(rule => (rule ?? new()) with { Id = rule?.Id is { Length: > 0 } id ? id : Guid.NewGuid().ToString() });
        foreach (var (rule, i) in (input.Rules ?? []).Select((rule, i) => (rule, i)))
        {
            rule?.Check($"Rules[{i}]", validation);
        }
        var channel = present with
        {
            Name = name,
            Slug = validation.Slug(input.Slug, present.Slug, name),
            Description = validation.OptionalText("Description", input.Description ?? present.Description),
            LifecycleId = input.LifecycleId is null ? present.LifecycleId : lifecycle?.Id,
            IsDefault = input.IsDefault ?? present.IsDefault,
            TenantTags = input.TenantTags is null ? present.TenantTags : await sets.CheckTagsAsync(space.Id, "TenantTags", input.TenantTags, validation, cancel),
            RulesJson = rules is null ? present.RulesJson : JsonSerializer.Serialize(rules, Json.Options),
        };
        validation.ThrowIfAny();
        return channel;
    }
}

/// <summary>What a client sends; absent or null keeps what is there.</summary>
public sealed record ChannelInput(
    string? Name, string? Slug, string? Description, string? ProjectId, string? LifecycleId, bool? IsDefault, string[]? TenantTags,
    ChannelRule?[]? Rules, string? SpaceId);
