using System.Security.Cryptography;
using System.Text;

namespace OctoLogin.Tests.Support.Clouds;

/// <summary>
/// Checks an AWS Signature Version 4 of a request without a query
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
/// </summary>
public sealed record AwsSignature(string AccessKeyId, string Date, string Region, string Service, string[] SignedHeaders, string Signature)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Null: the request is not signed.</summary>
    public static AwsSignature? Read(FakeRequest request)
    {
        if (request.Headers.GetValueOrDefault("Authorization") is not { } header || !header.StartsWith(Algorithm + " ", StringComparison.Ordinal))
        {
            return null;
        }
        var parts = header[(Algorithm.Length + 1)..].Split(',', StringSplitOptions.TrimEntries).Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        return parts["Credential"].Split('/') is [var key, var date, var region, var service, "aws4_request"]
            ? new(key, date, region, service, parts["SignedHeaders"].Split(';'), parts["Signature"]) : null;
    }

    /// <param name="session">Of a session, whose token is signed too; else of a stored key.</param>
    public bool IsRight(FakeRequest request, string secretAccessKey, bool session = true)
    {
        if (request.Query.Length > 0 || !SignedHeaders.Contains("host") || !SignedHeaders.Contains("x-amz-date") || SignedHeaders.Contains("x-amz-security-token") != session)
        {
            return false;
        }
        var canonical = string.Join('\n', [
            request.Method, request.Path, "", .. SignedHeaders.Select(name => $"{name}:{request.Headers.GetValueOrDefault(name)?.Trim()}"), "",
            string.Join(';', SignedHeaders), Hash(request.Body)]);
        var stamp = request.Headers["X-Amz-Date"];
        var text = string.Join('\n', Algorithm, stamp, $"{Date}/{Region}/{Service}/aws4_request", Hash(canonical));
        var key = new[] { Date, Region, Service, "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretAccessKey), Hmac);
        return stamp.StartsWith(Date, StringComparison.Ordinal) && Convert.ToHexStringLower(Hmac(key, text)) == Signature;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
