using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Jose;

namespace OctoLogin.TokenExchange;

/// <summary>Turns what an administrator sent about an issuer into its settings, or names every fault of it. Pure.</summary>
public static class IssuerRules
{
    private const int MostCertificates = 20;
    private const int MostAuthorityCharacters = 128 * 1024;

    /// <summary>What only the private half of a key has (RFC 7518 section 6), and the secret of a symmetric one.</summary>
    private static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    public static IssuerSettings Apply(IssuerInput input, IssuerSettings present, DateTimeOffset now)
    {
        var validation = new Validation();
        validation.Check(input.Issuer is null || input.Issuer.Trim() == present.Issuer,
            $"Issuer is '{Printable.Of(input.Issuer)}', and these are the settings of '{present.Issuer}'; an issuer's URL cannot be changed.");
        var jwks = JwksText(input.Jwks);
        validation.Fault(string.IsNullOrWhiteSpace(input.CertificateAuthority) ? null : AuthorityFault(input.CertificateAuthority, now));
        validation.Fault(string.IsNullOrWhiteSpace(jwks) ? null : JwksFault(jwks));
        var settings = present with
        {
            CertificateAuthority = Kept(input.CertificateAuthority, present.CertificateAuthority),
            Jwks = Kept(jwks, present.Jwks),
            IsDisabled = input.IsDisabled ?? present.IsDisabled,
            UpdatedAt = now,
        };
        validation.Check(settings.CertificateAuthority is null || settings.Jwks is null,
            "CertificateAuthority and Jwks cannot both be set: keys that were uploaded are never fetched, so nothing is connected to. Clear one with an empty text.");
        validation.ThrowIfAny();
        return settings;
    }

    private static string? Kept(string? sent, string? present) => sent is null ? present : string.IsNullOrWhiteSpace(sent) ? null : sent.Trim();

    private static string? JwksText(JsonElement? sent) => sent switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { } json => json.GetRawText(),
    };

    internal static string? AuthorityFault(string pem, DateTimeOffset now)
    {
        if (pem.Length > MostAuthorityCharacters)
        {
            return $"CertificateAuthority has {pem.Length} characters, at most {MostAuthorityCharacters} are accepted.";
        }
        if (pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            return "CertificateAuthority holds a private key; send the CA's certificate alone, and take that key for known to others.";
        }
        X509Certificate2Collection certificates;
        try
        {
            certificates = IssuerSettings.ReadAuthority(pem);
        }
        catch (CryptographicException)
        {
            return "CertificateAuthority holds a certificate that cannot be read; it must be PEM: -----BEGIN CERTIFICATE-----, base64, -----END CERTIFICATE-----.";
        }
        if (certificates.Count is 0 or > MostCertificates)
        {
            return $"CertificateAuthority holds {certificates.Count} certificates in PEM; it must hold 1 to {MostCertificates}.";
        }
        foreach (var certificate in certificates)
        {
            var name = Printable.Of(certificate.Subject);
            if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().SingleOrDefault() is not { CertificateAuthority: true })
            {
                return $"CertificateAuthority: '{name}' is not a CA's certificate; send the one that signed the issuer's certificate, not the issuer's own.";
            }
            if (certificate.NotAfter.ToUniversalTime() <= now.UtcDateTime)
            {
                return $"CertificateAuthority: '{name}' expired at {certificate.NotAfter.ToUniversalTime():u}.";
            }
        }
        return certificates.Any(certificate => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            ? null
            : "CertificateAuthority has no root: at least one certificate must be signed by itself.";
    }

    private static string? JwksFault(string text)
    {
        if (text.Length > IssuerDocuments.MostBytes)
        {
            return $"Jwks has {text.Length} characters, at most {IssuerDocuments.MostBytes} are accepted.";
        }
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false });
            var keys = IssuerKeySet.Read(document.RootElement);
            if (PrivateMember(document.RootElement) is { } secret)
            {
                return $"Jwks holds {secret}; send public keys alone, and take that key for known to others.";
            }
            if (keys.Where(key => key.KeyId is not null).GroupBy(key => key.KeyId).FirstOrDefault(same => same.Count() > 1) is { } twice)
            {
                return $"Jwks has {twice.Count()} keys named '{Printable.Of(twice.Key, 100)}', of which none could be used.";
            }
            return keys.Any(key => key.Fault is null) ? null
                : $"Jwks has no key that can be used{(keys.Count == 0 ? "" : $": {string.Join("; ", keys.Take(5).Select(key => $"'{Printable.Of(key.KeyId, 100)}': {key.Fault}"))}")}.";
        }
        // Half of a surrogate pair as an escape is JSON, and no text.
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return "Jwks is not a JSON object without duplicate names, such as { \"keys\": [ … ] }.";
        }
        catch (IssuerUnreachableException malformed)
        {
            return $"Jwks cannot be used: {malformed.Message}.";
        }
    }

    /// <summary>Which key has what it must not have; never its value.</summary>
    private static string? PrivateMember(JsonElement jwks)
    {
        foreach (var (i, key) in jwks.GetProperty("keys").EnumerateArray().Index())
        {
            if (key.ValueKind == JsonValueKind.Object && PrivateMembers.FirstOrDefault(name => key.TryGetProperty(name, out _)) is { } member)
            {
                return $"the private member '{member}' in key {i + 1}";
            }
        }
        return null;
    }
}
