using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OctoLogin.TokenExchange;

/// <summary>What an administrator decided about an issuer: a row of <c>issuers</c>, or what holds for one that has none.</summary>
public sealed record IssuerSettings
{
    /// <summary>The version of an issuer without a row.</summary>
    public const long Unset = 0;

    public required string Issuer { get; init; }

    /// <summary>PEM; null: the issuer's servers are trusted as the machine trusts any.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>A JWKS of public keys, which is then never fetched; null: the issuer's own.</summary>
    public string? Jwks { get; init; }
    public required bool IsDisabled { get; init; }
    public DateTimeOffset? RefreshedAt { get; init; }

    /// <summary>Another one for each change and each refresh; keys that were had under an older one are forgotten.</summary>
    public required long Version { get; init; }

    /// <summary>Null: nothing was ever set.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>A URL is no part of a path: this names the issuer in the API's routes, whether or not anything was set for it.</summary>
    public string Id => IdOf(Issuer);

    public static string IdOf(string issuer) => $"Issuers-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(issuer)))[..32]}";

    public static IssuerSettings None(string issuer) => new() { Issuer = issuer, IsDisabled = false, Version = Unset };

    /// <summary>Null: as the machine trusts.</summary>
    public X509Certificate2Collection? ReadAuthority() => CertificateAuthority is null ? null : ReadAuthority(CertificateAuthority);

    public static X509Certificate2Collection ReadAuthority(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }
}
