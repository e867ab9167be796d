using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Tenants;

namespace OctoLogin.Machines;

/// <summary>A deployment target: what steps for its roles run for, in its environments. Called so by Octopus's API.</summary>
public sealed record Machine
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public required bool IsDisabled { get; init; }
    public string[] Roles { get; init; } = [];
    public string[] EnvironmentIds { get; init; } = [];
    public string[] TenantIds { get; init; } = [];

    /// <summary>Canonical names (<c>Set/Tag</c>): tenants that these mean are served too.</summary>
    public string[] TenantTags { get; init; } = [];
    public required TenantedDeploymentMode TenantedDeploymentParticipation { get; init; }

    [JsonIgnore]
    public string EndpointJson { get; init; } = "{}";

    /// <summary>How it is reached, as the client sent it, with its <c>CommunicationStyle</c>. Never a secret: that is its account's.</summary>
    public JsonElement Endpoint => JsonSerializer.Deserialize<JsonElement>(EndpointJson, Json.Options);

    /// <summary>The account of its endpoint; null: it has none.</summary>
    [JsonIgnore]
    public string? AccountId => MachineEndpoint.AccountId(Endpoint);

    /// <summary>The same where there is such an account; null also of a name from before there were accounts.</summary>
    [JsonIgnore]
    public string? UsedAccountId { get; init; }

    public string? MachinePolicyId { get; init; }
    public string? Thumbprint { get; init; }
    public string? Uri { get; init; }
    public string HealthStatus { get; init; } = UnknownHealth;
    public string Status => IsDisabled ? "Disabled" : "Unknown";
    public string? StatusSummary { get; init; }
    public bool IsInProcess { get; init; }
    public bool HasLatestCalamari { get; init; }

    public const string UnknownHealth = "Unknown";

    /// <param name="tenantId">Null: a deployment for no tenant.</param>
    /// <param name="tenantTags">Those that the tenant has.</param>
    public bool Serves(string? tenantId, IReadOnlyCollection<string> tenantTags) =>
        TenantedDeploymentParticipation.Serves(TenantIds, TenantTags, tenantId, tenantTags);
}
