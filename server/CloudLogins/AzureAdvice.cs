using OctoLogin.Accounts;

namespace OctoLogin.CloudLogins;

/// <summary>What to change when Azure refuses, by https://learn.microsoft.com/entra/identity-platform/reference-error-codes. Pure.</summary>
public static class AzureAdvice
{
    private const string Minutes = "A federated credential that was just made takes some minutes to work.";

    /// <summary>Also what Entra says of a credential that was made a moment ago.</summary>
    public static bool MayPass(string code) => code is "AADSTS70021" or "AADSTS700211" or "AADSTS700212" or "AADSTS700213" or "AADSTS7002138" or "AADSTS50166";

    public static string For(string code, IdToken token) => code switch
    {
        "AADSTS70021" => $"Add a federated credential to the application with exactly this issuer, subject and audience. {Minutes}",
        "AADSTS700211" => $"The application's federated credential must have the issuer '{token.Issuer}', exactly, without a slash at its end. {Minutes}",
        "AADSTS700212" => $"The application's federated credential must have the audience '{token.Audience}', exactly. {Minutes}",
        "AADSTS700213" or "AADSTS7002138" => $"The application's federated credential must have the subject '{token.Subject}', exactly, upper and lower case too. {Minutes}",
        "AADSTS700016" => "ClientId is not the application (client) ID of an application in that tenant.",
        "AADSTS90002" or "AADSTS900023" => "TenantId is not a tenant of that Azure cloud.",
        "AADSTS700024" => "The token was too old or too new when Entra saw it: set this server's clock.",
        "AADSTS50013" or "AADSTS700027" => $"Entra must be able to read the keys at {token.Issuer}/.well-known/jwks; after keys were changed at once, it needs some minutes.",
        "AADSTS50166" => $"Entra could not read {token.Issuer}/.well-known/openid-configuration: it must answer from the public internet, over https, without a redirect.",
        "AADSTS500011" or "AADSTS1002012" or "AADSTS70011" => "The resource is not one of that Azure cloud: look at ResourceManagementEndpointBaseUri and AzureEnvironment.",
        "AADSTS53003" or "AADSTS7000112" => "The application is disabled or kept out by a conditional access policy.",
        _ => "See docs/clouds.md.",
    };

    public static string ForSubscription(string code, AzureOidcDetails app) => code switch
    {
        "AuthorizationFailed" => $"Give the application a role (Reader is enough for this test) on the subscription {app.SubscriptionNumber}; a new role assignment takes some minutes to work.",
        "SubscriptionNotFound" or "InvalidSubscriptionId" => "SubscriptionNumber is not a subscription that the application's tenant has; without any role on it the application does not see it either.",
        "InvalidAuthenticationToken" => "ResourceManagementEndpointBaseUri is not of the cloud that ActiveDirectoryEndpointBaseUri is of.",
        _ => "See docs/clouds.md.",
    };
}
