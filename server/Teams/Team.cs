using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.Teams;

/// <summary>Users, service accounts and external groups that have roles together. The row is the resource, except for what is marked.</summary>
public sealed record Team
{
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>Null: a team of the server, which can have roles in every space.</summary>
    public string? SpaceId { get; init; }
    public string? Description { get; init; }
    public required string[] MemberUserIds { get; init; }
    public IReadOnlyList<ExternalGroup> ExternalSecurityGroups => JsonSerializer.Deserialize<ExternalGroup[]>(GroupsJson, Json.Options)!;

    [JsonIgnore]
    public string GroupsJson { get; init; } = "[]";

    /// <summary>False for the built-in team.</summary>
    public required bool CanBeDeleted { get; init; }
    public bool CanBeRenamed => CanBeDeleted;
    public bool CanChangeMembers => true;
    public bool CanChangeRoles => CanBeDeleted;

    public IReadOnlyDictionary<string, string> Links => new Dictionary<string, string>
    {
        ["Self"] = $"/api/teams/{Id}",
        ["ScopedUserRoles"] = $"/api/teams/{Id}/scopeduserroles{{?skip,take}}",
    };
}

/// <summary>A group of the identity provider, by the value that its tokens carry.</summary>
public sealed record ExternalGroup(string Id, string DisplayName);

/// <summary>What a client sends: the whole team. Clients of Octopus leave out an empty list, so an absent one is empty.</summary>
public sealed record TeamInput(string? Name, string? SpaceId, string? Description, string[]? MemberUserIds, ExternalGroupInput[]? ExternalSecurityGroups)
{
    private const int MostMembers = 10_000;
    private const int MostGroups = 1000;

    /// <summary>The team with what was sent, checked; every problem is told at once. Whether the members exist is the store's to say.</summary>
    public Team ApplyTo(Team? present, string? spaceId)
    {
        var validation = new Validation();
        var members = (MemberUserIds ?? []).Select(id => id?.Trim() ?? "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var groups = (ExternalSecurityGroups ?? []).Select(group => Read(validation, group)).DistinctBy(group => group.Id, StringComparer.Ordinal).ToArray();
        validation.Check(members.Length <= MostMembers, $"MemberUserIds may have at most {MostMembers} entries, not {members.Length}.");
        validation.Check(groups.Length <= MostGroups, $"ExternalSecurityGroups may have at most {MostGroups} entries, not {groups.Length}.");
        var team = new Team
        {
            Id = present?.Id ?? "",
            Name = validation.Required("Name", Name ?? present?.Name, 100),
            SpaceId = spaceId,
            Description = validation.OptionalText("Description", Description),
            MemberUserIds = members,
            GroupsJson = JsonSerializer.Serialize(groups, Json.Options),
            CanBeDeleted = present?.CanBeDeleted ?? true,
        };
        validation.Check(present is null or { CanBeRenamed: true } || team.Name == present.Name, $"Name: the built-in team '{present?.Name}' cannot be renamed.");
        validation.ThrowIfAny();
        return team;
    }

    private static ExternalGroup Read(Validation validation, ExternalGroupInput? group)
    {
        var id = validation.Required("The Id of an external security group", group?.Id);
        return new(id, validation.Optional("The DisplayName of an external security group", group?.DisplayName) ?? id);
    }
}

public sealed record ExternalGroupInput(string? Id, string? DisplayName);
