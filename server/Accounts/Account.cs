using OctoLogin.Projects;
using OctoLogin.Tenants;

namespace OctoLogin.Accounts;

/// <summary>The kinds, by the names that clients send.</summary>
public enum AccountType
{
    AmazonWebServicesOidcAccount,
    AzureOidc,
    GoogleCloudOidcAccount,
    GenericOidcAccount,

    /// <summary>This and those that follow hold a secret; they are there so that a team can move over.</summary>
    AmazonWebServicesAccount,
    AzureServicePrincipal,
    Token,
    UsernamePassword,
}

/// <summary>Whom a deployment logs in as, and what is needed for it: at a cloud that trusts our ID tokens, or with a secret. A row; <see cref="AccountResource"/> is what clients read.</summary>
public sealed record Account
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? Description { get; init; }
    public required AccountType AccountType { get; init; }

    /// <summary>Where it may be used; empty: in every environment.</summary>
    public string[] EnvironmentIds { get; init; } = [];
    public string[] TenantIds { get; init; } = [];

    /// <summary>Canonical names (<c>Set/Tag</c>): tenants that these mean may use it too.</summary>
    public string[] TenantTags { get; init; } = [];
    public required TenantedDeploymentMode TenantedDeploymentParticipation { get; init; }

    public string DetailsJson { get; init; } = "{}";

    /// <summary>The sealed secrets by name, as JSON.</summary>
    public string SecretsJson { get; init; } = "{}";

    public AccountDetails Details => AccountDetails.Read(AccountType, DetailsJson, SecretsJson);

    /// <param name="environmentId">Null: in none, which an account that is limited to some does not allow.</param>
    /// <param name="tenantId">Null: a deployment for no tenant.</param>
    /// <param name="tenantTags">Those that the tenant has.</param>
    public bool IsAllowedIn(string? environmentId, string? tenantId, IReadOnlyCollection<string> tenantTags) =>
        (EnvironmentIds.Length == 0 || (environmentId is not null && EnvironmentIds.Contains(environmentId)))
        && Serves(tenantId, tenantTags);

    /// <summary>The same of the tenant alone.</summary>
    public bool Serves(string? tenantId, IReadOnlyCollection<string> tenantTags) =>
        TenantedDeploymentParticipation.Serves(TenantIds, TenantTags, tenantId, tenantTags);
}
