namespace OctoLogin.Spaces;

/// <summary>A part of the server with its own projects, environments and roles. The row is the resource.</summary>
public sealed record Space
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? Description { get; init; }
    public required bool IsDefault { get; init; }
    public bool TaskQueueStopped { get; init; }
    public string[] SpaceManagersTeams { get; init; } = [];
    public string[] SpaceManagersTeamMembers { get; init; } = [];
}
