using System.Text.Json;
using OctoLogin.Accounts;
using OctoLogin.Http;

namespace OctoLogin.Portal.Pages.Space.Accounts;

/// <summary>An account as its form has it: texts and check boxes, with the names of the API's fields.</summary>
public sealed record AccountForm
{
    private static readonly JsonSerializerOptions Readable = new(Json.Options) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string? Name { get; init; }
    public string? Slug { get; init; }
    public string? Description { get; init; }
    public string[]? EnvironmentIds { get; init; }
    public string? TenantedDeploymentParticipation { get; init; }
    public string[]? TenantIds { get; init; }
    public string[]? TenantTags { get; init; }

    public string? RoleArn { get; init; }
    public string? SessionDuration { get; init; }
    public string? Region { get; init; }
    public string? SubscriptionNumber { get; init; }
    public string? ClientId { get; init; }
    public string? TenantId { get; init; }
    public string? AzureEnvironment { get; init; }
    public string? ResourceManagementEndpointBaseUri { get; init; }
    public string? ActiveDirectoryEndpointBaseUri { get; init; }
    public string? TokenLifetimeSeconds { get; init; }
    public string? ImpersonatedServiceAccount { get; init; }
    public string? Audience { get; init; }
    public string[]? DeploymentSubjectKeys { get; init; }
    public string[]? HealthCheckSubjectKeys { get; init; }
    public string[]? AccountTestSubjectKeys { get; init; }

    /// <summary>A JSON object; empty: none.</summary>
    public string? CustomClaims { get; init; }
    public string? AccessKey { get; init; }
    public string? Username { get; init; }

    /// <summary>Only what is new: a secret is never shown. Empty in this and the next two: what is there stays.</summary>
    public string? SecretKey { get; init; }
    public string? Password { get; init; }
    public string? Token { get; init; }

    public static AccountForm Of(Account account)
    {
        var shown = AccountResource.Of(account);
        return new()
        {
            Name = shown.Name, Slug = shown.Slug, Description = shown.Description, EnvironmentIds = shown.EnvironmentIds, TenantIds = shown.TenantIds, TenantTags = shown.TenantTags,
            TenantedDeploymentParticipation = shown.TenantedDeploymentParticipation.ToString(), RoleArn = shown.RoleArn, SessionDuration = shown.SessionDuration, Region = shown.Region,
            SubscriptionNumber = shown.SubscriptionNumber, ClientId = shown.ClientId, TenantId = shown.TenantId, AzureEnvironment = shown.AzureEnvironment,
            ResourceManagementEndpointBaseUri = shown.ResourceManagementEndpointBaseUri, ActiveDirectoryEndpointBaseUri = shown.ActiveDirectoryEndpointBaseUri,
            TokenLifetimeSeconds = shown.TokenLifetimeSeconds, ImpersonatedServiceAccount = shown.ImpersonatedServiceAccount, Audience = shown.Audience,
            DeploymentSubjectKeys = [.. shown.DeploymentSubjectKeys ?? []], HealthCheckSubjectKeys = [.. shown.HealthCheckSubjectKeys ?? []],
            AccountTestSubjectKeys = [.. shown.AccountTestSubjectKeys ?? []], AccessKey = shown.AccessKey, Username = shown.Username,
            CustomClaims = shown.CustomClaims is { Count: > 0 } claims ? JsonSerializer.Serialize(claims, Readable) : null,
        };
    }

    /// <summary>The whole account, as a client would send it.</summary>
    public AccountInput ToInput(AccountType type) => new()
    {
        AccountType = type.ToString(), Name = Name, Slug = Slug, Description = Description, EnvironmentIds = EnvironmentIds ?? [], TenantIds = TenantIds ?? [], TenantTags = TenantTags ?? [],
        TenantedDeploymentParticipation = TenantedDeploymentParticipation, RoleArn = RoleArn, SessionDuration = Element(SessionDuration), Region = Region,
        SubscriptionNumber = SubscriptionNumber, ClientId = ClientId, TenantId = TenantId, AzureEnvironment = AzureEnvironment,
        ResourceManagementEndpointBaseUri = ResourceManagementEndpointBaseUri, ActiveDirectoryEndpointBaseUri = ActiveDirectoryEndpointBaseUri,
        TokenLifetimeSeconds = Element(TokenLifetimeSeconds), ImpersonatedServiceAccount = ImpersonatedServiceAccount, Audience = Audience,
        DeploymentSubjectKeys = DeploymentSubjectKeys ?? [], HealthCheckSubjectKeys = HealthCheckSubjectKeys ?? [], AccountTestSubjectKeys = AccountTestSubjectKeys ?? [],
        CustomClaims = Claims(), AccessKey = AccessKey, Username = Username, SecretKey = NewSecret(SecretKey), Password = NewSecret(Password), Token = NewSecret(Token),
    };

    private Dictionary<string, JsonElement>? Claims()
    {
        try
        {
            return string.IsNullOrWhiteSpace(CustomClaims) ? null : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(CustomClaims, Json.Options);
        }
        catch (JsonException fault)
        {
            throw ApiException.BadRequest($"CustomClaims must be a JSON object such as {{ \"team\": \"web\" }}; at line {fault.LineNumber + 1} it is not JSON.");
        }
    }

    private static JsonElement? Element(string? text) => string.IsNullOrWhiteSpace(text) ? null : JsonSerializer.SerializeToElement(text.Trim());

    private static JsonElement? NewSecret(string? value) => string.IsNullOrEmpty(value) ? null : JsonSerializer.SerializeToElement(new { HasValue = true, NewValue = value });
}
