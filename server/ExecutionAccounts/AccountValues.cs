using System.Globalization;
using OctoLogin.Accounts;

namespace OctoLogin.ExecutionAccounts;

/// <summary>What a script sees of an account, by Octopus's names: for a variable V it is <c>V.Name</c>. Pure.</summary>
public static class AccountValues
{
    public const string Jwt = "OpenIdConnect.Jwt";

    /// <param name="open">A secret of an old-style account by its name.</param>
    public static IEnumerable<AccountValue> Of(Account account, IdToken? token, Func<string, string?> open)
    {
        var values = account.Details switch
        {
            AwsOidcDetails aws => [("RoleArn", aws.RoleArn), ("SessionDuration", Text(aws.SessionDuration)), ("Region", aws.Region)],
            AzureOidcDetails azure => Azure(azure),
            GoogleOidcDetails google => [("TokenLifetimeSeconds", Text(google.TokenLifetimeSeconds)), ("ImpersonatedServiceAccount", google.ImpersonatedServiceAccount)],
            SecretDetails secret => Names(secret),
            _ => [],
        };
        return values.Where(value => !string.IsNullOrEmpty(value.Value)).Select(value => new AccountValue(value.Name, value.Value!, false))
            .Concat(token is null ? [] : [new AccountValue("Audience", token.Audience, false), new AccountValue(Jwt, token.Jwt, true)])
            .Concat(account.Details is SecretDetails { Sealed: var secrets }
                ? secrets.Keys.Select(name => (name, open(name))).Where(one => one.Item2 is not null).Select(one => new AccountValue(one.name, one.Item2!, true)) : []);
    }

    private static (string Name, string? Value)[] Azure(AzureOidcDetails azure) =>
    [
        ("SubscriptionNumber", azure.SubscriptionNumber), ("ClientId", azure.ClientId), ("Client", azure.ClientId), ("TenantId", azure.TenantId),
        ("AzureEnvironment", azure.AzureEnvironment), ("ResourceManagementEndpointBaseUri", azure.ResourceManagement), ("ActiveDirectoryEndpointBaseUri", azure.Authority),
    ];

    // What scripts know as Client has always been stored as ClientId.
    private static (string Name, string? Value)[] Names(SecretDetails secret) =>
        [.. secret.Values.Select(value => (value.Key, (string?)value.Value)), ("Client", secret.Values.GetValueOrDefault("ClientId"))];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

public sealed record AccountValue(string Name, string Value, bool IsSensitive);
