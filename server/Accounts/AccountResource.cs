using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Projects;

namespace OctoLogin.Accounts;

/// <summary>An account as clients read it: flat, with the fields of its kind. No secret is in it, only whether there is one.</summary>
public sealed record AccountResource
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? Description { get; init; }
    public required AccountType AccountType { get; init; }
    public required string[] EnvironmentIds { get; init; }
    public required TenantedDeploymentMode TenantedDeploymentParticipation { get; init; }
    public required string[] TenantIds { get; init; }
    public required string[] TenantTags { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RoleArn { get; init; }

    /// <summary>Seconds as text, as clients have it; as <see cref="TokenLifetimeSeconds"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SessionDuration { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Region { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SubscriptionNumber { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TenantId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AzureEnvironment { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ResourceManagementEndpointBaseUri { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ActiveDirectoryEndpointBaseUri { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TokenLifetimeSeconds { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ImpersonatedServiceAccount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Audience { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? DeploymentSubjectKeys { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? HealthCheckSubjectKeys { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? AccountTestSubjectKeys { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, JsonElement>? CustomClaims { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AccessKey { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Username { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HiddenValue? SecretKey { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HiddenValue? Password { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HiddenValue? Token { get; init; }

    public static AccountResource Of(Account account)
    {
        var common = new AccountResource
        {
            Id = account.Id, SpaceId = account.SpaceId, Name = account.Name, Slug = account.Slug, Description = account.Description, AccountType = account.AccountType,
            EnvironmentIds = account.EnvironmentIds, TenantedDeploymentParticipation = account.TenantedDeploymentParticipation, TenantIds = account.TenantIds, TenantTags = account.TenantTags,
        };
        return account.Details switch
        {
            AwsOidcDetails aws => common.With(aws) with { RoleArn = aws.RoleArn, SessionDuration = Text(aws.SessionDuration), Region = aws.Region },
            AzureOidcDetails azure => common.With(azure) with
            {
                SubscriptionNumber = azure.SubscriptionNumber, ClientId = azure.ClientId, TenantId = azure.TenantId, AzureEnvironment = azure.AzureEnvironment,
                ResourceManagementEndpointBaseUri = azure.ResourceManagementEndpointBaseUri, ActiveDirectoryEndpointBaseUri = azure.ActiveDirectoryEndpointBaseUri,
            },
            GoogleOidcDetails google => common.With(google) with
            {
                TokenLifetimeSeconds = Text(google.TokenLifetimeSeconds), ImpersonatedServiceAccount = google.ImpersonatedServiceAccount,
            },
            OidcDetails other => common.With(other),
            SecretDetails secret => common.With(account.AccountType, secret),
            _ => common,
        };
    }

    private AccountResource With(OidcDetails details) => this with
    {
        Audience = details.Audience,
        DeploymentSubjectKeys = details.KeysFor(SubjectUse.Deployment),
        HealthCheckSubjectKeys = details.KeysFor(SubjectUse.HealthCheck),
        AccountTestSubjectKeys = details.KeysFor(SubjectUse.AccountTest),
        CustomClaims = details.CustomClaims,
    };

    private AccountResource With(AccountType type, SecretDetails details)
    {
        var hidden = SecretRules.SecretsOf(type).ToDictionary(name => name, name => new HiddenValue(details.Sealed.ContainsKey(name)));
        return this with
        {
            AccessKey = details.Values.GetValueOrDefault(nameof(AccessKey)), Username = details.Values.GetValueOrDefault(nameof(Username)), Region = details.Values.GetValueOrDefault(nameof(Region)),
            SubscriptionNumber = details.Values.GetValueOrDefault(nameof(SubscriptionNumber)), ClientId = details.Values.GetValueOrDefault(nameof(ClientId)),
            TenantId = details.Values.GetValueOrDefault(nameof(TenantId)), AzureEnvironment = details.Values.GetValueOrDefault(nameof(AzureEnvironment)),
            ResourceManagementEndpointBaseUri = details.Values.GetValueOrDefault(nameof(ResourceManagementEndpointBaseUri)),
            ActiveDirectoryEndpointBaseUri = details.Values.GetValueOrDefault(nameof(ActiveDirectoryEndpointBaseUri)),
            SecretKey = hidden.GetValueOrDefault(nameof(SecretKey)), Password = hidden.GetValueOrDefault(nameof(Password)), Token = hidden.GetValueOrDefault(nameof(Token)),
        };
    }

    private static string Text(int seconds) => seconds.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Of a secret, only whether there is one.</summary>
public sealed record HiddenValue(bool HasValue);
