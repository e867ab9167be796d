using System.Security.Cryptography;
using System.Text;
using System.Web;

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
        return Signs(request.Headers["X-Amz-Date"], canonical, secretAccessKey);
    }

    /// <summary>Of a signed URL, which is asked by GET (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).</summary>
    /// <param name="headers">Those that it is asked with, beside its host.</param>
    public static AwsSignature? ReadUrl(Uri url, Dictionary<string, string> headers, string secretAccessKey)
    {
        var query = HttpUtility.ParseQueryString(url.Query);
        if (query["X-Amz-Algorithm"] != Algorithm || query["X-Amz-Credential"]?.Split('/') is not [var key, var date, var region, var service, "aws4_request"])
        {
            return null;
        }
        var signature = new AwsSignature(key, date, region, service, query["X-Amz-SignedHeaders"]!.Split(';'), query["X-Amz-Signature"]!);
        var signed = url.Query[1..].Split('&').Where(part => !part.StartsWith("X-Amz-Signature=", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        headers["host"] = url.Host;
        var canonical = string.Join('\n', ["GET", url.AbsolutePath, string.Join('&', signed), .. signature.SignedHeaders.Select(name => $"{name}:{headers.GetValueOrDefault(name)}"), "", query["X-Amz-SignedHeaders"]!, Hash("")]);
        return signature.Signs(query["X-Amz-Date"]!, canonical, secretAccessKey) ? signature : null;
    }

    private bool Signs(string stamp, string canonical, string secretAccessKey)
    {
        var text = string.Join('\n', Algorithm, stamp, $"{Date}/{Region}/{Service}/aws4_request", Hash(canonical));
        var key = new[] { Date, Region, Service, "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretAccessKey), Hmac);
        return stamp.StartsWith(Date, StringComparison.Ordinal) && Convert.ToHexStringLower(Hmac(key, text)) == Signature;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
