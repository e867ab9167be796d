using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;
using static OctoLogin.Tests.HealthChecks.HealthStage;

namespace OctoLogin.Tests.HealthChecks;

/// <summary>What a check finds at clusters and web apps, over the network and with tokens that they verify.</summary>
public sealed class TargetHealthTests(HealthStage stage) : IClassFixture<HealthStage>
{
    private ServerFixture Server => stage.Server;

    private async Task<ApiAnswer> AzureAsync(params string[] subjects)
    {
        var client = Guid.NewGuid().ToString();
        foreach (var subject in subjects)
        {
            stage.Clouds.Entra.Credentials.Add(new(Tenant, client, CloudServer.Issuer, subject, FakeEntra.Audience));
        }
        stage.Clouds.Entra.Subscriptions[Subscription] = [];
        return await stage.AccountAsync("AzureOidc", new { TenantId = Tenant, ClientId = client, SubscriptionNumber = Subscription, HealthCheckSubjectKeys = new[] { "space", "type" } });
    }

    [Fact]
    public async Task A_cluster_that_knows_the_subject_of_health_checks_is_healthy()
    {
        var account = await stage.GenericAsync();
        var target = await stage.ClusterAsync(account);
        (target["HealthStatus"], target["Status"]).ShouldBe(("Unknown", "Unknown"));
        var end = await Server.EndsAsync(await stage.AskAsync(target));
        (await stage.HealthAsync(target)).ShouldBe(("Healthy", "The cluster knows the account as oidc:octologin."));
        (await Server.Admin.SeeAsync($"{Api.Space}/machines/{target.Id}"))["Status"].ShouldBe("Online");
        end.Tree.ShouldBe($"Check {target["Name"]}: Success");
        end.Log.ShouldContain($"Subject:  {SubjectOf(target, account)}");
        (await Server.Admin.SeeAsync($"/api/events?regarding={target.Id}")).Text.ShouldContain($"Deployment target {target["Name"]} is Healthy, and was Unknown");
    }

    [Fact]
    public async Task A_cluster_at_AWS_takes_a_question_that_is_signed_for_it_alone()
    {
        var name = Unique("eks");
        var account = await stage.AccountAsync("AmazonWebServicesOidcAccount", new { RoleArn = Role + name, Region = "eu-west-1" });
        var target = await stage.ClusterAsync(account, new { Authentication = new { AuthenticationType = "KubernetesAws", AccountId = account.Id, ClusterName = FakeKubernetes.Name } });
        stage.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, Role + name, SubjectOf(target, account));
        (await stage.CheckAsync(target)).Summary.ShouldContain($"The cluster refused: 401: Unauthorized: the session '{name}' is nobody here");
        stage.Cluster.Users[name] = $"arn:aws:sts::123456789012:assumed-role/{name}/x";
        (await stage.CheckAsync(target)).ShouldBe(("Healthy", $"The cluster knows the account as arn:aws:sts::123456789012:assumed-role/{name}/x."));
        var other = await stage.ClusterAsync(account, new { Authentication = new { AccountId = account.Id, ClusterName = "another" } });
        stage.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, Role + name, SubjectOf(other, account));
        (await stage.CheckAsync(other)).Summary.ShouldContain("the signed URL is not right for this cluster");
    }

    [Fact]
    public async Task A_cluster_at_Azure_takes_a_token_for_clusters_and_is_found_by_its_name()
    {
        var account = await AzureAsync("space:default:type:health");
        var client = account["ClientId"];
        stage.Cluster.Users[client] = "entra-app";
        (await stage.CheckAsync(await stage.ClusterAsync(account))).ShouldBe(("Healthy", "The cluster knows the account as entra-app."));
        object Named(string cluster) => new { CommunicationStyle = "Kubernetes", Authentication = new { AuthenticationType = "KubernetesAzure", AccountId = account.Id, ClusterName = cluster, ClusterResourceGroup = "prod" } };
        var config = $"apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {Base64(stage.Authority.Ca.ExportCertificatePem())}\n    server: https://{OwnCa}:443\n  name: shop\n";
        stage.Clouds.Entra.Resources[$"POST /subscriptions/{Subscription}/resourceGroups/prod/providers/Microsoft.ContainerService/managedClusters/shop/listClusterUserCredential"] =
            (client, JsonSerializer.Serialize(new { kubeconfigs = new[] { new { name = "clusterUser", value = Base64(config) } } }));
        (await stage.CheckAsync(await stage.TargetAsync(Named("shop")))).ShouldBe(("Healthy", "The cluster knows the account as entra-app."));
        (await stage.CheckAsync(await stage.TargetAsync(Named("none")))).Summary.ShouldContain("There is no cluster none in the resource group prod in the subscription");
    }

    [Fact]
    public async Task A_cluster_at_Google_takes_the_access_token()
    {
        stage.Clouds.Google.Providers[FakeGoogle.Provider] = new(FakeGoogle.Provider, CloudServer.Issuer);
        var account = await stage.AccountAsync("GoogleCloudOidcAccount", new { Audience = $"https:{FakeGoogle.Provider}" });
        var target = await stage.ClusterAsync(account);
        stage.Cluster.Users[FakeGoogle.Principal(SubjectOf(target, account))] = "deployer";
        (await stage.CheckAsync(target)).ShouldBe(("Healthy", "The cluster knows the account as deployer."));
    }

    [Fact]
    public async Task A_web_app_is_read_as_the_account_s_application()
    {
        var account = await AzureAsync("space:default:type:health");
        var sites = $"GET /subscriptions/{Subscription}/resourceGroups/prod/providers/Microsoft.Web/sites/";
        foreach (var (site, client) in ((string, string)[])[("shop", account["ClientId"]), ("shop/slots/staging", account["ClientId"]), ("others", "somebody else")])
        {
            stage.Clouds.Entra.Resources[sites + site] = (client, """{"properties":{"state":"Running"}}""");
        }
        Task<ApiAnswer> App(string name, string? slot = null) =>
            stage.TargetAsync(new { CommunicationStyle = "AzureWebApp", AccountId = account.Id, ResourceGroupName = "prod", WebAppName = name, WebAppSlotName = slot });
        (await stage.CheckAsync(await App("shop"))).ShouldBe(("Healthy", "Web app shop could be read; Azure says that it is Running."));
        (await stage.CheckAsync(await App("shop", "staging"))).Status.ShouldBe("Healthy");
        var (status, summary) = await stage.CheckAsync(await App("shop", "none"));
        (status, summary.Contains("Azure Resource Manager refused: ResourceNotFound")).ShouldBe(("Unhealthy", true), summary);
        (await stage.CheckAsync(await App("others"))).Summary.ShouldContain("Give the application a role on web app others in the resource group prod");
        (await stage.CheckAsync(await App(".."))).ShouldBe(("Unhealthy", "Its endpoint has no WebAppName."));
        stage.Clouds.Entra.FirstOfManagement.Enqueue(new(503));
        (await stage.CheckAsync(await App("shop"))).ShouldBe(("Unavailable", "Azure Resource Manager could not be asked: management.azure.com answered 503."));
    }

    [Fact]
    public async Task A_refusal_tells_who_refused_what_was_sent_and_what_to_change()
    {
        var account = await stage.GenericAsync();
        var target = await stage.ClusterAsync(account, isKnown: false);
        var end = await Server.EndsAsync(await stage.AskAsync(target), "Failed");
        end.Task["ErrorMessage"].ShouldBe("1 of 1 deployment targets is not healthy; the log and the targets tell why.");
        var (status, summary) = await stage.HealthAsync(target);
        status.ShouldBe("Unhealthy");
        summary.ShouldStartWith($"The cluster refused: 401: Unauthorized: the subject '{SubjectOf(target, account)}' is nobody here Sent: issuer '{CloudServer.Issuer}', subject '{SubjectOf(target, account)}', audience 'kubernetes'. ");
        summary.ShouldContain("--oidc-issuer-url");

        var azure = await AzureAsync("space:default:type:test");
        (await stage.CheckAsync(await stage.ClusterAsync(azure))).Summary.ShouldStartWith("Microsoft Entra refused: AADSTS700213: ");
    }

    [Fact]
    public async Task The_keys_of_older_servers_give_the_subject_that_those_gave()
    {
        var account = await stage.GenericAsync(new { HealthCheckSubjectKeys = new[] { "space", "target" } });
        var target = await stage.ClusterAsync(account, isKnown: false);
        stage.Cluster.Users[$"space:default:target:{target["Slug"]}"] = "old-style";
        (await stage.CheckAsync(target)).ShouldBe(("Healthy", "The cluster knows the account as old-style."));
    }

    [Fact]
    public async Task An_older_cluster_is_asked_what_it_understands_and_a_stranger_is_not_healthy()
    {
        var account = await stage.GenericAsync();
        var (known, unknown) = (await stage.ClusterAsync(account), await stage.ClusterAsync(account, isKnown: false));
        try
        {
            stage.Cluster.IsOld = true;
            (await stage.CheckAsync(known)).ShouldBe(("Healthy", "The cluster knows the account."));
            (await stage.CheckAsync(unknown)).Status.ShouldBe("Unhealthy");
            (stage.Cluster.IsOld, stage.Cluster.AllowsAnonymous) = (false, true);
            (await stage.CheckAsync(unknown)).Summary.ShouldContain("It takes us for system:anonymous");
        }
        finally
        {
            (stage.Cluster.IsOld, stage.Cluster.AllowsAnonymous) = (false, false);
        }
    }

    [Fact]
    public async Task Where_nobody_answers_the_target_is_unavailable_and_a_private_address_needs_a_setting()
    {
        var account = await stage.GenericAsync();
        var (status, summary) = await stage.CheckAsync(await stage.ClusterAsync(account, new { ClusterUrl = $"https://{Down}" }));
        (status, summary.StartsWith($"The cluster could not be asked: {Down}: ", StringComparison.Ordinal)).ShouldBe(("Unavailable", true), summary);
        (await stage.CheckAsync(await stage.ClusterAsync(account, new { ClusterUrl = "https://inside.example.com" }))).ShouldBe(("Unavailable",
            "The cluster could not be asked: inside.example.com: inside.example.com resolves to 127.0.0.1, which is not a public address; an administrator can allow it with Clouds:AllowPrivateNetwork:0=inside.example.com."));
        var target = await stage.ClusterAsync(account);
        stage.Cluster.First.Enqueue(new(503));
        (await stage.CheckAsync(target)).ShouldBe(("Unavailable", $"The cluster could not be asked: {Trusted} answered 503."));
        stage.Cluster.First.Enqueue(new FakeAnswer(307).With("Location", "https://elsewhere.example.com/"));
        (await stage.CheckAsync(target)).ShouldBe(("Unhealthy", $"{Trusted} answered 307, a redirect, which is not followed. ClusterUrl must be that of the API server itself."));
        (await stage.CheckAsync(target)).Status.ShouldBe("Healthy");
    }

    [Fact]
    public async Task A_certificate_must_be_of_the_cluster_s_CA_unless_the_target_says_not_to_look()
    {
        var account = await stage.GenericAsync();
        var pem = stage.Authority.Ca.ExportCertificatePem();
        async Task<(string Status, string Summary)> Check(string host, string? certificate, object? skip = null) => await stage.CheckAsync(
            await stage.ClusterAsync(account, new { ClusterUrl = $"https://{host}", ClusterCertificate = certificate, SkipTlsVerification = skip }));
        var before = stage.Cluster.Bearers.Count;
        var (status, summary) = await Check(OwnCa, null);
        (status, summary.Contains("its TLS certificate is not trusted"), summary.EndsWith("Put the certificate of the cluster's CA into ClusterCertificate.", StringComparison.Ordinal)).ShouldBe(("Unhealthy", true, true), summary);
        (await Check(Trusted, pem)).Status.ShouldBe("Unhealthy", "its own CA alone is trusted");
        stage.Cluster.Bearers.Count.ShouldBe(before, "no token was sent");
        (await Check(OwnCa, pem)).Status.ShouldBe("Healthy");
        (await Check(OwnCa, Base64(pem))).Status.ShouldBe("Healthy");
        (await Check(OwnCa, null, true)).Status.ShouldBe("Healthy");
        (await Check(OwnCa, "Certificates-1", "True")).Status.ShouldBe("Healthy");
        (await Check(OwnCa, "Certificates-1", "False")).ShouldBe(("Unhealthy", "ClusterCertificate is 'Certificates-1'; it must be the certificate of the cluster's CA as PEM (there are no certificates kept by Id here)."));
    }

    [Fact]
    public async Task What_is_wrong_with_the_target_or_its_account_is_told_before_any_token_is_sent()
    {
        var account = await stage.GenericAsync();
        var before = stage.Cluster.Bearers.Count;
        async Task Says(ApiAnswer target, string summary) => (await stage.CheckAsync(target)).ShouldBe(("Unhealthy", summary));
        await Says(await stage.ClusterAsync(null), "Its endpoint names no account (AccountId) to log in as.");
        await Says(await stage.TargetAsync(new { CommunicationStyle = "Kubernetes", AccountId = account.Id }), "Its endpoint has no ClusterUrl, the https URL of the cluster's API server.");
        await Says(await stage.ClusterAsync(account, new { ClusterUrl = "http://cluster.example.com" }), "ClusterUrl is 'http://cluster.example.com'; it must be the https URL of the cluster's API server, without query.");
        await Says(await stage.TargetAsync(new { CommunicationStyle = "AzureWebApp", AccountId = account.Id }), $"Account '{account["Name"]}' is of the type GenericOidcAccount; an Azure Web App needs one of the type AzureOidc.");
        var aws = await stage.AccountAsync("AmazonWebServicesOidcAccount", new { RoleArn = Role + "x" });
        await Says(await stage.ClusterAsync(aws), "Its endpoint has no Authentication.ClusterName.");
        var secret = await stage.AccountAsync("Token", new { Token = new { HasValue = true, NewValue = "s3cret-token-value" } });
        (await stage.CheckAsync(await stage.ClusterAsync(secret))).Summary.ShouldContain("logs in with a secret and not with an ID token");
        var target = await stage.ClusterAsync(account);
        (await Server.Admin.SendAsync("PUT", $"{Api.Space}/accounts/{account.Id}", new { EnvironmentIds = new[] { await Server.PlaceAsync(Unique("env")) } })).ShouldBe(200);
        (await stage.CheckAsync(target)).Summary.ShouldContain($"Account '{account["Name"]}' may not be used in ");
        stage.Cluster.Bearers.Count.ShouldBe(before);
    }

    [Fact]
    public async Task No_token_is_left_anywhere_whatever_the_cluster_repeats()
    {
        var account = await stage.GenericAsync();
        await stage.CheckAsync(await stage.ClusterAsync(account));
        var name = Unique("eks");
        var aws = await stage.AccountAsync("AmazonWebServicesOidcAccount", new { RoleArn = Role + name, Region = "eu-west-1" });
        var eks = await stage.ClusterAsync(aws, new { Authentication = new { AccountId = aws.Id, ClusterName = FakeKubernetes.Name } });
        stage.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, Role + name, SubjectOf(eks, aws));
        var azure = await AzureAsync("space:default:type:health");
        stage.Cluster.Quotes = true;
        foreach (var target in (ApiAnswer[])[await stage.ClusterAsync(account, isKnown: false), eks, await stage.ClusterAsync(azure)])
        {
            (await stage.CheckAsync(target)).Summary.ShouldContain("Unauthorized: ********");
        }
        stage.Cluster.Quotes = false;
        var clouds = stage.Clouds;
        await Server.ShouldBeNowhereAsync([
            .. stage.Cluster.Bearers.Where(bearer => bearer.Length > 0), .. clouds.SentTokens, .. clouds.Sts.Sessions.Values.SelectMany(session => new[] { session.SecretAccessKey, session.SessionToken }), .. clouds.Entra.Tokens.Keys, .. clouds.Google.Tokens.Keys]);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
