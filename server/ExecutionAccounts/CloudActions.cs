using OctoLogin.Accounts;

namespace OctoLogin.ExecutionAccounts;

/// <summary>A cloud whose SDKs find by themselves whom to log in as, when the environment says it.</summary>
public enum Cloud
{
    Aws,
    Azure,
    Google,
}

/// <summary>How actions name the account that a script logs in to a cloud with, as Octopus's clients send it. Pure.</summary>
/// <param name="ActionType">The action that is always bound to an account of the cloud.</param>
/// <param name="Property">Names the account: an account variable, or the account's Id or slug.</param>
/// <param name="NotHere">Properties that ask for what this server does not do, and what to do instead.</param>
public sealed record CloudAction(Cloud Cloud, string Name, string ActionType, string Property, IReadOnlyDictionary<string, string> NotHere)
{
    public static IReadOnlyList<CloudAction> All { get; } =
    [
        new(Cloud.Aws, "AWS", "Octopus.AwsRunScript", "Octopus.Action.AwsAccount.Variable", new Dictionary<string, string>
        {
            ["Octopus.Action.AwsAccount.UseInstanceRole"] = "name an account by Octopus.Action.AwsAccount.Variable",
            ["Octopus.Action.Aws.AssumeRole"] = "let the account's own role be the one that is needed, or call aws sts assume-role in the script",
        }),
        new(Cloud.Azure, "Azure", "Octopus.AzurePowerShell", "Octopus.Action.Azure.AccountId", new Dictionary<string, string>()),
        new(Cloud.Google, "Google Cloud", "Octopus.GoogleCloudScripting", "Octopus.Action.GoogleCloudAccount.Variable", new Dictionary<string, string>
        {
            ["Octopus.Action.GoogleCloud.UseVMServiceAccount"] = "name an account by Octopus.Action.GoogleCloudAccount.Variable",
            ["Octopus.Action.GoogleCloud.ImpersonateServiceAccount"] = "name the service account in the account itself",
        }),
    ];

    /// <summary>Null: the type is bound to no cloud.</summary>
    public static CloudAction? Of(string actionType) => All.FirstOrDefault(cloud => cloud.ActionType.Equals(actionType, StringComparison.OrdinalIgnoreCase));

    public static CloudAction Of(Cloud cloud) => All.First(one => one.Cloud == cloud);

    /// <summary>Null: one whose SDK would not know what to do with it.</summary>
    public static Cloud? Of(AccountType type) => type switch
    {
        AccountType.AmazonWebServicesOidcAccount or AccountType.AmazonWebServicesAccount => Cloud.Aws,
        AccountType.AzureOidc or AccountType.AzureServicePrincipal => Cloud.Azure,
        AccountType.GoogleCloudOidcAccount => Cloud.Google,
        _ => null,
    };
}
