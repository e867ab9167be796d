using System.Text.RegularExpressions;
using OctoLogin.Http;

namespace OctoLogin.Accounts;

/// <summary>Makes the details of an account that logs in with an ID token, or says everything that is wrong with them. Pure.</summary>
public static partial class OidcRules
{
    private const string DefaultAudience = "api://default";

    public static OidcDetails Read(AccountType type, AccountFields fields)
    {
        OidcDetails details = type switch
        {
            AccountType.AmazonWebServicesOidcAccount => Aws(fields),
            AccountType.AzureOidc => Azure(fields),
            AccountType.GoogleCloudOidcAccount => Google(fields),
            _ => new GenericOidcDetails { Audience = Audience(fields) ?? DefaultAudience },
        };
        return details with
        {
            DeploymentSubjectKeys = Keys(fields, nameof(OidcDetails.DeploymentSubjectKeys), SubjectUse.Deployment, sent => sent.DeploymentSubjectKeys),
            HealthCheckSubjectKeys = Keys(fields, nameof(OidcDetails.HealthCheckSubjectKeys), SubjectUse.HealthCheck, sent => sent.HealthCheckSubjectKeys),
            AccountTestSubjectKeys = Keys(fields, nameof(OidcDetails.AccountTestSubjectKeys), SubjectUse.AccountTest, sent => sent.AccountTestSubjectKeys),
            CustomClaims = CustomClaims.Check(fields.Of(sent => sent.CustomClaims) ?? [], fields.Validation),
        };
    }

    private static AwsOidcDetails Aws(AccountFields fields)
    {
        var (role, region) = (fields.Required("RoleArn", sent => sent.RoleArn), fields.Text("Region", sent => sent.Region, 60));
        fields.Validation.Check(role.Length == 0 || RoleArn().IsMatch(role),
            $"RoleArn must be the ARN of an IAM role, such as arn:aws:iam::123456789012:role/deploy, not '{Printable.Of(role)}'.");
        fields.Validation.Check(region is null || Region().IsMatch(region), $"Region must be an AWS region, such as eu-central-1, not '{Printable.Of(region)}'.");
        return new AwsOidcDetails
        {
            RoleArn = role,
            Region = region,
            SessionDuration = fields.Seconds("SessionDuration", sent => sent.SessionDuration, 900, 43200, 3600),
            Audience = Audience(fields),
        };
    }

    private static AzureOidcDetails Azure(AccountFields fields)
    {
        var azure = AzureFields.Read(fields);
        return new AzureOidcDetails
        {
            SubscriptionNumber = azure.SubscriptionNumber,
            ClientId = azure.ClientId,
            TenantId = azure.TenantId,
            AzureEnvironment = azure.AzureEnvironment,
            ResourceManagementEndpointBaseUri = azure.ResourceManagementEndpointBaseUri,
            ActiveDirectoryEndpointBaseUri = azure.ActiveDirectoryEndpointBaseUri,
            Audience = Audience(fields) ?? AzureClouds.Of(azure.AzureEnvironment).Audience,
        };
    }

    private static GoogleOidcDetails Google(AccountFields fields)
    {
        var audience = fields.Required("Audience", sent => sent.Audience);
        fields.Validation.Check(audience.Length == 0 || GoogleProvider.Read(audience) is not null,
            "Audience must be https://iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER, with the project's number and not its Id "
                + $"(gcloud projects describe PROJECT --format='value(projectNumber)'), not '{Printable.Of(audience)}'.");
        var impersonated = fields.Text("ImpersonatedServiceAccount", sent => sent.ImpersonatedServiceAccount);
        fields.Validation.Check(impersonated is null || ServiceAccount().IsMatch(impersonated),
            $"ImpersonatedServiceAccount must be the e-mail address of a Google service account, such as deploy@project.iam.gserviceaccount.com, not '{Printable.Of(impersonated)}'.");
        return new GoogleOidcDetails
        {
            Audience = audience,
            ImpersonatedServiceAccount = impersonated,
            TokenLifetimeSeconds = fields.Seconds("TokenLifetimeSeconds", sent => sent.TokenLifetimeSeconds, 600, 43200, 3600),
        };
    }

    /// <summary>Entra takes at most 600 characters.</summary>
    private static string? Audience(AccountFields fields)
    {
        var audience = fields.Text("Audience", sent => sent.Audience, 600);
        fields.Validation.Check(audience is null || audience.All(c => c is > ' ' and <= '~'), $"Audience may hold only printable ASCII without spaces: '{Printable.Of(audience)}'.");
        return audience;
    }

    /// <summary>As they were sent: their order in a subject is always the same.</summary>
    private static string[] Keys(AccountFields fields, string property, SubjectUse use, Func<AccountInput, string?[]?> of)
    {
        string[] keys = [.. (fields.Of(of) ?? []).Select(key => key?.Trim() ?? "")];
        fields.Validation.Fault(DeploymentSubject.KeysFault(property, use, keys));
        return keys;
    }

    [GeneratedRegex(@"\Aarn:aws(-[a-z]+)*:iam::[0-9]{12}:role/([\x21-\x7e]{1,510}/)?[A-Za-z0-9_+=,.@-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RoleArn();

    [GeneratedRegex(@"\A[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Region();

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+gserviceaccount\.com\z", RegexOptions.CultureInvariant)]
    private static partial Regex ServiceAccount();
}

/// <summary>Where Google finds out whom it trusts, as the audience names it.</summary>
public sealed partial record GoogleProvider(string ProjectNumber, string Pool, string Provider)
{
    public static GoogleProvider? Read(string audience) => Form().Match(audience) is { Success: true } match
        ? new(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value)
        : null;

    /// <summary>Pools and providers: 4 to 32 of a-z, 0-9 and '-'.</summary>
    [GeneratedRegex(@"\Ahttps://iam\.googleapis\.com/projects/([0-9]{1,20})/locations/global/workloadIdentityPools/([a-z0-9-]{4,32})/providers/([a-z0-9-]{4,32})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
