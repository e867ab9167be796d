using System.Text.Json;
using OctoLogin.Accounts;
using OctoLogin.ExecutionAccounts;
using OctoLogin.Projects;

namespace OctoLogin.Tests.ExecutionAccounts;

/// <summary>What SDKs read by themselves, for each kind of account.</summary>
public sealed class SdkEnvironmentTests
{
    [Fact]
    public void An_AWS_account_gives_what_the_web_identity_provider_reads()
    {
        var aws = new AwsOidcDetails { RoleArn = "arn:aws:iam::123456789012:role/deploy", SessionDuration = 900, Region = "eu-central-1" };
        Of(AccountType.AmazonWebServicesOidcAccount, aws).ShouldBe(
        [
            "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/deploy", "AWS_WEB_IDENTITY_TOKEN_FILE=/s/token", "AWS_ROLE_SESSION_NAME=Deployments-7",
            "AWS_REGION=eu-central-1", "AWS_DEFAULT_REGION=eu-central-1",
        ]);
        Of(AccountType.AmazonWebServicesOidcAccount, aws, ("Octopus.Action.Aws.Region", " us-east-2 ")).ShouldContain("AWS_REGION=us-east-2", "the step's own region counts");
        Of(AccountType.AmazonWebServicesOidcAccount, aws with { Region = null }).ShouldNotContain(line => line.Contains("REGION"));
    }

    [Fact]
    public void An_Azure_account_gives_what_workload_identity_and_Terraform_read()
    {
        var azure = new AzureOidcDetails { SubscriptionNumber = "sub-1", ClientId = "client-1", TenantId = "tenant-1" };
        Of(AccountType.AzureOidc, azure).ShouldBe(
        [
            "AZURE_FEDERATED_TOKEN_FILE=/s/token", "ARM_USE_OIDC=true", "ARM_OIDC_TOKEN_FILE_PATH=/s/token", "AZURE_AUTHORITY_HOST=https://login.microsoftonline.com/",
            "AZURE_CLIENT_ID=client-1", "AZURE_TENANT_ID=tenant-1", "AZURE_SUBSCRIPTION_ID=sub-1", "ARM_CLIENT_ID=client-1", "ARM_TENANT_ID=tenant-1", "ARM_SUBSCRIPTION_ID=sub-1",
        ]);
        Of(AccountType.AzureOidc, azure with { AzureEnvironment = "AzureUSGovernment" }).ShouldContain("AZURE_AUTHORITY_HOST=https://login.microsoftonline.us/");
        Of(AccountType.AzureOidc, azure with { AzureEnvironment = "AzureUSGovernment" }).ShouldContain("ARM_ENVIRONMENT=usgovernment");
        Of(AccountType.AzureOidc, azure with { ActiveDirectoryEndpointBaseUri = "https://login.example/" }).ShouldContain("AZURE_AUTHORITY_HOST=https://login.example/");
    }

    [Fact]
    public void A_Google_account_gives_the_settings_file_and_what_the_step_says_of_the_project() =>
        Of(AccountType.GoogleCloudOidcAccount, new GoogleOidcDetails(), ("Octopus.Action.GoogleCloud.Project", "shop"), ("Octopus.Action.GoogleCloud.Region", "europe-west3"), ("Octopus.Action.GoogleCloud.Zone", "europe-west3-a")).ShouldBe(
        [
            "GOOGLE_APPLICATION_CREDENTIALS=/s/settings", "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE=/s/settings", "CLOUDSDK_CORE_PROJECT=shop", "GOOGLE_CLOUD_PROJECT=shop",
            "CLOUDSDK_COMPUTE_REGION=europe-west3", "CLOUDSDK_COMPUTE_ZONE=europe-west3-a",
        ]);

    [Fact]
    public void Old_accounts_give_their_secrets()
    {
        var aws = new SecretDetails { Values = new Dictionary<string, string> { ["AccessKey"] = "AKIA1" } };
        Of(AccountType.AmazonWebServicesAccount, aws).ShouldBe(["AWS_ACCESS_KEY_ID=AKIA1", "AWS_SECRET_ACCESS_KEY=the SecretKey"]);
        var azure = new SecretDetails { Values = new Dictionary<string, string> { ["ClientId"] = "c", ["TenantId"] = "t", ["SubscriptionNumber"] = "s" } };
        Of(AccountType.AzureServicePrincipal, azure).ShouldBe(
        [
            "AZURE_AUTHORITY_HOST=https://login.microsoftonline.com/", "AZURE_CLIENT_ID=c", "AZURE_TENANT_ID=t", "AZURE_SUBSCRIPTION_ID=s", "ARM_CLIENT_ID=c", "ARM_TENANT_ID=t", "ARM_SUBSCRIPTION_ID=s",
            "AZURE_CLIENT_SECRET=the Password", "ARM_CLIENT_SECRET=the Password",
        ]);
    }

    [Theory]
    [InlineData(AccountType.GenericOidcAccount)]
    [InlineData(AccountType.Token)]
    [InlineData(AccountType.UsernamePassword)]
    public void Other_accounts_give_none(AccountType type) =>
        Of(type, type == AccountType.GenericOidcAccount ? new GenericOidcDetails { Audience = "tool" } : new SecretDetails { Values = new Dictionary<string, string> { ["Username"] = "me" } }).ShouldBeEmpty();

    [Fact]
    public void Google_finds_the_token_the_exchange_and_the_service_account()
    {
        const string provider = "//iam.googleapis.com/projects/1234/locations/global/workloadIdentityPools/pool/providers/octologin";
        var file = Read(new GoogleOidcDetails { ImpersonatedServiceAccount = "deploy@shop.iam.gserviceaccount.com", TokenLifetimeSeconds = 7200 }, "https:" + provider);
        file.GetRawText().ShouldBe(JsonSerializer.Serialize(new
        {
            type = "external_account", audience = provider, subject_token_type = "urn:ietf:params:oauth:token-type:jwt", token_url = "https://sts.googleapis.com/v1/token",
            credential_source = new { file = "/s/token", format = new { type = "text" } },
            service_account_impersonation_url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/deploy@shop.iam.gserviceaccount.com:generateAccessToken",
            service_account_impersonation = new { token_lifetime_seconds = 7200 },
        }, Indented));
        var sovereign = Read(new GoogleOidcDetails(), provider, "apis-berlin-build0.goog");
        (sovereign.GetProperty("token_url").GetString(), sovereign.GetProperty("universe_domain").GetString()).ShouldBe(("https://sts.apis-berlin-build0.goog/v1/token", "apis-berlin-build0.goog"));
        Read(new GoogleOidcDetails(), provider).EnumerateObject().Select(property => property.Name).ShouldBe(["type", "audience", "subject_token_type", "token_url", "credential_source"]);
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static JsonElement Read(GoogleOidcDetails google, string audience, string universe = "googleapis.com") =>
        JsonDocument.Parse(GoogleSettings.Of(google, audience, "/s/token", universe)).RootElement;

    private static string[] Of(AccountType type, AccountDetails details, params (string Name, string Value)[] values)
    {
        var (json, secrets) = AccountDetails.Write(details);
        var account = new Account
        {
            Id = "Accounts-1", SpaceId = "Spaces-1", Name = "A", Slug = "a", AccountType = type, TenantedDeploymentParticipation = TenantedDeploymentMode.Untenanted,
            DetailsJson = json, SecretsJson = secrets,
        };
        var given = values.ToDictionary(value => value.Name, value => value.Value);
        return [.. SdkEnvironment.Of(account, "/s/token", "/s/settings", "Deployments-7", given.GetValueOrDefault, name => $"the {name}").Select(one => $"{one.Key}={one.Value}")];
    }
}
