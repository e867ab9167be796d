using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using OctoLogin.CloudLogins;
using OctoLogin.Http;
using OctoLogin.Machines;

namespace OctoLogin.HealthChecks;

/// <summary>How the API server of a Kubernetes cluster is reached.</summary>
/// <param name="Authority">The CA of its certificate; null: one that the machine trusts.</param>
/// <param name="SkipTlsVerification">Its certificate is not looked at.</param>
public sealed record Cluster(Uri Url, X509Certificate2Collection? Authority, bool SkipTlsVerification)
{
    /// <summary>As a target's endpoint says it. Pure.</summary>
    /// <exception cref="TargetFault">It says nothing that can be used.</exception>
    public static Cluster Of(JsonElement endpoint)
    {
        var url = MachineEndpoint.Part(endpoint, "ClusterUrl") ?? throw new TargetFault("Its endpoint has no ClusterUrl, the https URL of the cluster's API server.");
        return Of(url, MachineEndpoint.Part(endpoint, "ClusterCertificate"), IsTrue(endpoint, "SkipTlsVerification"));
    }

    public static Cluster Of(string url, string? certificate, bool skipTlsVerification) => new(
        CloudNetwork.Endpoint(url) ?? throw new TargetFault($"ClusterUrl is '{Printable.Of(url)}'; it must be the https URL of the cluster's API server, without query."),
        // What is not looked at needs no CA.
        certificate is null || skipTlsVerification ? null : AuthorityOf(certificate), skipTlsVerification);

    public Uri At(string path) => new($"{Url.AbsoluteUri.TrimEnd('/')}{path}");

    /// <summary>Clients send it as a text or as what it is.</summary>
    public static bool IsTrue(JsonElement endpoint, string name) => MachineEndpoint.Property(endpoint, name) is { } value
        && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && bool.TryParse(value.GetString(), out var flag) && flag));

    /// <summary>PEM, or that once more in base64, as a kubeconfig has it.</summary>
    private static X509Certificate2Collection AuthorityOf(string text)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(text.Contains("-----BEGIN", StringComparison.Ordinal) ? text : Encoding.UTF8.GetString(Convert.FromBase64String(text)));
        }
        catch (Exception unread) when (unread is FormatException or CryptographicException)
        {
            roots.Clear();
        }
        return roots.Count > 0 ? roots
            : throw new TargetFault($"ClusterCertificate is '{Printable.Of(text, 60)}'; it must be the certificate of the cluster's CA as PEM (there are no certificates kept by Id here).");
    }
}
