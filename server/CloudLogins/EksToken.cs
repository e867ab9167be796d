using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon;
using Amazon.Runtime.Internal.Auth;

namespace OctoLogin.CloudLogins;

/// <summary>
/// What an EKS cluster takes as a bearer: a signed question to AWS who the session is, which the cluster asks in its stead. Good for
/// this cluster alone, whose name is signed with it (https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html). Pure.
/// </summary>
public static class EksToken
{
    /// <summary>The cluster's authenticator allows a quarter of an hour; the question is asked at once.</summary>
    private const int Seconds = 60;
    private const string Time = "yyyyMMdd'T'HHmmss'Z'";

    public static string Of(AwsSession session, string clusterName, DateTimeOffset now)
    {
        var (host, stamp) = ($"sts.{session.Region}.{RegionEndpoint.GetBySystemName(session.Region).PartitionDnsSuffix}", now.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture));
        // In the order of their names, as they are signed.
        var query = string.Join('&', new (string Name, string Value)[]
        {
            ("Action", "GetCallerIdentity"), ("Version", "2011-06-15"), ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", $"{session.AccessKeyId}/{stamp[..8]}/{session.Region}/sts/aws4_request"), ("X-Amz-Date", stamp), ("X-Amz-Expires", $"{Seconds}"),
            ("X-Amz-Security-Token", session.SessionToken), ("X-Amz-SignedHeaders", "host;x-k8s-aws-id"),
        }.Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value)}"));
        var request = string.Join('\n', "GET", "/", query, $"host:{host}", $"x-k8s-aws-id:{clusterName}", "", "host;x-k8s-aws-id", Convert.ToHexStringLower(SHA256.HashData([])));
        var signature = AWS4Signer.ComputeSignature(session.AccessKeyId, session.SecretAccessKey, session.Region, now.UtcDateTime, "sts", "host;x-k8s-aws-id", request).Signature;
        return $"k8s-aws-v1.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"https://{host}/?{query}&X-Amz-Signature={signature}"))}";
    }
}
