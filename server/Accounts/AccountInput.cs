using System.Text.Json;

namespace OctoLogin.Accounts;

/// <summary>
/// What a client sends, flat as clients send it: of the kinds' fields those of the one that <c>AccountType</c> names. A body with
/// <c>AccountType</c> is the whole account, and what it leaves out is empty: clients leave out what is empty. Without it, what is left
/// out stays as it is, so that nobody takes an account's limits away by not naming them. A secret that is left out always stays.
/// </summary>
public sealed record AccountInput
{
    public string? Name { get; init; }
    public string? Slug { get; init; }
    public string? Description { get; init; }
    public string? AccountType { get; init; }
    public string?[]? EnvironmentIds { get; init; }
    public string? TenantedDeploymentParticipation { get; init; }
    public string?[]? TenantIds { get; init; }
    public string?[]? TenantTags { get; init; }
    public string? SpaceId { get; init; }

    public string? RoleArn { get; init; }

    /// <summary>A number or, as clients send it, a text; as <see cref="TokenLifetimeSeconds"/>.</summary>
    public JsonElement? SessionDuration { get; init; }
    public string? Region { get; init; }

    public string? SubscriptionNumber { get; init; }
    public string? ClientId { get; init; }
    public string? TenantId { get; init; }
    public string? AzureEnvironment { get; init; }
    public string? ResourceManagementEndpointBaseUri { get; init; }
    public string? ActiveDirectoryEndpointBaseUri { get; init; }

    public JsonElement? TokenLifetimeSeconds { get; init; }
    public string? ImpersonatedServiceAccount { get; init; }

    public string? Audience { get; init; }
    public string?[]? DeploymentSubjectKeys { get; init; }
    public string?[]? HealthCheckSubjectKeys { get; init; }
    public string?[]? AccountTestSubjectKeys { get; init; }
    public Dictionary<string, JsonElement>? CustomClaims { get; init; }

    public string? AccessKey { get; init; }
    public string? Username { get; init; }

    /// <summary><c>{ "HasValue", "NewValue" }</c>, as the next two.</summary>
    public JsonElement? SecretKey { get; init; }
    public JsonElement? Password { get; init; }
    public JsonElement? Token { get; init; }

    public bool IsWhole => !string.IsNullOrEmpty(AccountType);
}
