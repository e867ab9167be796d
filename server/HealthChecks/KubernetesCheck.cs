using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OctoLogin.Accounts;
using OctoLogin.CloudLogins;
using OctoLogin.Http;
using OctoLogin.Machines;

namespace OctoLogin.HealthChecks;

/// <summary>
/// Asks a Kubernetes cluster who it takes us for. Everybody who is known may ask that
/// (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#self-subject-review), where <c>/version</c> is told to strangers too.
/// </summary>
public sealed class KubernetesCheck(CloudNetwork network, AwsLogin aws, AzureLogin azure, GoogleLogin google, AksCluster aks, TimeProvider clock)
{
    public const string Style = "Kubernetes";

    private const string Cloud = "The cluster";
    private const string Anonymous = "system:anonymous";

    /// <summary>The same application in every tenant: the API servers of all clusters of Azure (https://learn.microsoft.com/azure/aks/kubelogin-authentication).</summary>
    private const string AzureClusters = "6dae42f8-4368-4678-94ff-3960e28e3630/.default";

    private const string Review = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    /// <summary>For clusters before 1.28, which answer the first with 404.</summary>
    private const string OlderReview = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    /// <summary>What was found, as a sentence.</summary>
    public async Task<string> CheckAsync(TargetLogin login, CancellationToken cancel)
    {
        var cluster = login.Account.Details is AzureOidcDetails app && MachineEndpoint.Part(login.Machine.Endpoint, "ClusterUrl") is null
            ? await aks.FindAsync(app, login, cancel) : Cluster.Of(login.Machine.Endpoint);
        var bearer = await BearerAsync(login, cancel);
        login.Mask.Add(bearer);
        if (cluster.SkipTlsVerification)
        {
            login.Log.Warning($"The certificate of {cluster.Url.Host} is not looked at (SkipTlsVerification): whoever stands in between gets the token.");
        }
        using var client = network.ClientFor(cluster.Authority, cluster.SkipTlsVerification);
        var (status, body) = await AskAsync(client, cluster.At(Review), """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""", bearer, cancel);
        if (status == HttpStatusCode.NotFound)
        {
            (status, body) = await AskAsync(client, cluster.At(OlderReview),
                """{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"nonResourceAttributes":{"path":"/version","verb":"get"}}}""", bearer, cancel);
        }
        if (status is not (HttpStatusCode.Created or HttpStatusCode.OK))
        {
            throw Refused(((int)status).ToString(CultureInfo.InvariantCulture), Text(body, "message") ?? "", login);
        }
        var user = Text(body, "status", "userInfo", "username");
        return user == Anonymous ? throw Refused("anonymous", $"It takes us for {Anonymous}", login)
            : user is null ? "The cluster knows the account." : $"The cluster knows the account as {Printable.Of(user)}.";
    }

    private async Task<string> BearerAsync(TargetLogin login, CancellationToken cancel)
    {
        switch (login.Account.Details)
        {
            case GenericOidcDetails:
                return login.Token.Jwt;
            case AzureOidcDetails app:
                return login.Hide(await azure.LoginAsync(app, AzureClusters, login.Token, cancel, login.Log.Warning)).Value;
            case GoogleOidcDetails details:
                return login.Hide(await google.LoginAsync(details, login.Token, cancel, login.Log.Warning)).Value;
            case AwsOidcDetails role:
                var name = login.Authentication("ClusterName");
                var session = await aws.LoginAsync(role, login.Token, $"octologin-health-{login.Machine.Slug}", cancel, login.Log.Warning);
                login.Mask.Add(session.SecretAccessKey);
                login.Mask.Add(session.SessionToken);
                return EksToken.Of(session, name, clock.GetUtcNow());
            default:
                throw new TargetFault($"Account '{login.Account.Name}' is of the type {login.Account.AccountType}, with which no cluster is logged in to.");
        }
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(HttpClient client, Uri uri, string question, string bearer, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new StringContent(question, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        try
        {
            using var response = await client.SendAsync(request, cancel);
            return (response.StatusCode, Json(await response.Content.ReadAsByteArrayAsync(cancel)));
        }
        catch (HttpRequestException refused) when (refused.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new TargetFault($"{refused.Message}. Put the certificate of the cluster's CA into ClusterCertificate.");
        }
        catch (HttpRequestException redirected) when (redirected.StatusCode is { } status && (int)status < 400)
        {
            throw new TargetFault($"{redirected.Message}. ClusterUrl must be that of the API server itself.");
        }
        catch (HttpRequestException unanswered)
        {
            throw new CloudOutage($"{Cloud} could not be asked: {unanswered.Message}.");
        }
    }

    private static CloudRefusal Refused(string code, string text, TargetLogin login) => new(Cloud, code, text, login.Token, login.Account.Details switch
    {
        AwsOidcDetails role => $"Give the role {Printable.Of(role.RoleArn)} an access entry in the cluster (aws eks create-access-entry), and look at ClusterName.",
        AzureOidcDetails => "The cluster must use Microsoft Entra for authentication; with Azure RBAC the application needs a role on it, such as Azure Kubernetes Service RBAC Reader.",
        GoogleOidcDetails => "Give the account's principal or service account the role roles/container.clusterViewer in the project, or one within the cluster.",
        _ => $"The API server must trust the issuer '{login.Token.Issuer}' for the audience '{login.Token.Audience}' (an AuthenticationConfiguration, or --oidc-issuer-url and --oidc-client-id), and its rules must let the subject through.",
    });

    /// <summary>What is no JSON says nothing.</summary>
    private static JsonElement Json(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(body);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static string? Text(JsonElement body, params string[] path)
    {
        foreach (var name in path)
        {
            body = body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var inner) ? inner : default;
        }
        return body.ValueKind == JsonValueKind.String ? body.GetString() : null;
    }
}
