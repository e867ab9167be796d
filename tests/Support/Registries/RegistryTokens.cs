using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Web;

namespace OctoLogin.Tests.Support.Registries;

/// <summary>
/// A registry's token service, which signs: a JWT for what was asked, to who shows a user and password that are good.
/// https://distribution.github.io/distribution/spec/auth/jwt/
/// </summary>
public sealed class RegistryTokens(string realm) : IDisposable
{
    public const string Service = "registry", Issuer = "token-service";

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private X509Certificate2? certificate;

    public string Realm => realm;

    public string CertificatePem => Certificate.ExportCertificatePem();

    private X509Certificate2 Certificate => certificate ??= SelfSigned();

    /// <summary>What was asked for and given, as <c>repository:acme/web:pull</c>.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Given { get; } = new();

    /// <param name="knows">Whether user and password are good.</param>
    public FakeAnswer Answer(FakeRequest request, Func<string, string, bool> knows)
    {
        var query = HttpUtility.ParseQueryString(request.Query);
        if (request.Method != "GET" || Basic(request) is not var (user, password) || !knows(user, password))
        {
            return new(401, """{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}""");
        }
        var scope = query["scope"] ?? "";
        Given.Enqueue(scope);
        return query["service"] != Service ? new(400, """{"details":"unknown service"}""") : new(200, JsonSerializer.Serialize(new { token = Sign(user, scope), expires_in = 300 }));
    }

    /// <summary>Null: there is none.</summary>
    public static (string User, string Password)? Basic(FakeRequest request) =>
        request.Headers.GetValueOrDefault("Authorization") is { } header && header.StartsWith("Basic ", StringComparison.Ordinal)
            && Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..])).Split(':', 2) is [var user, var password] ? (user, password) : null;

    public void Dispose()
    {
        key.Dispose();
        certificate?.Dispose();
    }

    private string Sign(string user, string scope)
    {
        // type:name:actions; a name may hold colons.
        var (type, actions) = (scope.Split(':')[0], scope.Split(':')[^1]);
        var name = scope.Length > type.Length + actions.Length + 2 ? scope[(type.Length + 1)..^(actions.Length + 1)] : "";
        var now = DateTimeOffset.UtcNow;
        var text = $"{Part(new { typ = "JWT", alg = "ES256", x5c = new[] { Convert.ToBase64String(Certificate.RawData) } })}." + Part(new
        {
            iss = Issuer, sub = user, aud = Service, exp = now.AddMinutes(5).ToUnixTimeSeconds(), nbf = now.AddMinutes(-1).ToUnixTimeSeconds(), iat = now.ToUnixTimeSeconds(),
            jti = Guid.NewGuid().ToString("N"), access = scope.Length == 0 ? [] : new[] { new { type, name, actions = actions.Split(',') } },
        });
        return $"{text}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256))}";
    }

    private static string Part(object json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));

    private X509Certificate2 SelfSigned()
    {
        var request = new CertificateRequest("CN=token service", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
