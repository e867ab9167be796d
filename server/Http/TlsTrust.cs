using System.Security.Cryptography.X509Certificates;

namespace OctoLogin.Http;

/// <summary>How the certificates of servers that we connect to are judged.</summary>
public static class TlsTrust
{
    /// <param name="roots">The only roots that are trusted; null: those of the machine (and what <c>SSL_CERT_FILE</c> names).</param>
    public static X509ChainPolicy By(X509Certificate2Collection? roots)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            // A certificate may name URLs where its issuer's is to be had (RFC 5280 section 4.2.2.1), and the library would ask there,
            // past the check of addresses: whoever runs the host could send us to 169.254.169.254.
            DisableCertificateDownloads = true,
        };
        if (roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }
        return policy;
    }
}
