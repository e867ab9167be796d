using System.Text.Json;
using System.Text.Json.Nodes;
using OctoLogin.Accounts;

namespace OctoLogin.AccountTokens;

/// <summary>What an administrator of a cloud enters there so that it trusts one subject: a document, and the commands for a POSIX shell that enter it. Pure.</summary>
/// <param name="Document">As the cloud's own page takes it; null: it has none.</param>
public sealed record TrustPolicy(string Cloud, JsonNode? Document, IReadOnlyList<string> Commands)
{
    private const string AwsTags = "https://aws.amazon.com/tags";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="name">Of what is entered, where the cloud wants one.</param>
    /// <param name="issuer">Without a slash at its end.</param>
    public static TrustPolicy Of(OidcDetails details, string name, string issuer, string audience, string subject) => details switch
    {
        AwsOidcDetails aws => Aws(aws, issuer, audience, subject),
        AzureOidcDetails azure => Azure(azure, name, issuer, audience, subject),
        GoogleOidcDetails google when GoogleProvider.Read(audience) is { } provider => Google(google, provider, issuer, audience, subject),
        _ => new("Any relying party", new JsonObject { ["issuer"] = issuer, ["audience"] = audience, ["subject"] = subject }, []),
    };

    private static TrustPolicy Aws(AwsOidcDetails details, string issuer, string audience, string subject)
    {
        // AWS knows a provider by its URL without the scheme; arn:aws:iam::123456789012:role/path/name.
        var (host, arn) = (issuer["https://".Length..], details.RoleArn.Split(':'));
        JsonNode action = details.CustomClaims.ContainsKey(AwsTags) ? new JsonArray("sts:AssumeRoleWithWebIdentity", "sts:TagSession") : "sts:AssumeRoleWithWebIdentity";
        var document = new JsonObject
        {
            ["Version"] = "2012-10-17",
            ["Statement"] = new JsonArray(new JsonObject
            {
                ["Effect"] = "Allow",
                ["Principal"] = new JsonObject { ["Federated"] = $"arn:{arn[1]}:iam::{arn[4]}:oidc-provider/{host}" },
                ["Action"] = action,
                ["Condition"] = new JsonObject { ["StringEquals"] = new JsonObject { [$"{host}:sub"] = subject, [$"{host}:aud"] = audience } },
            }),
        };
        return new("AWS", document,
        [
            $"aws iam create-open-id-connect-provider --url {ShellText.Quote(issuer)} --client-id-list {ShellText.Quote(audience)}",
            $"aws iam update-assume-role-policy --role-name {ShellText.Quote(details.RoleArn.Split('/')[^1])} --policy-document {Json(document)}",
        ]);
    }

    private static TrustPolicy Azure(AzureOidcDetails details, string name, string issuer, string audience, string subject)
    {
        var document = new JsonObject { ["name"] = name, ["issuer"] = issuer, ["subject"] = subject, ["audiences"] = new JsonArray(audience) };
        return new("Azure", document, [$"az ad app federated-credential create --id {ShellText.Quote(details.ClientId)} --parameters {Json(document)}"]);
    }

    private static TrustPolicy Google(GoogleOidcDetails details, GoogleProvider provider, string issuer, string audience, string subject)
    {
        var (project, pool) = (ShellText.Quote(provider.ProjectNumber), ShellText.Quote(provider.Pool));
        var member = ShellText.Quote($"principal://iam.googleapis.com/projects/{provider.ProjectNumber}/locations/global/workloadIdentityPools/{provider.Pool}/subject/{subject}");
        return new("Google Cloud", null,
        [
            $"gcloud iam workload-identity-pools create {pool} --project={project} --location='global'",
            $"gcloud iam workload-identity-pools providers create-oidc {ShellText.Quote(provider.Provider)} --project={project} --location='global' --workload-identity-pool={pool} "
                + $"--issuer-uri={ShellText.Quote(issuer)} --allowed-audiences={ShellText.Quote(audience)} --attribute-mapping='google.subject=assertion.sub'",
            details.ImpersonatedServiceAccount is { } impersonated
                ? $"gcloud iam service-accounts add-iam-policy-binding {ShellText.Quote(impersonated)} --role='roles/iam.workloadIdentityUser' --member={member}"
                : $"gcloud projects add-iam-policy-binding {project} --role='roles/CHOOSE-A-ROLE' --member={member}",
        ]);
    }

    private static string Json(JsonObject document) => ShellText.Quote(document.ToJsonString(Plain));
}
