using OctoLogin.Http;

namespace OctoLogin.Accounts;

/// <summary>What every kind of Azure account has. Pure.</summary>
public sealed record AzureFields(
    string SubscriptionNumber, string ClientId, string TenantId, string AzureEnvironment, string? ResourceManagementEndpointBaseUri, string? ActiveDirectoryEndpointBaseUri)
{
    public static AzureFields Read(AccountFields fields)
    {
        var environment = fields.Text(nameof(AzureEnvironment), sent => sent.AzureEnvironment) ?? AzureClouds.Public;
        fields.Validation.Check(AzureClouds.All.ContainsKey(environment),
            $"AzureEnvironment must be {string.Join(", ", AzureClouds.All.Keys)}, not '{Printable.Of(environment)}'.");
        return new(
            Id(fields, nameof(SubscriptionNumber), sent => sent.SubscriptionNumber, "the subscription's Id"),
            Id(fields, nameof(ClientId), sent => sent.ClientId, "the Application (client) Id"),
            Id(fields, nameof(TenantId), sent => sent.TenantId, "the Directory (tenant) Id"),
            environment,
            Https(fields, nameof(ResourceManagementEndpointBaseUri), sent => sent.ResourceManagementEndpointBaseUri),
            Https(fields, nameof(ActiveDirectoryEndpointBaseUri), sent => sent.ActiveDirectoryEndpointBaseUri));
    }

    private static string Id(AccountFields fields, string property, Func<AccountInput, string?> of, string what)
    {
        var text = fields.Required(property, of);
        fields.Validation.Check(text.Length == 0 || Guid.TryParseExact(text, "D", out _),
            $"{property} must be {what}, such as 11111111-2222-3333-4444-555555555555, not '{Printable.Of(text)}'.");
        return text;
    }

    private static string? Https(AccountFields fields, string property, Func<AccountInput, string?> of)
    {
        var text = fields.Text(property, of);
        fields.Validation.Check(
            text is null || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.Host.Length > 0 && uri.Query.Length + uri.Fragment.Length + uri.UserInfo.Length == 0),
            $"{property} must be an https URL without query, fragment or user, not '{Printable.Of(text)}'.");
        return text;
    }
}
