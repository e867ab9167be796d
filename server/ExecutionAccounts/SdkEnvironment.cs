using OctoLogin.Accounts;

namespace OctoLogin.ExecutionAccounts;

/// <summary>The environment variables by which SDKs and command lines find whom to log in as. Pure.</summary>
public static class SdkEnvironment
{
    /// <param name="tokenFile">Where the ID token is; not looked at for an account with a secret.</param>
    /// <param name="settingsFile">Where Google's settings are (<see cref="GoogleSettings"/>).</param>
    /// <param name="session">What the cloud's own log shows.</param>
    /// <param name="value">A variable or property of the action.</param>
    /// <param name="open">A secret of an old-style account by its name.</param>
    public static Dictionary<string, string> Of(
        Account account, string tokenFile, string settingsFile, string session, Func<string, string?> value, Func<string, string?> open)
    {
        var all = account.Details switch
        {
            AwsOidcDetails aws =>
            [
                ("AWS_ROLE_ARN", aws.RoleArn), ("AWS_WEB_IDENTITY_TOKEN_FILE", tokenFile), ("AWS_ROLE_SESSION_NAME", session), .. AwsRegion(aws.Region, value),
            ],
            AzureOidcDetails azure => Azure(azure, tokenFile),
            GoogleOidcDetails =>
            [
                ("GOOGLE_APPLICATION_CREDENTIALS", settingsFile), ("CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE", settingsFile), .. Google(value),
            ],
            SecretDetails secret => Secret(account.AccountType, secret, value, open),
            _ => [],
        };
        return all.Where(one => !string.IsNullOrEmpty(one.Value)).ToDictionary(one => one.Name, one => one.Value!);
    }

    // The second name is what older tools know.
    private static (string Name, string? Value)[] AwsRegion(string? account, Func<string, string?> value)
    {
        var region = value("Octopus.Action.Aws.Region")?.Trim() is { Length: > 0 } own ? own : account;
        return [("AWS_REGION", region), ("AWS_DEFAULT_REGION", region)];
    }

    // ARM_… is what Terraform reads.
    private static (string Name, string? Value)[] Azure(AzureOidcDetails azure, string tokenFile) =>
    [
        ("AZURE_FEDERATED_TOKEN_FILE", tokenFile), ("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN_FILE_PATH", tokenFile),
        .. AzureIds(azure.ClientId, azure.TenantId, azure.SubscriptionNumber, azure.AzureEnvironment, azure.Authority),
    ];

    private static (string Name, string? Value)[] AzureIds(string? client, string? tenant, string? subscription, string? cloud, string? authority) =>
    [
        ("AZURE_AUTHORITY_HOST", (authority ?? AzureClouds.Of(cloud ?? AzureClouds.Public).ActiveDirectory).TrimEnd('/') + "/"), ("ARM_ENVIRONMENT", ArmEnvironment(cloud)),
        ("AZURE_CLIENT_ID", client), ("AZURE_TENANT_ID", tenant), ("AZURE_SUBSCRIPTION_ID", subscription),
        ("ARM_CLIENT_ID", client), ("ARM_TENANT_ID", tenant), ("ARM_SUBSCRIPTION_ID", subscription),
    ];

    private static string? ArmEnvironment(string? azureEnvironment) => azureEnvironment switch
    {
        "AzureUSGovernment" => "usgovernment",
        "AzureChinaCloud" => "china",
        _ => null,
    };

    private static (string Name, string? Value)[] Google(Func<string, string?> value)
    {
        var project = value("Octopus.Action.GoogleCloud.Project")?.Trim();
        return
        [
            ("CLOUDSDK_CORE_PROJECT", project), ("GOOGLE_CLOUD_PROJECT", project),
            ("CLOUDSDK_COMPUTE_REGION", value("Octopus.Action.GoogleCloud.Region")?.Trim()), ("CLOUDSDK_COMPUTE_ZONE", value("Octopus.Action.GoogleCloud.Zone")?.Trim()),
        ];
    }

    private static (string Name, string? Value)[] Secret(AccountType type, SecretDetails secret, Func<string, string?> value, Func<string, string?> open)
    {
        string? Value(string name) => secret.Values.GetValueOrDefault(name);
        return type switch
        {
            AccountType.AmazonWebServicesAccount => [("AWS_ACCESS_KEY_ID", Value("AccessKey")), ("AWS_SECRET_ACCESS_KEY", open("SecretKey")), .. AwsRegion(Value("Region"), value)],
            AccountType.AzureServicePrincipal =>
            [
                .. AzureIds(Value("ClientId"), Value("TenantId"), Value("SubscriptionNumber"), Value("AzureEnvironment"), Value("ActiveDirectoryEndpointBaseUri")),
                ("AZURE_CLIENT_SECRET", open("Password")), ("ARM_CLIENT_SECRET", open("Password")),
            ],
            _ => [],
        };
    }
}
