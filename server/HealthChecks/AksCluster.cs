using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OctoLogin.Accounts;
using OctoLogin.CloudLogins;
using OctoLogin.Http;

namespace OctoLogin.HealthChecks;

/// <summary>Finds the API server of an AKS cluster by its name, as <c>az aks get-credentials</c> does: clients send no URL of it.</summary>
public sealed partial class AksCluster(AzureLogin azure)
{
    public async Task<Cluster> FindAsync(AzureOidcDetails app, TargetLogin login, CancellationToken cancel)
    {
        var (group, name) = (login.Authentication("ClusterResourceGroup"), login.Authentication("ClusterName"));
        var access = login.Hide(await azure.LoginAsync(app, AzureLogin.ManagementScope(app), login.Token, cancel, login.Log.Warning));
        var path = $"/resourceGroups/{Uri.EscapeDataString(group)}/providers/Microsoft.ContainerService/managedClusters/{Uri.EscapeDataString(name)}/listClusterUserCredential?api-version=2024-09-01&format=exec";
        var answer = await azure.ResourceAsync(app, HttpMethod.Post, path, code => AzureAdvice.ForResource(code, app, $"cluster {Printable.Of(name)} in the resource group {Printable.Of(group)}"), access, login.Token, cancel);
        var config = ConfigOf(answer);
        var (server, authority) = (Server().Match(config), Authority().Match(config));
        var cluster = server.Success ? Cluster.Of(server.Groups[1].Value, authority.Success ? authority.Groups[1].Value : null, skipTlsVerification: false)
            : throw new CloudOutage("Azure Resource Manager answered with something that is no kubeconfig.");
        login.Log.Info($"Azure says that the cluster is at {Printable.Of(cluster.Url.Host)}");
        return cluster;
    }

    private static string ConfigOf(JsonElement answer)
    {
        try
        {
            return Encoding.UTF8.GetString(answer.GetProperty("kubeconfigs")[0].GetProperty("value").GetBytesFromBase64());
        }
        catch (Exception other) when (other is KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException or FormatException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"^\s*(?:- )?server:\s*""?([^\s""]+)", RegexOptions.Multiline)]
    private static partial Regex Server();

    [GeneratedRegex(@"^\s*(?:- )?certificate-authority-data:\s*""?([^\s""]+)", RegexOptions.Multiline)]
    private static partial Regex Authority();
}
