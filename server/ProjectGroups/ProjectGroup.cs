namespace OctoLogin.ProjectGroups;

/// <summary>A folder of projects, which roles may be limited to. The row is the resource.</summary>
public sealed record ProjectGroup
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? Description { get; init; }
    public string[] EnvironmentIds { get; init; } = [];
    public string? RetentionPolicyId { get; init; }
}
