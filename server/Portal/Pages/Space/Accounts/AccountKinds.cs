using OctoLogin.Accounts;

namespace OctoLogin.Portal.Pages.Space.Accounts;

/// <summary>The kinds of accounts in words.</summary>
public static class AccountKinds
{
    public static IReadOnlyList<AccountKind> All { get; } =
    [
        new(AccountType.AmazonWebServicesOidcAccount, "AWS", "Assumes an IAM role with an ID token of this server.", true),
        new(AccountType.AzureOidc, "Azure", "Logs in as an app registration of Entra ID by a federated credential.", true),
        new(AccountType.GoogleCloudOidcAccount, "Google Cloud", "Logs in through a workload identity pool, as a service account where one is named.", true),
        new(AccountType.GenericOidcAccount, "Generic OpenID Connect", "Gives steps an ID token for anything else that trusts this server's issuer.", true),
        new(AccountType.AmazonWebServicesAccount, "AWS with a secret key", "An access key and its secret.", false),
        new(AccountType.AzureServicePrincipal, "Azure with a password", "An app registration with a client secret.", false),
        new(AccountType.Token, "Token", "A secret token.", false),
        new(AccountType.UsernamePassword, "Username and password", "For what knows nothing better.", false),
    ];

    public static AccountKind Of(AccountType type) => All.Single(kind => kind.Type == type);

    public static AccountKind? Find(string? type) => All.FirstOrDefault(kind => kind.Type.ToString().Equals(type, StringComparison.OrdinalIgnoreCase));
}

/// <param name="IsKeyless">Logs in with an ID token and holds no secret.</param>
public sealed record AccountKind(AccountType Type, string Name, string Description, bool IsKeyless);
