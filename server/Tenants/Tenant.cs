using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.Tenants;

/// <summary>A customer, region or other party that projects are deployed for separately.</summary>
public sealed record Tenant
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? Description { get; init; }

    /// <summary>Canonical names (<c>Set/Tag</c>) of the tags that the tenant has.</summary>
    public string[] TenantTags { get; init; } = [];

    [JsonIgnore]
    public string ProjectEnvironmentsJson { get; init; } = "{}";

    /// <summary>By project, the environments in which it is deployed for the tenant. By Id, both.</summary>
    public IReadOnlyDictionary<string, string[]> ProjectEnvironments =>
        JsonSerializer.Deserialize<Dictionary<string, string[]>>(ProjectEnvironmentsJson, Json.Options)!;

    /// <summary>The tenant that this one was made from; it may be gone since.</summary>
    public string? ClonedFromTenantId { get; init; }

    /// <summary>Nothing is deployed for it.</summary>
    public required bool IsDisabled { get; init; }

    /// <param name="tags">Canonical names.</param>
    public bool Matches(IReadOnlyCollection<string> tags) => Tenants.TenantTags.Match(TenantTags, tags);

    /// <summary>Whether the project is deployed for the tenant in that environment.</summary>
    public bool IsConnected(string projectId, string environmentId) =>
        ProjectEnvironments.TryGetValue(projectId, out var environments) && environments.Contains(environmentId);
}
