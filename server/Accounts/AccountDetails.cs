using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.Accounts;

/// <summary>What an account of one kind has beside what all have.</summary>
public abstract record AccountDetails
{
    public static AccountDetails Read(AccountType type, string details, string secrets) => type switch
    {
        AccountType.AmazonWebServicesOidcAccount => Of<AwsOidcDetails>(details),
        AccountType.AzureOidc => Of<AzureOidcDetails>(details),
        AccountType.GoogleCloudOidcAccount => Of<GoogleOidcDetails>(details),
        AccountType.GenericOidcAccount => Of<GenericOidcDetails>(details),
        _ => new SecretDetails { Values = Of<Dictionary<string, string>>(details), Sealed = Of<Dictionary<string, byte[]>>(secrets) },
    };

    /// <summary>As the row holds it; the secrets stand in a column of their own.</summary>
    public static (string Details, string Secrets) Write(AccountDetails details) => details switch
    {
        AwsOidcDetails aws => (Text(aws), "{}"),
        AzureOidcDetails azure => (Text(azure), "{}"),
        GoogleOidcDetails google => (Text(google), "{}"),
        GenericOidcDetails generic => (Text(generic), "{}"),
        SecretDetails secret => (Text(secret.Values), Text(secret.Sealed)),
        _ => throw new InvalidOperationException($"{details.GetType().Name} is not kept."),
    };

    private static T Of<T>(string json) => JsonSerializer.Deserialize<T>(json, Json.Options)!;

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, Json.Options);
}

/// <summary>Logs in with an ID token that we sign: no secret.</summary>
public abstract record OidcDetails : AccountDetails
{
    /// <summary>Null: the issuer's host name (AWS).</summary>
    public string? Audience { get; init; }

    /// <summary>Empty in this and the next two: the use's own (<see cref="DeploymentSubject.Default"/>).</summary>
    public string[] DeploymentSubjectKeys { get; init; } = [];
    public string[] HealthCheckSubjectKeys { get; init; } = [];
    public string[] AccountTestSubjectKeys { get; init; } = [];

    /// <summary>Texts may hold <c>#{…}</c>; a text that is a JSON object or array goes into the token as that.</summary>
    public Dictionary<string, JsonElement> CustomClaims { get; init; } = [];

    public IReadOnlyList<string> KeysFor(SubjectUse use)
    {
        var keys = use switch
        {
            SubjectUse.Deployment or SubjectUse.Runbook => DeploymentSubjectKeys,
            SubjectUse.HealthCheck => HealthCheckSubjectKeys,
            SubjectUse.AccountTest => AccountTestSubjectKeys,
            _ => [],
        };
        return keys.Length > 0 ? keys : DeploymentSubject.Default(use);
    }
}

public sealed record AwsOidcDetails : OidcDetails
{
    public required string RoleArn { get; init; }

    /// <summary>In seconds, of the role's session.</summary>
    public int SessionDuration { get; init; } = 3600;
    public string? Region { get; init; }
}

public sealed record AzureOidcDetails : OidcDetails
{
    public required string SubscriptionNumber { get; init; }
    public required string ClientId { get; init; }
    public required string TenantId { get; init; }
    public string AzureEnvironment { get; init; } = AzureClouds.Public;

    /// <summary>Null in this and the next: the environment's.</summary>
    public string? ResourceManagementEndpointBaseUri { get; init; }
    public string? ActiveDirectoryEndpointBaseUri { get; init; }

    /// <summary>Without a slash at its end, as the next.</summary>
    [JsonIgnore]
    public string Authority => (ActiveDirectoryEndpointBaseUri ?? AzureClouds.Of(AzureEnvironment).ActiveDirectory).TrimEnd('/');

    [JsonIgnore]
    public string ResourceManagement => (ResourceManagementEndpointBaseUri ?? AzureClouds.Of(AzureEnvironment).ResourceManagement).TrimEnd('/');
}

public sealed record GoogleOidcDetails : OidcDetails
{
    /// <summary>Of the access token that Google gives for it; the ID token itself is as short as any.</summary>
    public int TokenLifetimeSeconds { get; init; } = 3600;

    /// <summary>The e-mail address of a service account. Null: what is called accepts the federated identity itself.</summary>
    public string? ImpersonatedServiceAccount { get; init; }
}

public sealed record GenericOidcDetails : OidcDetails;

/// <summary>Names and values that may be read, and secrets by name, which only <see cref="AccountSecrets"/> opens.</summary>
public sealed record SecretDetails : AccountDetails
{
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, byte[]> Sealed { get; init; } = new Dictionary<string, byte[]>();
}

/// <summary>Azure's clouds, by the names that clients send, and their public endpoints.</summary>
public static class AzureClouds
{
    public const string Public = "AzureCloud";

    public static IReadOnlyDictionary<string, AzureCloud> All { get; } = new Dictionary<string, AzureCloud>
    {
        [Public] = new("https://login.microsoftonline.com", "https://management.azure.com", "api://AzureADTokenExchange"),
        ["AzureUSGovernment"] = new("https://login.microsoftonline.us", "https://management.usgovcloudapi.net", "api://AzureADTokenExchangeUSGov"),
        ["AzureChinaCloud"] = new("https://login.partner.microsoftonline.cn", "https://management.chinacloudapi.cn", "api://AzureADTokenExchangeChina"),
    };

    public static AzureCloud Of(string name) => All.GetValueOrDefault(name) ?? All[Public];
}

/// <param name="Audience">That its federated credentials expect.</param>
public sealed record AzureCloud(string ActiveDirectory, string ResourceManagement, string Audience);
