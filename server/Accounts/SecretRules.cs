using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.Accounts;

/// <summary>Makes the details of an account that holds a secret, sealing what is new, or says everything that is wrong with them.</summary>
public static class SecretRules
{
    private static readonly Dictionary<string, Func<AccountInput, JsonElement?>> Secrets = new()
    {
        ["SecretKey"] = sent => sent.SecretKey,
        ["Password"] = sent => sent.Password,
        ["Token"] = sent => sent.Token,
    };

    public static IReadOnlyList<string> SecretsOf(AccountType type) => type switch
    {
        AccountType.AmazonWebServicesAccount => ["SecretKey"],
        AccountType.AzureServicePrincipal or AccountType.UsernamePassword => ["Password"],
        AccountType.Token => ["Token"],
        _ => [],
    };

    /// <param name="seal">Of the name and the value of a new secret.</param>
    public static SecretDetails Read(AccountType type, AccountFields fields, IReadOnlyDictionary<string, byte[]> present, Func<string, string, byte[]> seal)
    {
        var stored = new Dictionary<string, byte[]>(present);
        foreach (var name in SecretsOf(type))
        {
            var (value, cleared) = fields.Secret(name, Secrets[name]);
            if (value is not null)
            {
                stored[name] = seal(name, value);
            }
            else if (cleared)
            {
                stored.Remove(name);
            }
            // A user may have no password.
            fields.Validation.Check(type == AccountType.UsernamePassword || stored.ContainsKey(name), $"{name} is required: send it as {{ \"HasValue\": true, \"NewValue\": \"…\" }}.");
        }
        return new SecretDetails { Values = Values(type, fields), Sealed = stored };
    }

    private static Dictionary<string, string> Values(AccountType type, AccountFields fields)
    {
        var values = new Dictionary<string, string?>();
        switch (type)
        {
            case AccountType.AmazonWebServicesAccount:
                values[nameof(AccountInput.AccessKey)] = fields.Required(nameof(AccountInput.AccessKey), sent => sent.AccessKey, 200);
                values[nameof(AccountInput.Region)] = fields.Text(nameof(AccountInput.Region), sent => sent.Region, 60);
                break;
            case AccountType.AzureServicePrincipal:
                var azure = AzureFields.Read(fields);
                values[nameof(azure.SubscriptionNumber)] = azure.SubscriptionNumber;
                values[nameof(azure.ClientId)] = azure.ClientId;
                values[nameof(azure.TenantId)] = azure.TenantId;
                values[nameof(azure.AzureEnvironment)] = azure.AzureEnvironment;
                values[nameof(azure.ResourceManagementEndpointBaseUri)] = azure.ResourceManagementEndpointBaseUri;
                values[nameof(azure.ActiveDirectoryEndpointBaseUri)] = azure.ActiveDirectoryEndpointBaseUri;
                break;
            case AccountType.UsernamePassword:
                values[nameof(AccountInput.Username)] = fields.Required(nameof(AccountInput.Username), sent => sent.Username, 500);
                break;
        }
        return values.Where(value => value.Value is not null).ToDictionary(value => value.Key, value => value.Value!);
    }
}
